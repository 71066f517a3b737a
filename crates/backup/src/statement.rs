//! What a statement says: strings, flags, the rules that all three statements share, and the text of its job.
//!
//! Shape: functions over the syntax tree and the context. *Source*: `spec/backup.md` §1, §4, §10,
//! `spec/storage-uris.md` §6, §7, `spec/schedules-and-jobs.md` §8. Left out: placeholders with values.

use sql::ast::Statement;
use sql::ast::expr::{Expr, Literal};
use sql::catalog::Snapshot;
use sql::catalog::privilege::Privilege;
use sql::print::{self, Flags};
use sql::rules::Rules;

use crate::cx::Cx;
use crate::dest;
use crate::error::Error;

/// The text of a string constant.
///
/// *Errors*: anything but a constant.
#[expect(clippy::wildcard_enum_match_arm, reason = "everything else is no constant")]
pub fn text(expr: &Expr, what: &str) -> Result<String, Error> {
    match expr {
        Expr::Literal(Literal::String(text)) => Ok(text.clone()),
        Expr::Paren(inner) => text(inner, what),
        Expr::Column(parts) if parts.len() == 1 => Ok(parts.concat()),
        _ => Err(Error::BadOption { text: format!("argument of {what} must be type string") }),
    }
}

/// The texts of a list.
///
/// *Errors*: those of [`text`].
pub fn texts(exprs: &[Expr], what: &str) -> Result<Vec<String>, Error> {
    exprs.iter().map(|expr| text(expr, what)).collect()
}

/// A flag that may have a value.
///
/// *Errors*: a value that is no boolean constant.
pub fn flag(expr: Option<&Expr>, what: &str) -> Result<bool, Error> {
    match expr {
        None => Ok(false),
        Some(Expr::Literal(Literal::Bool(on))) => Ok(*on),
        Some(Expr::Paren(inner)) => flag(Some(inner), what),
        Some(Expr::Literal(Literal::String(word))) if word == "true" || word == "on" => Ok(true),
        Some(Expr::Literal(Literal::String(word))) if word == "false" || word == "off" => Ok(false),
        Some(_) => Err(Error::BadOption { text: format!("argument of {what} must be type bool") }),
    }
}

/// Refuses a feature that is switched off.
///
/// *Errors*: [`Error::Disabled`].
pub fn check_enabled(
    what: &'static str,
    setting: &str,
    snapshot: &Snapshot,
    rules: Rules,
) -> Result<(), Error> {
    let known = snapshot.settings.get(rules, setting).is_some();
    if known && !snapshot.settings.bool(rules, setting) {
        return Err(Error::Disabled { what });
    }
    Ok(())
}

/// Refuses a foreground statement that is not alone in its transaction.
///
/// *Errors*: [`Error::InTransaction`].
pub fn check_alone(what: &'static str, detached: bool, cx: &Cx<'_, '_>) -> Result<(), Error> {
    let rules = cx.rules();
    let shared = cx.sql.session.in_block() || (cx.sql.session.in_batch && rules.batch_is_one_txn());
    if shared && !detached {
        return Err(Error::InTransaction { what, words: rules.multi_statement_words() });
    }
    Ok(())
}

/// Refuses URIs that only an admin may use.
///
/// *Errors*: [`Error::UriNeedsAdmin`], and URIs that are none.
pub fn check_uris(
    what: &'static str,
    uris: &[String],
    snapshot: &Snapshot,
    cx: &Cx<'_, '_>,
) -> Result<(), Error> {
    let rules = cx.rules();
    let user = &cx.sql.session.user;
    let privileged = cx.implicit_access
        || snapshot.users.is_admin(user)
        || (rules.implicit_io_privilege()
            && snapshot.users.may_system(user, Privilege::ExternalIoImplicitAccess));
    for typed in uris {
        let uri = cloud::uri::parse(typed)?;
        if cloud::access::needs_admin(&uri) && !privileged {
            return Err(Error::UriNeedsAdmin {
                what,
                scheme: uri.scheme,
                privilege: rules.implicit_io_privilege(),
            });
        }
    }
    Ok(())
}

/// The one store of a backup that is not locality-aware.
///
/// *Errors*: lists whose localities make no sense; lists that do, which are not simulated.
pub fn single_destination(uris: &[String]) -> Result<&str, Error> {
    let locality = |typed: &String| -> Result<Option<String>, Error> {
        let uri = cloud::uri::parse(typed)?;
        Ok(uri.param("COCKROACH_LOCALITY").map(str::to_owned))
    };
    if let [only] = uris {
        return match locality(only)? {
            Some(pair) if pair != "default" => {
                Err(dest::Error::SingleLocality { locality: pair }.into())
            }
            Some(_) | None => Ok(only),
        };
    }
    let mut seen: Vec<String> = Vec::new();
    for typed in uris {
        let Some(pair) = locality(typed)? else { return Err(dest::Error::LocalityMissing.into()) };
        if seen.contains(&pair) {
            return Err(match pair.as_str() {
                "default" => dest::Error::LocalityTwoDefaults.into(),
                _ => dest::Error::LocalityTwice { locality: pair }.into(),
            });
        }
        seen.push(pair);
    }
    if !seen.iter().any(|pair| pair == "default") {
        return Err(dest::Error::LocalityNoDefault.into());
    }
    Err(Error::NotSimulated { what: "locality-aware backups".to_owned() })
}

/// The statement as SHOW JOBS prints it: secrets redacted, options in the version's form.
pub fn description(statement: &Statement, rules: Rules) -> String {
    let old = rules.backup_to_syntax();
    print::to_string(
        statement,
        &Flags {
            redact_uri: Some(&cloud::uri::redact),
            password: old.then_some("redacted"),
            old_options: old,
            ..Flags::default()
        },
    )
}

/// A string constant.
pub fn literal(text: impl Into<String>) -> Expr {
    Expr::Literal(Literal::String(text.into()))
}
