//! RESTORE.
//!
//! ```text
//!   RESTORE [targets | SYSTEM USERS] FROM (subdir | LATEST) IN uris [AS OF SYSTEM TIME t] [WITH options]
//!   RESTORE [targets] FROM uris, uris … [AS OF SYSTEM TIME t] [WITH options]                   v21.2 only
//! ```
//!
//! Once the subdirectory has been read, CockroachDB's grammar takes any later syntax error for the form without IN; so do we.

use super::cursor::{Help, Parser, Result};
use crate::ast::backup::{Restore, RestoreOptions, Targets};
use crate::ast::{Expr, Statement};

const CLUSTER: &str = "The `RESTORE FROM <backupURI>` syntax is no longer supported. Please use `RESTORE FROM <subdirectory> IN <collectionURI>`.";
const TARGETS: &str = "The `RESTORE <targets> FROM <backupURI>` syntax is no longer supported. Please use `RESTORE <targets> FROM <subdirectory> IN <collectionURI>`.";
const SYSTEM_USERS: &str = "The `RESTORE SYSTEM USERS FROM <backupURI>` syntax is no longer supported. Please use `RESTORE SYSTEM USERS FROM <subdirectory> IN <collectionURI>`.";

impl Parser<'_> {
    /// RESTORE.
    pub(super) fn restore(&mut self) -> Result<Statement> {
        self.expect("restore")?;
        let system_users = self.eat_all(&["system", "users"]);
        let targets = if system_users || self.is("from") { None } else { Some(self.targets()?) };
        self.expect("from")?;
        let first = self.strings()?;
        if !self.dialect.backup_to {
            let text = if system_users {
                SYSTEM_USERS
            } else if targets.is_some() {
                TARGETS
            } else {
                CLUSTER
            };
            self.help = Help { command: "RESTORE", text, function: None };
        }
        let (subdir, from) = self.restore_source(first)?;
        self.restore_tail(targets, system_users, subdir, from)
    }

    fn restore_source(&mut self, first: Vec<Expr>) -> Result<(Option<Expr>, Vec<Vec<Expr>>)> {
        let mut first = first;
        if first.len() == 1 && self.eat("in") {
            return Ok((first.pop(), vec![self.strings()?]));
        }
        if !self.dialect.backup_to {
            return Err(self.fault());
        }
        let mut from = vec![first];
        while self.eat(",") {
            from.push(self.strings()?);
        }
        Ok((None, from))
    }

    fn restore_tail(
        &mut self,
        targets: Option<Targets>,
        system_users: bool,
        subdir: Option<Expr>,
        from: Vec<Vec<Expr>>,
    ) -> Result<Statement> {
        let as_of = self.optional_as_of()?;
        let options = self.with_options(Self::restore_option)?;
        Ok(Statement::Restore(Box::new(Restore {
            targets,
            system_users,
            subdir,
            from,
            as_of,
            options,
        })))
    }

    /// One option of RESTORE.
    fn restore_option(&mut self, options: &mut RestoreOptions) -> Result<()> {
        match self.key() {
            "encryption_passphrase" => {
                let value = self.string_option()?;
                self.set_once(&mut options.encryption_passphrase, value, "encryption_passphrase")
            }
            "kms" => {
                let uris = self.strings_option()?;
                self.set_all_once(&mut options.kms, uris, "kms")
            }
            "into_db" => {
                let value = self.string_option()?;
                self.set_once(&mut options.into_db, value, "into_db")
            }
            "skip_missing_foreign_keys" => {
                self.flag(&mut options.skip_missing_foreign_keys, "skip_missing_foreign_keys")
            }
            "skip_missing_sequences" => {
                self.flag(&mut options.skip_missing_sequences, "skip_missing_sequences")
            }
            "skip_missing_sequence_owners" => {
                self.flag(&mut options.skip_missing_sequence_owners, "skip_missing_sequence_owners")
            }
            "skip_missing_views" => {
                self.flag(&mut options.skip_missing_views, "skip_missing_views")
            }
            "detached" => self.flag(&mut options.detached, "detached option"),
            "skip_localities_check" => {
                self.flag(&mut options.skip_localities_check, "skip_localities_check")
            }
            "incremental_location" if self.dialect.incremental_location => {
                let uris = self.strings_option()?;
                self.set_all_once(
                    &mut options.incremental_location,
                    uris,
                    "incremental_location option",
                )
            }
            "" if self.is_word("debug_pause_on") => {
                let value = self.string_option()?;
                self.set_once(&mut options.debug_pause_on, value, "debug_pause_on")
            }
            _ if self.dialect.newer_options => self.newer_restore_option(options),
            _ => Err(self.fault()),
        }
    }

    /// Options that came after v21.2.
    fn newer_restore_option(&mut self, options: &mut RestoreOptions) -> Result<()> {
        match self.key() {
            "skip_missing_udfs" => self.flag(&mut options.skip_missing_udfs, "skip_missing_udfs"),
            "new_db_name" => {
                let value = self.string_option()?;
                self.set_once(&mut options.new_db_name, value, "new_db_name")
            }
            "virtual_cluster_name" | "tenant_name" => {
                let value = self.string_option()?;
                self.set_once(
                    &mut options.virtual_cluster_name,
                    value,
                    "virtual_cluster_name option",
                )
            }
            "virtual_cluster" | "tenant" => {
                let value = self.string_option()?;
                self.set_once(&mut options.virtual_cluster, value, "virtual_cluster option")
            }
            "schema_only" => self.flag(&mut options.schema_only, "schema_only option"),
            "verify_backup_table_data" => {
                self.flag(&mut options.verify_backup_table_data, "verify_backup_table_data option")
            }
            "include_all_virtual_clusters" | "include_all_secondary_tenants" => {
                let value = self.bool_option(true)?;
                let taken = options.include_all_virtual_clusters.replace(value).is_some();
                self.once(0, taken, "include_all_virtual_clusters")
            }
            "unsafe_restore_incompatible_version" => self.flag(
                &mut options.unsafe_restore_incompatible_version,
                "unsafe_restore_incompatible_version",
            ),
            "execution" => {
                self.skip();
                self.expect_at("locality")?;
                let value = self.string_option()?;
                self.set_once(&mut options.execution_locality, value, "execution locality option")
            }
            "experimental" if self.key_at(1) == "copy" => {
                self.skip();
                self.flag(&mut options.experimental_copy, "experimental copy")
            }
            "experimental" => {
                self.expect_all(&["experimental", "deferred"])?;
                self.expect_at("copy")?;
                self.flag(&mut options.experimental_deferred_copy, "experimental deferred copy")
            }
            "remove_regions" => {
                // It implies the other, which may stand before it but not after.
                options.skip_localities_check = true;
                self.flag(&mut options.remove_regions, "remove_regions")
            }
            "grants" => self.flag(&mut options.grants, "grants"),
            _ => Err(self.fault()),
        }
    }

    /// An option that is a bare word.
    fn flag(&mut self, slot: &mut bool, name: &str) -> Result<()> {
        self.skip();
        let taken = std::mem::replace(slot, true);
        self.once(1, taken, name)
    }
}
