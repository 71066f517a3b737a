//! Values as the scripts of the origin print them: in the forms of Go's database driver, not of SQL.
//!
//! | type | SQL text | here |
//! |---|---|---|
//! | BOOL | `t`, `true` | `true` |
//! | TIMESTAMP | `2022-04-01 03:00:00.5` | `2022-04-01 03:00:00.5 +0000 +0000` |
//! | TIMESTAMPTZ | `2022-04-01 03:00:00+00:00` | `2022-04-01 03:00:00 +0000 UTC` |
//! | DATE | `2022-04-01` | `2022-04-01 00:00:00 +0000 +0000` |
//! | FLOAT | `0.5`, `1.0` | `0.5`, `1` |
//! | BYTES | `\x6869` | `hi` |
//! | NULL | `NULL` | `<nil>` |
//!
//! Shape: text and type's name → text. Left out: zones other than UTC, floats in exponent form (kept as SQL prints them).

/// One value; `ty` is the type as results name it.
pub fn go(value: Option<&str>, ty: &str) -> String {
    let Some(text) = value else { return "<nil>".to_owned() };
    match ty.split('(').next().unwrap_or(ty) {
        "BOOL" => match text {
            "t" => "true".to_owned(),
            "f" => "false".to_owned(),
            other => other.to_owned(),
        },
        "TIMESTAMP" => format!("{text} +0000 +0000"),
        "TIMESTAMPTZ" => {
            let plain =
                text.strip_suffix("+00:00").or_else(|| text.strip_suffix("+00")).unwrap_or(text);
            format!("{plain} +0000 UTC")
        }
        "DATE" => format!("{text} 00:00:00 +0000 +0000"),
        "FLOAT8" | "FLOAT4" | "FLOAT" => text.strip_suffix(".0").unwrap_or(text).to_owned(),
        "BYTES" => bytes(text),
        _ => text.to_owned(),
    }
}

/// `\x6869` as the bytes it stands for.
fn bytes(text: &str) -> String {
    let Some(hex) = text.strip_prefix("\\x") else { return text.to_owned() };
    let mut bytes = Vec::with_capacity(hex.len() / 2);
    let mut digits = hex.chars();
    while let (Some(high), Some(low)) = (digits.next(), digits.next()) {
        let byte = high.to_digit(16).zip(low.to_digit(16)).map(|(h, l)| h * 16 + l);
        match byte.and_then(|byte| u8::try_from(byte).ok()) {
            Some(byte) => bytes.push(byte),
            None => return text.to_owned(),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_the_driver() {
        for (text, ty, want) in [
            (Some("t"), "BOOL", "true"),
            (Some("2022-04-01 03:00:00.5"), "TIMESTAMP", "2022-04-01 03:00:00.5 +0000 +0000"),
            (Some("2022-04-01 03:00:00+00:00"), "TIMESTAMPTZ", "2022-04-01 03:00:00 +0000 UTC"),
            (Some("1.0"), "FLOAT8", "1"),
            (Some("\\x6869"), "BYTES", "hi"),
            (Some("{a,b}"), "STRING[]", "{a,b}"),
            (None, "INT8", "<nil>"),
        ] {
            assert_eq!(go(text, ty), want);
        }
    }
}
