//! The catalog as a running statement uses it.
//!
//! Shape: methods of [`Cx`]; everything goes through the open transaction of the session, or through the newest committed
//! state when none is open.

use std::sync::Arc;

use super::descpb::PrivilegeDescriptor;
use super::error::{Error as CatalogError, Kind};
use super::names::Scope;
use super::privilege::Privilege;
use super::snapshot::Snapshot;
use super::sys::Sys;
use crate::cx::Cx;
use crate::error::Error;
use crate::session::TxnState;

impl Cx<'_> {
    /// What exists, as this statement sees it.
    pub fn snapshot(&mut self) -> Result<Arc<Snapshot>, Error> {
        if let Some(known) = &self.session.snapshot {
            return Ok(Arc::clone(known));
        }
        match &mut self.session.txn {
            TxnState::Open(open) => {
                let changed = open.changed_schema;
                let made = self.catalog.seen_by(self.kv, &mut open.kv, changed)?;
                self.session.snapshot = Some(Arc::clone(&made));
                Ok(made)
            }
            TxnState::Idle | TxnState::Aborted(_) => {
                let now = self.clock.tick();
                Ok(self.catalog.committed(self.kv, now)?)
            }
        }
    }

    /// Names as the session looks them up.
    pub fn name_scope(&self) -> Scope<'_> {
        Scope::of(self.session)
    }

    /// Rows of system tables, through the open transaction.
    pub fn sys(&mut self) -> Result<Sys<'_>, Error> {
        match &mut self.session.txn {
            TxnState::Open(open) => {
                Ok(Sys { kv: self.kv, txn: &mut open.kv, tables: self.catalog.system() })
            }
            TxnState::Idle | TxnState::Aborted(_) => Err(Error::NoTransaction),
        }
    }

    /// Rows of system tables that a snapshot holds, to be changed: what follows in this transaction sees the change.
    pub fn sys_changing(&mut self) -> Result<Sys<'_>, Error> {
        self.open()?.changed_schema = true;
        self.session.snapshot = None;
        self.sys()
    }

    /// Refuses a user who lacks a privilege on an object.
    pub fn require(
        &mut self,
        snapshot: &Snapshot,
        on: Option<&PrivilegeDescriptor>,
        privilege: Privilege,
        (kind, name): (Kind, &str),
    ) -> Result<(), Error> {
        let user = &self.session.user;
        if snapshot.users.may(user, on, privilege) {
            return Ok(());
        }
        Err(CatalogError::Privilege {
            user: user.clone(),
            privilege: privilege.word(),
            kind,
            name: name.to_owned(),
        }
        .into())
    }

    /// Refuses a user who is no admin. `what` follows "are allowed to".
    pub fn require_admin(&mut self, snapshot: &Snapshot, what: &str) -> Result<(), Error> {
        if snapshot.users.is_admin(&self.session.user) {
            return Ok(());
        }
        Err(CatalogError::AdminOnly { what: what.to_owned() }.into())
    }
}
