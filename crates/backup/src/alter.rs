//! ALTER BACKUP … ADD `NEW_KMS`: more keys for a chain that is encrypted by key services.
//!
//! ```text
//!   ALTER BACKUP 'sub' IN 'c' ADD NEW_KMS = 'k3' WITH OLD_KMS = 'k1'      a new ENCRYPTION-INFO-<n> beside the full
//!   ALTER BACKUP 'c/2022/04/01-020000.00' ADD …                          the same, by the full's own URI
//! ```
//!
//! Shape: no job; nothing is encrypted anew, only the data key is wrapped once more. *Source*: `spec/encryption-format.md`
//! §4, `spec/storage-uris.md` §8. Errors: a chain without info, an old key that opens nothing, a service that refuses.

use sql::ast::backup::AlterBackup;

use crate::connection;
use crate::crypt::info;
use crate::cx::Cx;
use crate::dest::{self, collection, names};
use crate::error::Error;
use crate::statement::{self, text};
use crate::sys;

/// Adds keys.
///
/// *Errors*: see the module.
pub fn alter(stmt: &AlterBackup, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let rules = cx.rules();
    if !rules.kms_gcp_azure() {
        let message = "at or near \"backup\": syntax error";
        let code = base::sqlstate::SqlState::SYNTAX_ERROR;
        return Err(sql::catalog::Error::refused(code, message).into());
    }
    let catalog = sys::catalog_now(cx)?;
    let uris = [text(&stmt.backup, "ALTER BACKUP")?];
    statement::check_uris("ALTER BACKUP", &uris, &catalog, cx)?;
    let [uri] = uris;
    let uri = connection::resolve(&uri, cx)?;
    let home = cx.open(&uri)?;
    let full = match &stmt.subdir {
        None => home,
        Some(typed) => {
            let typed = text(typed, "ALTER BACKUP")?;
            if typed.eq_ignore_ascii_case("latest") {
                let latest = collection::read_latest(&home, cx.buckets, rules, &mut 0)?;
                home.join(&latest)
            } else {
                home.join(&names::normal_subdir(&typed))
            }
        }
    };
    let old = statement::sealing(None, &stmt.old_kms, rules)?.kms;
    let new = statement::sealing(None, &stmt.new_kms, rules)?.kms;
    let now = cx.sql.clock.tick();
    let chance = cx.sql.rng.fork(&format!("new kms at {now}"));
    info::add_kms(&full, &old, &new, chance, cx.buckets, now).map_err(dest::Error::Info)?;
    Ok(())
}
