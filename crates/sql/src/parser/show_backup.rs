//! SHOW BACKUPS and SHOW BACKUP.
//!
//! ```text
//!   SHOW BACKUPS IN uris [NEWER THAN t] [OLDER THAN t] [WITH options]
//!   SHOW BACKUP [SCHEMAS|FILES|RANGES|VALIDATE] FROM sub IN uris [WITH options]
//!   SHOW BACKUP sub IN uris [WITH options]
//!   SHOW BACKUP [SCHEMAS|FILES|RANGES] path [IN uris] [WITH options]                           v21.2 only
//! ```

use super::cursor::{Help, Parser, Result};
use crate::ast::backup::{BackupDetail, ShowBackup, ShowBackupOptions, ShowBackups};
use crate::ast::{Expr, Statement};

impl Parser<'_> {
    /// SHOW BACKUPS after those words.
    pub(super) fn show_backups(&mut self) -> Result<Statement> {
        self.expect("in")?;
        let collection = self.strings()?;
        let (mut newer_than, mut older_than) = (None, None);
        loop {
            if newer_than.is_none() && self.is_word("newer") {
                newer_than = Some(self.than()?);
            } else if older_than.is_none() && self.is_word("older") {
                older_than = Some(self.than()?);
            } else {
                break;
            }
        }
        let options = self.with_options(Self::show_backup_option)?;
        Ok(Statement::ShowBackups(Box::new(ShowBackups {
            collection,
            newer_than,
            older_than,
            options,
        })))
    }

    fn than(&mut self) -> Result<Expr> {
        self.skip();
        if !self.is_word("than") {
            return Err(self.fault());
        }
        self.skip();
        self.expr()
    }

    /// SHOW BACKUP after those words.
    pub(super) fn show_backup(&mut self) -> Result<Statement> {
        let detail = match self.key() {
            "schemas" => BackupDetail::Schemas,
            "files" => BackupDetail::Files,
            "ranges" => BackupDetail::Ranges,
            "validate" => BackupDetail::Validate,
            _ => BackupDetail::Default,
        };
        let word = self.key_at(1) != "in" && detail != BackupDetail::Default;
        let detail = if word { detail } else { BackupDetail::Default };
        if word {
            self.skip();
        }
        let from = self.eat("from");
        let path = self.string_or_placeholder()?;
        if !from {
            self.help =
                Help { command: "SHOW BACKUP", text: self.old_form(detail), function: None };
        }
        let mut collection = Vec::new();
        let legacy = self.dialect.show_backup_whole_path;
        if from || detail == BackupDetail::Default || legacy {
            if self.eat("in") {
                collection = self.strings()?;
            } else if from || !legacy {
                return Err(self.fault());
            }
        } else {
            return Err(self.fault());
        }
        let options = self.with_options(Self::show_backup_option)?;
        Ok(Statement::ShowBackup(Box::new(ShowBackup { detail, from, path, collection, options })))
    }

    fn old_form(&self, detail: BackupDetail) -> &'static str {
        if self.dialect.show_backup_whole_path {
            return "";
        }
        match detail {
            BackupDetail::Default => {
                "The `SHOW BACKUP` syntax without the `IN` keyword is no longer supported. Please use `SHOW BACKUP FROM <subdirectory> IN <collectionURI>`."
            }
            BackupDetail::Schemas => {
                "The `SHOW BACKUP SCHEMAS` syntax without the `IN` keyword is no longer supported. Please use `SHOW BACKUP SCHEMAS FROM <subdirectory> IN <collectionURI>`."
            }
            BackupDetail::Files => {
                "The `SHOW BACKUP FILES` syntax without the `IN` keyword is no longer supported. Please use `SHOW BACKUP FILES FROM <subdirectory> IN <collectionURI>`."
            }
            BackupDetail::Ranges => {
                "The `SHOW BACKUP RANGES` syntax without the `IN` keyword is no longer supported. Please use `SHOW BACKUP RANGES FROM <subdirectory> IN <collectionURI>`."
            }
            BackupDetail::Validate => "",
        }
    }

    /// One option of SHOW BACKUP(S).
    fn show_backup_option(&mut self, options: &mut ShowBackupOptions) -> Result<()> {
        match self.key() {
            "as_json" => self.show_flag(&mut options.as_json, "as_json"),
            "check_files" => self.show_flag(&mut options.check_files, "check_files"),
            "debug_ids" => self.show_flag(&mut options.debug_ids, "debug_ids"),
            "privileges" => self.show_flag(&mut options.privileges, "privileges"),
            "debug_dump_metadata_sst" => {
                self.show_flag(&mut options.debug_dump_metadata_sst, "debug_dump_metadata_sst")
            }
            "index" => self.show_flag(&mut options.index, "index"),
            "skip" => {
                self.skip();
                self.expect_at("size")?;
                self.show_flag(&mut options.skip_size, "skip size")
            }
            "incremental_location" if self.dialect.incremental_location => {
                let uris = self.strings_option()?;
                self.set_all_once(&mut options.incremental_location, uris, "incremental_location")
            }
            "kms" => {
                let uris = self.strings_option()?;
                self.set_all_once(&mut options.kms, uris, "kms")
            }
            "encryption_passphrase" => {
                let value = self.string_option()?;
                self.set_once(&mut options.encryption_passphrase, value, "encryption_passphrase")
            }
            "encryption_info_dir" => {
                let value = self.string_option()?;
                self.set_once(&mut options.encryption_info_dir, value, "encryption_info_dir")
            }
            _ if self.is_word("revision") => {
                self.skip();
                self.expect("start")?;
                self.expect_at("time")?;
                self.show_flag(&mut options.revision_start_time, "revision start time")
            }
            "" if self.is_word("revision_start_time") => {
                self.show_flag(&mut options.revision_start_time, "revision_start_time")
            }
            _ => Err(self.fault()),
        }
    }

    fn show_flag(&mut self, slot: &mut bool, name: &str) -> Result<()> {
        self.skip();
        let taken = std::mem::replace(slot, true);
        self.once(1, taken, name)
    }
}
