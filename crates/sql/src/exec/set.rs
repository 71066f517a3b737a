//! SET and RESET CLUSTER SETTING; session variables: their names, defaults and values.
//!
//! *Source*: `spec/zone-configs-and-cluster.md` §9; CockroachDB's SET pages.

use base::sqlstate::SqlState;

use crate::ast::expr::{Expr, Literal};
use crate::ast::session::{Discard, SetClusterSetting, SetVar};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::names::TEMP_PREFIX;
use crate::catalog::privilege::Privilege;
use crate::catalog::system::ids;
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::Outcome;
use crate::plan::Planner;
use crate::settings::{self, Value};
use crate::types::Datum;

/// Runs SET CLUSTER SETTING.
pub(crate) fn cluster_setting(stmt: &SetClusterSetting, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    let rules = *cx.rules;
    if cx.session.in_block() {
        return Err(CatalogError::refused(
            SqlState::ACTIVE_SQL_TRANSACTION,
            "SET CLUSTER SETTING cannot be used inside a multi-statement transaction",
        )
        .into());
    }
    let snapshot = cx.snapshot()?;
    let name = stmt.name.to_lowercase();
    let user = cx.session.user.clone();
    let may = snapshot.users.has_option(&user, "MODIFYCLUSTERSETTING")
        || snapshot.users.may_system(&user, Privilege::ModifyClusterSetting);
    if !may {
        let text = format!(
            "only users with the {} privilege are allowed to set cluster setting '{name}'",
            Privilege::ModifyClusterSetting.word()
        );
        return Err(CatalogError::refused(SqlState::INSUFFICIENT_PRIVILEGE, text).into());
    }
    let setting = settings::find(rules, &name)
        .ok_or_else(|| CatalogError::undefined(Kind::ClusterSetting, &*name))?;
    let value = match &stmt.value {
        None => None,
        Some(expr) => {
            let datum = value_of(expr, cx)?;
            Some(Value::of_datum(&name, setting.kind, &datum)?)
        }
    };
    check(&name, value.as_ref())?;
    let now = cx.clock.now().wall / 1000;
    let mut sys = cx.sys_changing()?;
    match value {
        None => {
            sys.delete(ids::SETTINGS, &[Datum::from(name.as_str())])?;
        }
        Some(value) => {
            let row = [
                ("name", Datum::from(name.as_str())),
                ("value", Datum::from(value.encode())),
                ("lastUpdated", Datum::Timestamp(now)),
                ("valueType", Datum::from(setting.kind.letter())),
            ];
            sys.upsert(ids::SETTINGS, &row)?;
        }
    }
    Ok(Outcome::tag("SET CLUSTER SETTING"))
}

/// Values that a setting of the right kind may still not have.
fn check(name: &str, value: Option<&Value>) -> Result<(), Error> {
    let text = match (name, value) {
        ("version", _) => {
            "cannot downgrade or change the version of a simulated cluster".to_owned()
        }
        ("backup.compaction.threshold", Some(Value::Int(n))) if *n != 0 && *n < 3 => {
            format!("cannot set {name} to {n}: must be 0 or at least 3")
        }
        (_, Some(Value::Duration(n) | Value::Size(n))) if *n < 0 => {
            format!("cannot set {name} to a negative value")
        }
        _ => return Ok(()),
    };
    Err(CatalogError::refused(SqlState::INVALID_PARAMETER_VALUE, text).into())
}

/// The value of an expression after `=`: a bare word is that word.
#[expect(clippy::wildcard_enum_match_arm, reason = "everything else is evaluated")]
fn value_of(expr: &Expr, cx: &mut Cx<'_>) -> Result<Datum, Error> {
    match expr {
        Expr::Column(parts) => Ok(Datum::from(parts.join("."))),
        Expr::Literal(Literal::String(text)) => Ok(Datum::from(text.as_str())),
        Expr::Literal(Literal::Bool(on)) => Ok(Datum::Bool(*on)),
        other => Planner::new(cx).value(other, None),
    }
}

/// A session variable: name, default, whether SET may change it.
struct Var {
    name: &'static str,
    default: &'static str,
    writable: bool,
}

const fn var(name: &'static str, default: &'static str) -> Var {
    Var { name, default, writable: true }
}

const fn fixed(name: &'static str, default: &'static str) -> Var {
    Var { name, default, writable: false }
}

/// The variables that exist, by name. Those that the session keeps itself have an empty default here.
const VARS: &[Var] = &[
    var("application_name", ""),
    var("autocommit_before_ddl", "on"),
    var("bytea_output", "hex"),
    var("client_encoding", "UTF8"),
    var("client_min_messages", "notice"),
    fixed("crdb_version", ""),
    var("database", ""),
    var("datestyle", "ISO, MDY"),
    var("default_int_size", "8"),
    var("default_transaction_isolation", "serializable"),
    var("default_transaction_priority", "normal"),
    var("default_transaction_read_only", "off"),
    var("disable_partially_distributed_plans", "off"),
    var("distsql", "auto"),
    var("enable_experimental_alter_column_type_general", "off"),
    var("enable_implicit_transaction_for_batch_statements", "on"),
    var("enable_zigzag_join", "on"),
    var("experimental_enable_temp_tables", "off"),
    var("experimental_enable_unique_without_index_constraints", "off"),
    var("extra_float_digits", "0"),
    var("idle_in_session_timeout", "0"),
    var("idle_in_transaction_session_timeout", "0"),
    fixed("integer_datetimes", "on"),
    var("intervalstyle", "postgres"),
    fixed("is_superuser", ""),
    var("lock_timeout", "0"),
    fixed("max_identifier_length", "128"),
    fixed("max_index_keys", "32"),
    fixed("node_id", ""),
    var("results_buffer_size", "16384"),
    var("row_security", "off"),
    var("search_path", ""),
    var("serial_normalization", "rowid"),
    fixed("server_encoding", "UTF8"),
    fixed("server_version", "13.0.0"),
    fixed("server_version_num", "130000"),
    fixed("session_user", ""),
    var("sql_safe_updates", "off"),
    var("standard_conforming_strings", "on"),
    var("statement_timeout", "0"),
    var("synchronize_seqscans", "on"),
    var("timezone", ""),
    var("tracing", "off"),
    fixed("transaction_isolation", "serializable"),
    fixed("transaction_priority", "normal"),
    fixed("transaction_read_only", ""),
    fixed("transaction_status", ""),
    var("use_backups_with_ids", "off"),
    var("use_declarative_schema_changer", "on"),
    var("vectorize", "on"),
];

fn find(name: &str) -> Option<&'static Var> {
    VARS.iter().find(|var| var.name == name)
}

/// Names of all session variables in order.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    VARS.iter().map(|var| var.name)
}

/// The value of a session variable, as SHOW prints it.
pub(crate) fn value(name: &str, cx: &mut Cx<'_>) -> Result<String, Error> {
    let name = if name == "time zone" { "timezone" } else { name };
    let Some(var) = find(name) else {
        return Err(CatalogError::undefined(Kind::Variable, name).into());
    };
    if let Some(own) = own_value(name, cx)? {
        return Ok(own);
    }
    Ok(cx.session.var(name).unwrap_or(var.default).to_owned())
}

/// Variables that the session, its transaction or the cluster hold.
fn own_value(name: &str, cx: &mut Cx<'_>) -> Result<Option<String>, Error> {
    use crate::session::TxnState;
    Ok(Some(match name {
        "database" => cx.session.database.clone(),
        "search_path" => {
            let path = cx.session.search_path.iter();
            let shown: Vec<&str> =
                path.map(String::as_str).filter(|name| !name.starts_with(TEMP_PREFIX)).collect();
            shown.join(", ")
        }
        "session_user" => cx.session.user.clone(),
        "node_id" => cx.node.to_string(),
        "crdb_version" => format!("CockroachDB CCL {}", cx.rules.version().tag()),
        "timezone" => cx.session.var("timezone").unwrap_or("UTC").to_owned(),
        "is_superuser" => {
            let admin = cx.snapshot()?.users.is_admin(&cx.session.user);
            if admin { "on" } else { "off" }.to_owned()
        }
        "transaction_status" => match &cx.session.txn {
            TxnState::Open(open) if !open.implicit => "Open",
            TxnState::Aborted(_) => "Aborted",
            TxnState::Open(_) | TxnState::Idle => "NoTxn",
        }
        .to_owned(),
        "transaction_read_only" => match &cx.session.txn {
            TxnState::Open(open) if open.read_only => "on",
            TxnState::Open(_) | TxnState::Aborted(_) | TxnState::Idle => "off",
        }
        .to_owned(),
        _ => return Ok(None),
    }))
}

/// Runs SET, RESET, USE.
pub(crate) fn session_var(stmt: &SetVar, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    let name = match stmt.name.to_lowercase() {
        name if name == "time zone" => "timezone".to_owned(),
        name => name,
    };
    let reset = stmt.values.is_empty() || matches!(stmt.values.as_slice(), [Expr::Default]);
    let tag = if stmt.values.is_empty() { "RESET" } else { "SET" };
    let Some(var) = find(&name) else {
        return Err(CatalogError::undefined(Kind::Variable, name).into());
    };
    if !var.writable {
        let text = format!("parameter \"{name}\" cannot be changed");
        return Err(CatalogError::refused(SqlState::CANT_CHANGE_RUNTIME_PARAM, text).into());
    }
    let mut texts = Vec::new();
    for expr in stmt.values.iter().filter(|_| !reset) {
        texts.push(value_of(expr, cx)?.to_text());
    }
    match name.as_str() {
        "database" => set_database(texts.first().cloned(), cx)?,
        "search_path" => {
            let path = &mut cx.session.search_path;
            path.retain(|name| name.starts_with(TEMP_PREFIX));
            if reset {
                path.push("public".to_owned());
            } else {
                path.extend(split_path(&texts));
            }
        }
        "timezone" => set_zone(texts.first().map(String::as_str), cx)?,
        _ if reset => {
            cx.session.vars.remove(&name);
        }
        _ => {
            let text = normalize(var, &texts.join(", "))?;
            cx.session.vars.insert(name, text);
        }
    }
    cx.session.snapshot = None;
    Ok(Outcome::tag(tag))
}

fn split_path(texts: &[String]) -> Vec<String> {
    let parts = texts.iter().flat_map(|text| text.split(','));
    parts
        .map(|part| part.trim().trim_matches('"').to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

fn set_database(name: Option<String>, cx: &mut Cx<'_>) -> Result<(), Error> {
    let name = name.unwrap_or_else(|| "defaultdb".to_owned());
    if !name.is_empty() {
        let snapshot = cx.snapshot()?;
        snapshot.resolve_database(&name)?;
    }
    cx.session.database = name;
    Ok(())
}

/// `on` and `off` for switches; other variables keep their text.
fn normalize(var: &Var, text: &str) -> Result<String, Error> {
    if !matches!(var.default, "on" | "off") || var.name == "vectorize" {
        return Ok(text.to_owned());
    }
    match text.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" | "t" => Ok("on".to_owned()),
        "off" | "false" | "no" | "0" | "f" => Ok("off".to_owned()),
        other => match var.name {
            "use_declarative_schema_changer" | "serial_normalization" | "distsql" => {
                Ok(other.to_owned())
            }
            name => {
                let text = format!("parameter \"{name}\" requires a Boolean value");
                Err(CatalogError::refused(SqlState::INVALID_PARAMETER_VALUE, text).into())
            }
        },
    }
}

/// Zones are offsets: `UTC`, `+02:00`, `-3`.
fn set_zone(text: Option<&str>, cx: &mut Cx<'_>) -> Result<(), Error> {
    let Some(text) = text else {
        cx.session.vars.remove("timezone");
        cx.session.zone_secs = 0;
        return Ok(());
    };
    let secs = offset(text).ok_or_else(|| {
        CatalogError::refused(
            SqlState::INVALID_PARAMETER_VALUE,
            format!("invalid value for parameter \"timezone\": \"{text}\""),
        )
        .with_detail(format!("cannot find time zone \"{text}\": timezone data cannot be found"))
    })?;
    cx.session.zone_secs = secs;
    cx.session.vars.insert("timezone".to_owned(), text.to_owned());
    Ok(())
}

/// *Units*: seconds east of UTC.
fn offset(text: &str) -> Option<i32> {
    let upper = text.to_ascii_uppercase();
    let rest = match upper.as_str() {
        "UTC" | "GMT" | "ETC/UTC" | "DEFAULT" | "LOCAL" | "Z" => return Some(0),
        other => other.strip_prefix("UTC").unwrap_or(other).to_owned(),
    };
    let (sign, digits) = match rest.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, rest.strip_prefix('+').unwrap_or(&rest)),
    };
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 15 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Runs RESET ALL and DISCARD.
pub(crate) fn discard(what: Discard, cx: &mut Cx<'_>) -> Outcome {
    match what {
        Discard::All | Discard::ResetAll => {
            cx.session.vars.clear();
            cx.session.zone_secs = 0;
            cx.session.search_path = vec!["public".to_owned()];
            if what == Discard::All {
                cx.session.prepared.clear();
                cx.session.sequence_values.clear();
                cx.session.last_sequence = None;
            }
        }
        Discard::Sequences => {
            cx.session.sequence_values.clear();
            cx.session.last_sequence = None;
        }
        Discard::Temp => {}
    }
    cx.session.snapshot = None;
    Outcome::tag(match what {
        Discard::All => "DISCARD ALL",
        Discard::ResetAll => "RESET ALL",
        Discard::Sequences => "DISCARD SEQUENCES",
        Discard::Temp => "DISCARD TEMP",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets() {
        assert_eq!(offset("UTC"), Some(0));
        assert_eq!(offset("+02:30"), Some(9000));
        assert_eq!(offset("-3"), Some(-10_800));
        assert_eq!(offset("America/New_York"), None);
    }

    #[test]
    fn variables_are_in_order() {
        assert!(VARS.windows(2).all(|pair| pair[0].name < pair[1].name));
    }
}
