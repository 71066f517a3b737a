//! A storage URI in its parts, and the text of it that may be shown.
//!
//! ```text
//!   s3://acme/backups/shop?AWS_ACCESS_KEY_ID=AK1&AWS_SECRET_ACCESS_KEY=s%2Fk
//!   └┬┘  └┬─┘└─────┬─────┘ └───────────────────┬───────────────────────────┘
//!  scheme host    path                    params, decoded
//! ```
//!
//! Shape: scheme, host and path by RFC 3986; parameters as web forms write them, so a bare `+` in a secret is a space,
//! the trap that the real system has too. Redaction sorts the parameters and encodes them again.
//! Errors: [`Error::Malformed`]. *Source*: `spec/storage-uris.md` §1, §6. Left out: ports, international host names.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::error::Error;
use base::sort;

/// Parameters that hold secrets. *Source*: `spec/storage-uris.md` §6.
const SECRET_PARAMS: [&str; 6] = [
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_ACCOUNT_KEY",
    "AZURE_CLIENT_SECRET",
    "CREDENTIALS",
    "BEARER_TOKEN",
];

/// What stays bare in an encoded parameter, as Go's `QueryEscape` has it.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What stays bare in a path.
const PATH: &AsciiSet = &QUERY
    .remove(b'/')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b',')
    .remove(b':')
    .remove(b';')
    .remove(b'=')
    .remove(b'@');

/// A URI in its parts, all decoded.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Uri {
    /// In lower case.
    pub scheme: String,
    /// `user:password` before the host, if any.
    pub userinfo: Option<String>,
    /// Bucket, container, node or table; may be empty.
    pub host: String,
    /// With its leading slash, if there is anything.
    pub path: String,
    /// In the order typed.
    pub params: Vec<(String, String)>,
}

impl Uri {
    /// The first value of a parameter. An empty value counts as absent, as it does in the real system.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// The URI without its parameters: fit for any text.
    pub fn bare(&self) -> String {
        format!("{}://{}{}", self.scheme, self.host, self.path)
    }

    /// The same URI with more path.
    #[must_use]
    pub fn join(&self, more: &str) -> Self {
        let mut joined = self.clone();
        joined.path = join_path(&self.path, more);
        joined
    }

    fn text(&self) -> String {
        let mut text = format!("{}://", self.scheme);
        if let Some(userinfo) = &self.userinfo {
            text.push_str(userinfo);
            text.push('@');
        }
        text.push_str(&self.host);
        text.extend(utf8_percent_encode(&self.path, PATH));
        let mut params = self.params.clone();
        sort::by(&mut params, |a, b| a.0.cmp(&b.0));
        for (i, (key, value)) in params.iter().enumerate() {
            text.push(if i == 0 { '?' } else { '&' });
            push_query(&mut text, key);
            text.push('=');
            push_query(&mut text, value);
        }
        text
    }
}

/// Two paths with exactly one slash between them; no slash at the end.
pub fn join_path(base: &str, more: &str) -> String {
    let base = base.trim_end_matches('/');
    let more = more.trim_matches('/');
    if more.is_empty() { base.to_owned() } else { format!("{base}/{more}") }
}

/// Takes a URI apart.
///
/// *Errors*: [`Error::Malformed`] when there is no `scheme://`, or a percent sequence gives no text.
pub fn parse(text: &str) -> Result<Uri, Error> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    if scheme.is_empty() {
        // `external:/x` and plain paths have no scheme as far as a store is concerned.
        return Err(Error::UnsupportedScheme { scheme: String::new() });
    }
    let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = match place.find('/') {
        Some(slash) => place.split_at(slash),
        None => (place, ""),
    };
    let (userinfo, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user.to_owned()), host),
        None => (None, authority),
    };
    let fits = |c: char| c.is_alphanumeric() || "-_.~!$&'()*+,;=:[]<>\"%".contains(c);
    if let Some(character) = host.chars().find(|c| !fits(*c) && c.is_ascii()) {
        let uri = format!("{scheme}://{place}");
        return Err(Error::BadHost { uri, character });
    }
    let mut params = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        params.push((decode_form(key)?, decode_form(value)?));
    }
    Ok(Uri {
        scheme: scheme.to_ascii_lowercase(),
        userinfo,
        host: decode(host)?,
        path: decode(path)?,
        params,
    })
}

/// The URI as it may be shown: secrets replaced by `redacted`, parameters sorted. Of a KMS URI the master key's name is a
/// secret too. A text that is no URI stays as it is.
pub fn redact(text: &str) -> String {
    let Ok(mut uri) = parse(text) else { return text.to_owned() };
    let is_kms = match uri.scheme.as_str() {
        "aws" | "aws-kms" | "gcp-kms" | "azure-kms" | "testkms" => true,
        "gs" => uri.host.is_empty(),
        _ => false,
    };
    if is_kms {
        "/redacted".clone_into(&mut uri.path);
    }
    for (key, value) in &mut uri.params {
        if SECRET_PARAMS.contains(&key.as_str()) {
            "redacted".clone_into(value);
        }
    }
    redact_password(&mut uri);
    uri.text()
}

fn redact_password(uri: &mut Uri) {
    if let Some(userinfo) = &mut uri.userinfo
        && let Some((user, _)) = userinfo.split_once(':')
    {
        *userinfo = format!("{user}:redacted");
    }
}

fn push_query(text: &mut String, part: &str) {
    for (i, word) in part.split(' ').enumerate() {
        if i > 0 {
            text.push('+');
        }
        text.extend(utf8_percent_encode(word, QUERY));
    }
}

fn decode(text: &str) -> Result<String, Error> {
    check_percent(text)?;
    match percent_decode_str(text).decode_utf8() {
        Ok(decoded) => Ok(decoded.into_owned()),
        Err(_) => Err(Error::Malformed { reason: "percent sequences that are not UTF-8" }),
    }
}

fn decode_form(text: &str) -> Result<String, Error> {
    if text.contains('+') { decode(&text.replace('+', " ")) } else { decode(text) }
}

/// The crate passes broken sequences through; the real parser refuses them.
fn check_percent(text: &str) -> Result<(), Error> {
    let bytes = text.as_bytes();
    let broken = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%').any(|(i, _)| {
        !bytes.get(i + 1..i + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    });
    if broken { Err(Error::Malformed { reason: "invalid URL escape" }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts_of_an_s3_uri() {
        let uri = parse("S3://acme/a%20b/c?AWS_ACCESS_KEY_ID=AK1&AWS_SECRET_ACCESS_KEY=x%2By+z#f")
            .unwrap();
        assert_eq!(
            (uri.scheme.as_str(), uri.host.as_str(), uri.path.as_str()),
            ("s3", "acme", "/a b/c")
        );
        assert_eq!(uri.param("AWS_SECRET_ACCESS_KEY"), Some("x+y z"));
        assert_eq!(uri.bare(), "s3://acme/a b/c");
    }

    #[test]
    fn secrets_are_redacted_and_parameters_sorted() {
        assert_eq!(
            redact(
                "s3://acme/c?AWS_SECRET_ACCESS_KEY=hush&AWS_ACCESS_KEY_ID=AK1&COCKROACH_LOCALITY=region%3Dus-west"
            ),
            "s3://acme/c?AWS_ACCESS_KEY_ID=AK1&AWS_SECRET_ACCESS_KEY=redacted&COCKROACH_LOCALITY=region%3Dus-west"
        );
        assert_eq!(redact("https://u:pw@h/p"), "https://u:redacted@h/p");
        assert_eq!(
            redact("aws:///arn:aws:kms:1?AWS_SECRET_ACCESS_KEY=k&REGION=us-east-1"),
            "aws:///redacted?AWS_SECRET_ACCESS_KEY=redacted&REGION=us-east-1"
        );
        assert_eq!(redact("not a uri"), "not a uri");
    }

    #[test]
    fn broken_escapes_are_refused() {
        assert!(parse("s3://acme/c?A=%zz").is_err());
        assert!(parse("s3://acme/%f").is_err());
        assert!(parse("nodelocal").is_err());
    }

    proptest! {
        #[test]
        fn redacted_text_parses_to_the_same_parts(
            path in "(/[a-z %+&=0-9]{0,8}){0,3}", key in "[A-Z_]{1,9}", value in "[ -~]{1,12}"
        ) {
            let uri = Uri {
                scheme: "gs".to_owned(), userinfo: None, host: "b".to_owned(), path,
                params: vec![(key, value)],
            };
            prop_assert_eq!(parse(&uri.text()).unwrap(), uri);
        }

        #[test]
        fn no_secret_survives(value in "[a-z]{12}") {
            let text = format!("gs://b/c?AUTH=specified&CREDENTIALS={value}");
            prop_assert!(!redact(&text).contains(&value));
        }
    }
}
