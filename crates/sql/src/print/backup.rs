//! BACKUP, RESTORE, SHOW BACKUP, schedules, jobs, external connections as text.
//!
//! Options print in one fixed order, whatever the order typed. URIs print as `'*****'` unless secrets are shown or the caller
//! gives its own redaction; a passphrase always as `'*****'` then.

use super::Printer;
use crate::ast::backup::{
    AlterBackup, Backup, BackupDest, BackupDetail, BackupOptions, Restore, RestoreOptions,
    ShowBackup, ShowBackupOptions, ShowBackups, Targets, TenantSpec,
};
use crate::ast::job::{ControlJobs, JobCommand, JobSet};
use crate::ast::schedule::{AlterScheduleCommand, CreateSchedule, FullBackup, ScheduleCommand};
use crate::ast::{Expr, KvOption, Statement};

impl Printer<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "statement() sends only this family here")]
    pub(super) fn backup_family(&mut self, stmt: &Statement) {
        match stmt {
            Statement::Backup(stmt) => self.backup(stmt),
            Statement::Restore(stmt) => self.restore(stmt),
            Statement::ShowBackups(stmt) => self.show_backups(stmt),
            Statement::ShowBackup(stmt) => self.show_backup(stmt),
            Statement::AlterBackup(stmt) => self.alter_backup(stmt),
            Statement::CreateSchedule(stmt) => self.create_schedule(stmt),
            Statement::ControlJobs(stmt) => self.control_jobs(stmt),
            Statement::CreateExternalConnection(stmt) => {
                self.word("CREATE EXTERNAL CONNECTION ");
                self.when(stmt.if_not_exists, "IF NOT EXISTS ");
                self.expr(&stmt.name);
                self.word(" AS ");
                self.uri(&stmt.uri);
            }
            Statement::DropExternalConnection(stmt) => {
                self.word("DROP EXTERNAL CONNECTION ");
                self.when(stmt.if_exists, "IF EXISTS ");
                self.expr(&stmt.name);
            }
            Statement::CheckExternalConnection(stmt) => {
                self.word("CHECK EXTERNAL CONNECTION ");
                self.uri(&stmt.uri);
                if !stmt.options.is_empty() {
                    self.word(" WITH OPTIONS (");
                    self.kv_options(&stmt.options);
                    self.word(")");
                }
            }
            Statement::AlterBackupSchedule(stmt) => {
                self.number(format_args!("ALTER BACKUP SCHEDULE {} ", stmt.id));
                for (i, command) in stmt.commands.iter().enumerate() {
                    self.comma(i);
                    self.schedule_command(command);
                }
            }
            Statement::ControlSchedules(stmt) => {
                self.word(match stmt.command {
                    ScheduleCommand::Pause => "PAUSE SCHEDULES ",
                    ScheduleCommand::Resume => "RESUME SCHEDULES ",
                    ScheduleCommand::Drop => "DROP SCHEDULES ",
                    ScheduleCommand::Execute => "EXECUTE SCHEDULES ",
                });
                self.query(&stmt.schedules);
            }
            _ => {}
        }
    }

    /// A URI, hidden unless secrets are shown.
    fn uri(&mut self, uri: &Expr) {
        match uri.as_str() {
            Some(text) if !self.flags.show_secrets => {
                let shown = self.flags.redact_uri.map_or_else(|| "*****".to_owned(), |f| f(text));
                self.expr(&Expr::string(shown));
            }
            _ => self.expr(uri),
        }
    }

    /// One URI, or several in parentheses.
    fn uris(&mut self, uris: &[Expr]) {
        self.when(uris.len() > 1, "(");
        for (i, uri) in uris.iter().enumerate() {
            self.comma(i);
            self.uri(uri);
        }
        self.when(uris.len() > 1, ")");
    }

    fn password(&mut self, password: &Expr) {
        if self.flags.show_secrets {
            self.expr(password);
        } else {
            self.word("'");
            self.word(self.flags.password.unwrap_or("*****"));
            self.word("'");
        }
    }

    fn targets(&mut self, targets: &Targets) {
        match targets {
            Targets::Tables(patterns) => {
                self.word("TABLE ");
                self.table_patterns(patterns);
            }
            Targets::Databases(names) => {
                self.word("DATABASE ");
                self.names(names);
            }
            Targets::VirtualCluster(spec) => {
                self.word("VIRTUAL CLUSTER ");
                match spec {
                    TenantSpec::Id(_) if self.flags.hide_constants => self.word("_"),
                    TenantSpec::Id(id) => self.word(id),
                    TenantSpec::Name(name) => self.name(name),
                }
            }
        }
    }

    fn backup(&mut self, stmt: &Backup) {
        self.word("BACKUP ");
        if let Some(targets) = &stmt.targets {
            self.targets(targets);
            self.word(" ");
        }
        match &stmt.dest {
            BackupDest::Into => self.word("INTO "),
            BackupDest::IntoLatest => self.word("INTO LATEST IN "),
            BackupDest::IntoSubdir(subdir) => {
                self.word("INTO ");
                self.expr(subdir);
                self.word(" IN ");
            }
            BackupDest::To => self.word("TO "),
        }
        self.uris(&stmt.to);
        self.clause(" AS OF SYSTEM TIME ", stmt.as_of.as_ref());
        if !stmt.incremental_from.is_empty() {
            self.word(" INCREMENTAL FROM ");
            for (i, uri) in stmt.incremental_from.iter().enumerate() {
                self.comma(i);
                self.uri(uri);
            }
        }
        if !stmt.options.is_default() {
            self.open_options();
            self.backup_options(&stmt.options);
            self.close_options();
        }
    }

    fn open_options(&mut self) {
        self.word(if self.flags.old_options { " WITH " } else { " WITH OPTIONS (" });
    }

    fn close_options(&mut self) {
        self.when(!self.flags.old_options, ")");
    }

    fn backup_options(&mut self, options: &BackupOptions) {
        let mut list = Options { count: 0 };
        list.bool_value(self, "revision_history", options.revision_history.as_ref());
        list.password(self, options.encryption_passphrase.as_ref());
        list.flag(self, "detached", options.detached == Some(true));
        list.uris(self, "kms", &options.kms);
        list.uris(self, "incremental_location", &options.incremental_location);
        list.value(self, "execution locality", options.execution_locality.as_ref());
        list.bool_value(
            self,
            "include_all_virtual_clusters",
            options.include_all_virtual_clusters.as_ref(),
        );
        let metrics = options.updates_cluster_monitoring_metrics.as_ref();
        list.bool_value(self, "updates_cluster_monitoring_metrics", metrics);
        list.flag(self, "strict storage locality", options.strict_storage_locality);
    }

    fn restore(&mut self, stmt: &Restore) {
        self.word("RESTORE ");
        self.when(stmt.system_users, "SYSTEM USERS ");
        if let Some(targets) = &stmt.targets {
            self.targets(targets);
            self.word(" ");
        }
        self.word("FROM ");
        if let Some(subdir) = &stmt.subdir {
            self.expr(subdir);
            self.word(" IN ");
        }
        for (i, layer) in stmt.from.iter().enumerate() {
            self.comma(i);
            self.uris(layer);
        }
        self.clause(" AS OF SYSTEM TIME ", stmt.as_of.as_ref());
        if stmt.options != RestoreOptions::default() {
            self.open_options();
            self.restore_options(&stmt.options);
            self.close_options();
        }
    }

    fn restore_options(&mut self, options: &RestoreOptions) {
        let mut list = Options { count: 0 };
        list.password(self, options.encryption_passphrase.as_ref());
        list.uris(self, "kms", &options.kms);
        list.value(self, "into_db", options.into_db.as_ref());
        list.value(self, "debug_pause_on", options.debug_pause_on.as_ref());
        list.flag(self, "skip_missing_foreign_keys", options.skip_missing_foreign_keys);
        list.flag(self, "skip_missing_sequence_owners", options.skip_missing_sequence_owners);
        list.flag(self, "skip_missing_sequences", options.skip_missing_sequences);
        list.flag(self, "skip_missing_views", options.skip_missing_views);
        list.flag(self, "skip_missing_udfs", options.skip_missing_udfs);
        list.flag(self, "detached", options.detached);
        list.flag(self, "skip_localities_check", options.skip_localities_check);
        list.value(self, "new_db_name", options.new_db_name.as_ref());
        list.uris(self, "incremental_location", &options.incremental_location);
        list.value(self, "virtual_cluster_name", options.virtual_cluster_name.as_ref());
        list.value(self, "virtual_cluster", options.virtual_cluster.as_ref());
        list.flag(self, "schema_only", options.schema_only);
        list.flag(self, "verify_backup_table_data", options.verify_backup_table_data);
        list.bool_value(
            self,
            "include_all_virtual_clusters",
            options.include_all_virtual_clusters.as_ref(),
        );
        let unsafe_version = options.unsafe_restore_incompatible_version;
        list.flag(self, "unsafe_restore_incompatible_version", unsafe_version);
        list.value(self, "execution locality", options.execution_locality.as_ref());
        list.flag(self, "experimental deferred copy", options.experimental_deferred_copy);
        list.flag(self, "experimental copy", options.experimental_copy);
        list.flag(self, "remove_regions", options.remove_regions);
        list.flag(self, "grants", options.grants);
    }

    fn show_backups(&mut self, stmt: &ShowBackups) {
        self.word("SHOW BACKUPS IN ");
        self.uris(&stmt.collection);
        self.clause(" NEWER THAN ", stmt.newer_than.as_ref());
        self.clause(" OLDER THAN ", stmt.older_than.as_ref());
        self.show_options(&stmt.options);
    }

    fn show_backup(&mut self, stmt: &ShowBackup) {
        self.word("SHOW BACKUP ");
        self.word(match stmt.detail {
            BackupDetail::Default => "",
            BackupDetail::Schemas => "SCHEMAS ",
            BackupDetail::Files => "FILES ",
            BackupDetail::Ranges => "RANGES ",
            BackupDetail::Validate => "VALIDATE ",
        });
        self.when(stmt.from, "FROM ");
        if stmt.collection.is_empty() {
            self.uri(&stmt.path);
        } else {
            self.expr(&stmt.path);
            self.word(" IN ");
            self.uris(&stmt.collection);
        }
        self.show_options(&stmt.options);
    }

    fn show_options(&mut self, options: &ShowBackupOptions) {
        if *options == ShowBackupOptions::default() {
            return;
        }
        self.open_options();
        let mut list = Options { count: 0 };
        list.flag(self, "as_json", options.as_json);
        list.flag(self, "check_files", options.check_files);
        list.flag(self, "debug_ids", options.debug_ids);
        list.password(self, options.encryption_passphrase.as_ref());
        list.uris(self, "incremental_location", &options.incremental_location);
        list.flag(self, "privileges", options.privileges);
        list.value(self, "encryption_info_dir", options.encryption_info_dir.as_ref());
        list.uris(self, "kms", &options.kms);
        list.flag(self, "debug_dump_metadata_sst", options.debug_dump_metadata_sst);
        list.flag(self, "skip size", options.skip_size);
        list.flag(self, "index", options.index);
        list.flag(self, "revision_start_time", options.revision_start_time);
        self.close_options();
    }

    fn alter_backup(&mut self, stmt: &AlterBackup) {
        self.word("ALTER BACKUP ");
        if let Some(subdir) = &stmt.subdir {
            self.expr(subdir);
            self.word(" IN ");
        }
        self.uri(&stmt.backup);
        self.word(" ADD NEW_KMS = ");
        self.uris(&stmt.new_kms);
        self.word(" WITH OLD_KMS = ");
        self.uris(&stmt.old_kms);
    }

    fn create_schedule(&mut self, stmt: &CreateSchedule) {
        self.word("CREATE SCHEDULE ");
        self.when(stmt.if_not_exists, "IF NOT EXISTS ");
        if let Some(label) = &stmt.label {
            self.expr(label);
            self.word(" ");
        }
        self.word("FOR BACKUP ");
        if let Some(targets) = &stmt.backup.targets {
            self.targets(targets);
            self.word(" ");
        }
        self.word("INTO ");
        self.uris(&stmt.backup.to);
        if !stmt.backup.options.is_default() {
            self.word(" WITH ");
            self.backup_options(&stmt.backup.options);
        }
        match &stmt.recurring {
            None => self.word(" RECURRING NEVER"),
            Some(cron) => self.clause(" RECURRING ", Some(cron)),
        }
        match &stmt.full_backup {
            FullBackup::Unset => {}
            FullBackup::Always => self.word(" FULL BACKUP ALWAYS"),
            FullBackup::Cron(cron) => self.clause(" FULL BACKUP ", Some(cron)),
        }
        if !stmt.options.is_empty() {
            self.word(" WITH SCHEDULE OPTIONS ");
            self.kv_options(&stmt.options);
        }
    }

    /// Options of an open set; their names are never hidden.
    pub(super) fn kv_options(&mut self, options: &[KvOption]) {
        let anonymize = self.anonymize;
        for (i, option) in options.iter().enumerate() {
            self.comma(i);
            self.anonymize = false;
            self.name(&option.key);
            self.anonymize = anonymize;
            self.clause(" = ", option.value.as_ref());
        }
    }

    fn schedule_command(&mut self, command: &AlterScheduleCommand) {
        match command {
            AlterScheduleCommand::Label(label) => self.clause("SET LABEL ", Some(label)),
            AlterScheduleCommand::Into(uris) => {
                self.word("SET INTO ");
                self.when(uris.len() > 1, "(");
                for (i, uri) in uris.iter().enumerate() {
                    self.comma(i);
                    self.schedule_uri(uri);
                }
                self.when(uris.len() > 1, ")");
            }
            AlterScheduleCommand::With(options) => {
                self.word("SET WITH ");
                self.backup_options(options);
            }
            AlterScheduleCommand::Recurring(cron) => self.clause("SET RECURRING ", Some(cron)),
            AlterScheduleCommand::FullBackup(FullBackup::Cron(cron)) => {
                self.clause("SET FULL BACKUP ", Some(cron));
            }
            AlterScheduleCommand::FullBackup(_) => self.word("SET FULL BACKUP ALWAYS"),
            AlterScheduleCommand::Option(option) => {
                self.word("SET SCHEDULE OPTION ");
                self.name(&option.key);
                self.clause(" = ", option.value.as_ref());
            }
            AlterScheduleCommand::Execute => self.word("EXECUTE IMMEDIATELY"),
            AlterScheduleCommand::ExecuteFull => self.word("EXECUTE FULL IMMEDIATELY"),
        }
    }

    /// The location of SET INTO: only the password inside it is hidden.
    fn schedule_uri(&mut self, uri: &Expr) {
        match uri.as_str() {
            Some(text) if !self.flags.show_secrets => {
                let shown =
                    self.flags.redact_uri.map_or_else(|| without_password(text), |f| f(text));
                self.expr(&Expr::string(shown));
            }
            _ => self.expr(uri),
        }
    }

    fn control_jobs(&mut self, stmt: &ControlJobs) {
        let verb = match stmt.command {
            JobCommand::Pause => "PAUSE ",
            JobCommand::Resume => "RESUME ",
            JobCommand::Cancel => "CANCEL ",
        };
        self.word(verb);
        match &stmt.jobs {
            JobSet::Ids(query) => {
                self.word("JOBS ");
                self.query(query);
            }
            JobSet::ForSchedules(query) => {
                self.word("JOBS FOR SCHEDULES ");
                self.query(query);
            }
            JobSet::AllOfKind(kind) => {
                self.word("ALL ");
                self.word(&kind.to_ascii_uppercase());
                self.word(" JOBS");
            }
        }
        self.clause(" WITH REASON = ", stmt.reason.as_ref());
    }
}

/// `scheme://user:secret@host` with `redacted` for the secret.
fn without_password(uri: &str) -> String {
    let secret = uri.find("://").and_then(|scheme| {
        let start = scheme + 3;
        let authority = uri.get(start..)?;
        let authority = authority.get(..authority.find(['/', '?']).unwrap_or(authority.len()))?;
        let at = authority.rfind('@')?;
        let colon = authority.get(..at)?.find(':')?;
        Some(start + colon + 1..start + at)
    });
    match secret {
        Some(range) => {
            let mut shown = uri.to_owned();
            shown.replace_range(range, "redacted");
            shown
        }
        None => uri.to_owned(),
    }
}

/// A list of options under construction.
struct Options {
    count: usize,
}

impl Options {
    fn word(&mut self, printer: &mut Printer<'_>, word: &str) {
        printer.comma(self.count);
        printer.word(word);
        self.count += 1;
    }

    fn flag(&mut self, printer: &mut Printer<'_>, word: &str, on: bool) {
        if on {
            self.word(printer, word);
        }
    }

    fn value(&mut self, printer: &mut Printer<'_>, word: &str, value: Option<&Expr>) {
        if value.is_some() {
            self.word(printer, word);
            printer.clause(" = ", value);
        }
    }

    fn bool_value(&mut self, printer: &mut Printer<'_>, word: &str, value: Option<&Expr>) {
        if printer.flags.old_options && value == Some(&Expr::bool(true)) {
            self.word(printer, word);
        } else {
            self.value(printer, word, value);
        }
    }

    fn password(&mut self, printer: &mut Printer<'_>, value: Option<&Expr>) {
        if let Some(password) = value {
            self.word(printer, "encryption_passphrase = ");
            printer.password(password);
        }
    }

    fn uris(&mut self, printer: &mut Printer<'_>, word: &str, uris: &[Expr]) {
        if !uris.is_empty() {
            self.word(printer, word);
            printer.word(" = ");
            printer.uris(uris);
        }
    }
}
