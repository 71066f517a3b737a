//! Who may back up what.
//!
//! | target | v21.2 | v26.2 |
//! |---|---|---|
//! | cluster | admin | admin, or system privilege BACKUP |
//! | database | CONNECT or SELECT on it, SELECT on its tables, USAGE on schemas and types | BACKUP on it; the old ones with a notice |
//! | table | SELECT on it | BACKUP on it; the old ones with a notice |
//!
//! *Source*: `spec/backup.md` §10, `spec/error-messages.md` §2, §8.

use base::sort;
use sql::ast::backup::{Backup, Targets};
use sql::catalog::Snapshot as Catalog;
use sql::catalog::descpb::{Descriptor, Union};
use sql::catalog::privilege::Privilege;
use sql::outcome::Notice;

use crate::cx::Cx;
use crate::error::Error;
use crate::targets::{Selection, Snapshot};

/// Where the fine-grained model is explained.
const NEW_MODEL: &str = "The existing privileges are being deprecated in favour of a fine-grained privilege model \
    explained here https://www.cockroachlabs.com/docs/stable/backup.html#required-privileges. In a future release, to run";

/// Refuses targets that the user may not back up; tells of privileges that will not do in future.
///
/// *Errors*: [`Error::Denied`].
pub(super) fn check(
    stmt: &Backup,
    snapshot: &Snapshot,
    selection: &Selection,
    catalog: &Catalog,
    cx: &mut Cx<'_, '_>,
) -> Result<(), Error> {
    let rules = cx.rules();
    let user = cx.sql.session.user.clone();
    if catalog.users.is_admin(&user) {
        return Ok(());
    }
    let Some(targets) = &stmt.targets else {
        return check_cluster(&user, catalog, cx);
    };
    let named: Vec<&Descriptor> =
        selection.named.iter().filter_map(|id| snapshot.by_id.get(id)).collect();
    let holds = |d: &&Descriptor| catalog.users.may(&user, d.privileges(), Privilege::Backup);
    let is_new_model = rules.backup_privilege();
    if is_new_model && !named.is_empty() && named.iter().all(holds) {
        return Ok(());
    }
    let future = is_new_model.then(|| future_text(&user, targets, &named));
    let old_style = selection.ids.iter().filter_map(|id| snapshot.by_id.get(id));
    for descriptor in in_check_order(old_style) {
        if let Err(text) = check_old(&user, descriptor, catalog) {
            return Err(Error::Denied { text, hint: future });
        }
    }
    if let Some(text) = future {
        cx.sql.notice(Notice::new(text));
    }
    Ok(())
}

fn check_cluster(user: &str, catalog: &Catalog, cx: &Cx<'_, '_>) -> Result<(), Error> {
    let mut text =
        "only users with the admin role are allowed to perform full cluster backups".to_owned();
    if cx.rules().backup_privilege() {
        if catalog.users.may_system(user, Privilege::Backup) {
            return Ok(());
        }
        text = format!(
            "only users with the admin role or the BACKUP system privilege are allowed to perform full cluster \
             backups: user {user} does not have BACKUP system privilege"
        );
    }
    Err(Error::Denied { text, hint: None })
}

/// Databases first, then schemas and types, then tables: as a user would be told.
fn in_check_order<'a>(all: impl Iterator<Item = &'a Descriptor>) -> Vec<&'a Descriptor> {
    let mut ordered: Vec<&Descriptor> = all.collect();
    sort::by_key(&mut ordered, |d| match &d.union {
        Some(Union::Database(_)) => 0,
        Some(Union::Schema(_)) => 1,
        Some(Union::Type(_)) => 2,
        Some(Union::Table(_) | Union::Function(_)) | None => 3,
    });
    ordered
}

/// The privileges of v21.2. The error is the text of the refusal.
fn check_old(user: &str, descriptor: &Descriptor, catalog: &Catalog) -> Result<(), String> {
    let may = |wanted| catalog.users.may(user, descriptor.privileges(), wanted);
    let (is_allowed, wanted, kind) = match &descriptor.union {
        Some(Union::Database(_)) => {
            (may(Privilege::Connect) || may(Privilege::Select), "CONNECT", "database")
        }
        Some(Union::Schema(_)) => (may(Privilege::Usage), "USAGE", "schema"),
        Some(Union::Type(_)) => (may(Privilege::Usage), "USAGE", "type"),
        Some(Union::Table(_)) => (may(Privilege::Select), "SELECT", "relation"),
        Some(Union::Function(_)) => (may(Privilege::Execute), "EXECUTE", "function"),
        None => return Ok(()),
    };
    if is_allowed {
        return Ok(());
    }
    Err(format!("user {user} does not have {wanted} privilege on {kind} {}", descriptor.name()))
}

fn future_text(user: &str, targets: &Targets, named: &[&Descriptor]) -> String {
    let list: Vec<&str> = named.iter().map(|d| d.name()).collect();
    let list = list.join(", ");
    if matches!(targets, Targets::Databases(_)) {
        format!(
            "{NEW_MODEL} BACKUP DATABASE, user {user} will exclusively require the BACKUP privilege on database {list}."
        )
    } else {
        format!(
            "{NEW_MODEL} BACKUP TABLE, user {user} will exclusively require the BACKUP privilege on tables: {list}."
        )
    }
}
