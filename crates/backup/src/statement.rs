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

use crate::crypt::info::Sealing;
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

/// What the options of a statement say of encryption.
///
/// *Errors*: both ways at once, a key service that the version does not know.
pub fn sealing(passphrase: Option<&Expr>, kms: &[Expr], rules: Rules) -> Result<Sealing, Error> {
    if passphrase.is_some() && !kms.is_empty() {
        return Err(Error::BothKeys);
    }
    let passphrase = passphrase.map(|expr| text(expr, "encryption_passphrase")).transpose()?;
    let kms = texts(kms, "kms")?;
    for uri in &kms {
        let key = cloud::kms::key_of(uri)?;
        if key.is_newer() && !rules.kms_gcp_azure() {
            let scheme = uri.split(':').next().unwrap_or_default();
            return Err(dest::Error::refused(format!(
                "no factory method found for scheme {scheme}"
            ))
            .into());
        }
    }
    Ok(Sealing { passphrase, kms, ..Sealing::default() })
}

/// The filter of `execution locality`; empty without one.
///
/// *Errors*: a filter that is none, or that no node matches.
pub fn execution(expr: Option<&Expr>, cx: &Cx<'_, '_>) -> Result<String, Error> {
    let Some(expr) = expr else { return Ok(String::new()) };
    let filter = text(expr, "execution locality")?;
    for tier in filter.split(',') {
        if tier.split('=').filter(|part| !part.is_empty()).count() != 2 {
            let text = format!("tier must be in the form \"key=value\" not \"{tier}\"");
            return Err(Error::BadOption { text });
        }
    }
    let is_matched = cx
        .sql
        .kv
        .nodes()
        .iter()
        .any(|node| node.live && matches_filter(&node.config.locality, &filter));
    if is_matched {
        return Ok(filter);
    }
    Err(dest::Error::refused(format!("no instances found matching locality filter {filter}"))
        .into())
}

/// Whether a node's locality has every tier of a filter.
pub fn matches_filter(tiers: &[(String, String)], filter: &str) -> bool {
    filter.split(',').all(|want| {
        want.split_once('=')
            .is_some_and(|(k, v)| tiers.iter().any(|(key, value)| key == k && value == v))
    })
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
