//! Zones in words: the values of CONFIGURE ZONE and the output of SHOW ZONE CONFIGURATION.
//!
//! ```text
//!   '[+region=us-east, -ssd]'                    for all replicas
//!   '{+region=us-east: 2, +region=us-west: 1}'   for so many replicas each
//!   '[[+region=us-east], [+region=us-west]]'     lease preferences, best first
//! ```
//!
//! *Source*: `spec/zone-configs-and-cluster.md` §2, §4, §5.

use std::fmt::Write as _;

use base::sqlstate::SqlState;

use super::error::Error;
use super::zonepb::{Constraint, ConstraintsConjunction, LeasePreference, ZoneConfig};

/// The least `range_max_bytes`.
const RANGE_MAX_BYTES_MIN: i64 = 64 << 20;

/// The fields of a zone as SQL, one a line; fields that are not set are left out unless `full`.
pub fn fields(zone: &ZoneConfig) -> Vec<String> {
    let mut lines = Vec::new();
    let mut number = |name: &str, value: Option<i64>| {
        if let Some(value) = value {
            lines.push(format!("{name} = {value}"));
        }
    };
    number("range_min_bytes", zone.range_min_bytes);
    number("range_max_bytes", zone.range_max_bytes);
    number("gc.ttlseconds", zone.gc.map(|gc| i64::from(gc.ttl_seconds)));
    if let Some(on) = zone.global_reads {
        lines.push(format!("global_reads = {on}"));
    }
    let mut number = |name: &str, value: Option<i32>| {
        if let Some(value) = value {
            lines.push(format!("{name} = {value}"));
        }
    };
    number("num_replicas", zone.num_replicas);
    number("num_voters", zone.num_voters);
    if !zone.inherited_constraints {
        lines.push(format!("constraints = '{}'", constraints_text(&zone.constraints)));
    }
    if !zone.voter_constraints.is_empty() || zone.null_voter_constraints_is_empty {
        lines.push(format!("voter_constraints = '{}'", constraints_text(&zone.voter_constraints)));
    }
    if !zone.inherited_lease_preferences {
        lines.push(format!("lease_preferences = '{}'", leases_text(&zone.lease_preferences)));
    }
    lines
}

/// The statement that makes a zone: `ALTER TABLE t CONFIGURE ZONE USING …`.
pub fn statement(target: &str, zone: &ZoneConfig) -> String {
    let lines = fields(zone);
    let mut out = format!("ALTER {target} CONFIGURE ZONE USING");
    for (i, line) in lines.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        let _ = write!(out, "{comma}\n\t{line}");
    }
    out
}

fn constraint_text(constraint: &Constraint) -> String {
    let sign = match constraint.kind {
        1 => "+",
        2 => "-",
        _ => "",
    };
    if constraint.key.is_empty() {
        format!("{sign}{}", constraint.value)
    } else {
        format!("{sign}{}={}", constraint.key, constraint.value)
    }
}

fn list(constraints: &[Constraint], separator: &str) -> String {
    constraints.iter().map(constraint_text).collect::<Vec<_>>().join(separator)
}

/// Constraints as YAML in one line.
pub fn constraints_text(all: &[ConstraintsConjunction]) -> String {
    match all {
        [] => "[]".to_owned(),
        [one] if one.num_replicas == 0 => format!("[{}]", list(&one.constraints, ", ")),
        many => {
            let parts: Vec<String> = many
                .iter()
                .map(|part| {
                    let names = list(&part.constraints, ",");
                    // A comma inside a key of the map needs quotes, as YAML has it.
                    let names =
                        if part.constraints.len() > 1 { format!("\"{names}\"") } else { names };
                    format!("{names}: {}", part.num_replicas)
                })
                .collect();
            format!("{{{}}}", parts.join(", "))
        }
    }
}

fn leases_text(all: &[LeasePreference]) -> String {
    let parts: Vec<String> =
        all.iter().map(|part| format!("[{}]", list(&part.constraints, ", "))).collect();
    format!("[{}]", parts.join(", "))
}

fn bad(what: &str, text: &str) -> Error {
    Error::refused(
        SqlState::INVALID_PARAMETER_VALUE,
        format!("could not parse {what}: invalid value \"{text}\""),
    )
}

/// One constraint from `+region=us-east`.
fn parse_constraint(text: &str) -> Option<Constraint> {
    let text = text.trim().trim_matches('"');
    let (kind, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (2, &text[1..]),
        _ => (0, text),
    };
    let (key, value) = rest.split_once('=').unwrap_or(("", rest));
    (!value.is_empty()).then(|| Constraint { kind, key: key.to_owned(), value: value.to_owned() })
}

/// Constraints from `[…]` or `{…}`.
pub fn parse_constraints(text: &str) -> Result<Vec<ConstraintsConjunction>, Error> {
    let error = || bad("constraints", text);
    let trimmed = text.trim();
    if let Some(inner) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let constraints = parse_list(inner).ok_or_else(error)?;
        if constraints.is_empty() {
            return Ok(Vec::new());
        }
        return Ok(vec![ConstraintsConjunction { constraints, num_replicas: 0 }]);
    }
    let inner =
        trimmed.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).ok_or_else(error)?;
    let mut all = Vec::new();
    for part in split_outside_quotes(inner) {
        let (names, count) = part.rsplit_once(':').ok_or_else(error)?;
        let constraints = parse_list(names.trim().trim_matches('"')).ok_or_else(error)?;
        let num_replicas = count.trim().parse().ok().filter(|n| *n > 0).ok_or_else(error)?;
        all.push(ConstraintsConjunction { constraints, num_replicas });
    }
    Ok(all)
}

fn parse_list(inner: &str) -> Option<Vec<Constraint>> {
    if inner.trim().is_empty() {
        return Some(Vec::new());
    }
    inner.split(',').map(parse_constraint).collect()
}

fn split_outside_quotes(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut quoted) = (Vec::new(), 0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// Lease preferences from `[[…], […]]`.
pub fn parse_leases(text: &str) -> Result<Vec<LeasePreference>, Error> {
    let error = || bad("lease_preferences", text);
    let inner = text
        .trim()
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .ok_or_else(error)?
        .trim();
    let mut all = Vec::new();
    for part in inner.split(']') {
        let part = part.trim().trim_start_matches(',').trim();
        if part.is_empty() {
            continue;
        }
        let names = part.strip_prefix('[').ok_or_else(error)?;
        all.push(LeasePreference { constraints: parse_list(names).ok_or_else(error)? });
    }
    Ok(all)
}

fn invalid(message: impl std::fmt::Display) -> Error {
    Error::refused(SqlState::CHECK_VIOLATION, format!("could not validate zone config: {message}"))
}

/// Refuses an effective zone that makes no sense.
pub fn validate(zone: &ZoneConfig) -> Result<(), Error> {
    match zone.num_replicas.unwrap_or(3) {
        n if n < 0 => return Err(invalid(format_args!("{n} is not a valid number of replicas"))),
        0 => return Err(invalid("at least one replica is required")),
        2 => {
            return Err(invalid(
                "at least 3 replicas are required for multi-replica configurations",
            ));
        }
        _ => {}
    }
    if let Some(max) = zone.range_max_bytes
        && max < RANGE_MAX_BYTES_MIN
    {
        return Err(invalid(format_args!(
            "RangeMaxBytes {max} less than minimum allowed {RANGE_MAX_BYTES_MIN}"
        )));
    }
    if let Some(min) = zone.range_min_bytes {
        if min < 0 {
            return Err(invalid(format_args!("RangeMinBytes {min} less than minimum allowed 0")));
        }
        if let Some(max) = zone.range_max_bytes
            && min >= max
        {
            return Err(invalid(format_args!(
                "RangeMinBytes {min} is greater than or equal to RangeMaxBytes {max}"
            )));
        }
    }
    if let Some(gc) = zone.gc
        && gc.ttl_seconds < 1
    {
        return Err(invalid(format_args!(
            "GC.TTLSeconds {} less than minimum allowed 1",
            gc.ttl_seconds
        )));
    }
    validate_constraints(&zone.constraints, zone.num_replicas.unwrap_or(3))
}

fn validate_constraints(all: &[ConstraintsConjunction], num_replicas: i32) -> Result<(), Error> {
    let asked: i32 = all.iter().map(|part| part.num_replicas).sum();
    if asked > num_replicas {
        return Err(invalid(format_args!(
            "the number of replicas specified in constraints ({asked}) cannot be greater than the \
             number of replicas configured for the zone ({num_replicas})"
        )));
    }
    for part in all {
        for (i, one) in part.constraints.iter().enumerate() {
            if one.kind == 0 {
                return Err(invalid(format_args!(
                    "constraints must either be required (prefixed with a '+') or prohibited \
                     (prefixed with a '-')"
                )));
            }
            let Some(rest) = part.constraints.get(i + 1..) else { continue };
            for other in rest.iter().filter(|other| !one.key.is_empty() && other.key == one.key) {
                let same = other.value == one.value;
                if (same && other.kind != one.kind) || (one.kind == 1 && other.kind == 1) {
                    let text = constraint_text(one);
                    let other = constraint_text(other);
                    return Err(Error::refused(
                        SqlState::INVALID_PARAMETER_VALUE,
                        format!("incompatible zone constraints: \"{text}\" and \"{other}\""),
                    ));
                }
            }
        }
    }
    Ok(())
}

/// Refuses required constraints that no node meets: most often a slip of the pen.
pub fn validate_nodes(
    all: &[ConstraintsConjunction],
    meets: impl Fn(&str, &str) -> bool,
) -> Result<(), Error> {
    for one in all.iter().flat_map(|part| &part.constraints) {
        if one.kind != 2 && !meets(&one.key, &one.value) {
            return Err(Error::refused(
                SqlState::CHECK_VIOLATION,
                format!(
                    "constraint \"{}\" matches no existing nodes within the cluster - did you enter \
                     it correctly?",
                    constraint_text(one)
                ),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_go_both_ways() {
        for text in ["[]", "[+region=us-east, -ssd]", "{+region=us-east: 2, +region=us-west: 1}"] {
            assert_eq!(constraints_text(&parse_constraints(text).unwrap()), text);
        }
        let leases = "[[+region=us-east], [+region=us-west, -ssd]]";
        assert_eq!(leases_text(&parse_leases(leases).unwrap()), leases);
        assert!(parse_constraints("region").is_err());
    }

    #[test]
    fn least_ttl_is_one() {
        let zone = ZoneConfig {
            gc: Some(super::super::zonepb::GcPolicy { ttl_seconds: 0 }),
            ..Default::default()
        };
        assert_eq!(
            validate(&zone).unwrap_err().to_string(),
            "could not validate zone config: GC.TTLSeconds 0 less than minimum allowed 1"
        );
    }
}
