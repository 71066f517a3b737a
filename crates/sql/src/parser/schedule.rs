//! CREATE SCHEDULE FOR BACKUP, ALTER BACKUP SCHEDULE.

use super::cursor::{Parser, Result};
use crate::ast::backup::{Backup, BackupDest, BackupOptions};
use crate::ast::schedule::{AlterBackupSchedule, AlterScheduleCommand, CreateSchedule, FullBackup};
use crate::ast::{Expr, KvOption, Statement};

impl Parser<'_> {
    /// CREATE SCHEDULE after those words.
    pub(super) fn create_schedule(&mut self) -> Result<Statement> {
        let if_not_exists = self.if_not_exists();
        let label = if self.is("for") { None } else { Some(self.string_or_placeholder()?) };
        self.expect("for")?;
        if self.is("changefeed") {
            return Err(self.unsupported("CREATE SCHEDULE FOR CHANGEFEED"));
        }
        self.expect("backup")?;
        let targets = if self.is("into") { None } else { Some(self.targets()?) };
        self.expect("into")?;
        let to = self.strings()?;
        let options = self.schedule_backup_options()?;
        let backup = Backup {
            targets,
            dest: BackupDest::Into,
            to,
            incremental_from: Vec::new(),
            as_of: None,
            options,
        };
        let recurring = self.recurring()?;
        let full_backup =
            if self.eat_all(&["full", "backup"]) { self.full_backup()? } else { FullBackup::Unset };
        let options = self.schedule_options()?;
        Ok(Statement::CreateSchedule(Box::new(CreateSchedule {
            if_not_exists,
            label,
            backup,
            recurring,
            full_backup,
            options,
        })))
    }

    fn recurring(&mut self) -> Result<Option<Expr>> {
        self.expect("recurring")?;
        if self.eat("never") {
            return Ok(None);
        }
        Ok(Some(self.string_constant_or_placeholder()?))
    }

    fn full_backup(&mut self) -> Result<FullBackup> {
        if self.eat("always") {
            return Ok(FullBackup::Always);
        }
        Ok(FullBackup::Cron(self.string_constant_or_placeholder()?))
    }

    fn schedule_options(&mut self) -> Result<Vec<KvOption>> {
        if !self.eat("with") {
            return Ok(Vec::new());
        }
        if self.eat("experimental") {
            self.eat("schedule");
        } else {
            self.expect("schedule")?;
        }
        self.expect("options")?;
        if self.is("(") { self.paren_list(Self::kv_option) } else { self.list(Self::kv_option) }
    }

    /// ALTER BACKUP SCHEDULE after those words.
    pub(super) fn alter_schedule(&mut self) -> Result<Statement> {
        let id = self.unsigned()?;
        let commands = self.list(Self::schedule_command)?;
        Ok(Statement::AlterBackupSchedule(Box::new(AlterBackupSchedule { id, commands })))
    }

    fn schedule_command(&mut self) -> Result<AlterScheduleCommand> {
        if self.eat("execute") {
            let full = self.eat("full");
            self.expect("immediately")?;
            return Ok(if full {
                AlterScheduleCommand::ExecuteFull
            } else {
                AlterScheduleCommand::Execute
            });
        }
        self.expect("set")?;
        match self.key() {
            "label" => {
                self.skip();
                Ok(AlterScheduleCommand::Label(self.string_or_placeholder()?))
            }
            "into" => {
                self.skip();
                Ok(AlterScheduleCommand::Into(self.strings()?))
            }
            "with" => {
                self.skip();
                let mut options = BackupOptions::default();
                self.backup_option(&mut options)?;
                Ok(AlterScheduleCommand::With(Box::new(options)))
            }
            "recurring" => {
                self.skip();
                Ok(AlterScheduleCommand::Recurring(self.string_constant_or_placeholder()?))
            }
            "full" => {
                self.expect_all(&["full", "backup"])?;
                Ok(AlterScheduleCommand::FullBackup(self.full_backup()?))
            }
            _ => {
                self.expect_all(&["schedule", "option"])?;
                Ok(AlterScheduleCommand::Option(self.kv_option()?))
            }
        }
    }
}
