//! PAUSE, RESUME, CANCEL, EXECUTE of jobs and schedules; CANCEL QUERY and SESSION; SHOW JOBS, SHOW SCHEDULES.
//!
//! One job or schedule is `VALUES (id)`: singular and plural make the same statement.

use super::cursor::{Parser, Result};
use crate::ast::job::{ControlJobs, JobCommand, JobSet};
use crate::ast::query::{Select, SelectBody};
use crate::ast::schedule::{ControlSchedules, ScheduleCommand};
use crate::ast::session::CancelQuery;
use crate::ast::show::{ScheduleExecutor, ScheduleState, ShowJobs, ShowJobsWhich, ShowSchedules};
use crate::ast::{Show, Statement};

impl Parser<'_> {
    /// PAUSE, RESUME, CANCEL, EXECUTE.
    pub(super) fn control(&mut self) -> Result<Statement> {
        let verb = self.key();
        self.skip();
        match self.key() {
            "job" | "jobs" | "all" => {
                let command = match verb {
                    "pause" => JobCommand::Pause,
                    "resume" => JobCommand::Resume,
                    "cancel" => JobCommand::Cancel,
                    _ => return Err(self.fault()),
                };
                let help = match (command, self.is("all")) {
                    (JobCommand::Pause, false) => "PAUSE JOBS",
                    (JobCommand::Resume, false) => "RESUME JOBS",
                    (JobCommand::Cancel, false) => "CANCEL JOBS",
                    (JobCommand::Pause, true) => "PAUSE ALL JOBS",
                    (JobCommand::Resume, true) => "RESUME ALL JOBS",
                    (JobCommand::Cancel, true) => "CANCEL ALL JOBS",
                };
                self.helped(help, |p| p.control_jobs(command))
            }
            "schedule" | "schedules" => {
                let (command, help) = match verb {
                    "pause" => (ScheduleCommand::Pause, "PAUSE SCHEDULES"),
                    "resume" => (ScheduleCommand::Resume, "RESUME SCHEDULES"),
                    "execute" => (ScheduleCommand::Execute, "EXECUTE SCHEDULES"),
                    _ => return Err(self.fault()),
                };
                self.helped(help, |p| p.control_schedules(command))
            }
            "query" | "queries" if verb == "cancel" => {
                self.helped("CANCEL QUERIES", |p| p.cancel_query(false))
            }
            "session" | "sessions" if verb == "cancel" => {
                self.helped("CANCEL SESSIONS", |p| p.cancel_query(true))
            }
            _ => Err(self.fault()),
        }
    }

    fn control_jobs(&mut self, command: JobCommand) -> Result<Statement> {
        let (jobs, reasoned) = if self.eat("all") {
            let kind = self.name()?;
            self.expect("jobs")?;
            (JobSet::AllOfKind(kind), false)
        } else if self.eat("job") {
            (JobSet::Ids(self.one_value()?), true)
        } else {
            self.expect("jobs")?;
            match self.for_schedules()? {
                Some(schedules) => (JobSet::ForSchedules(schedules), false),
                None => (JobSet::Ids(self.query()?), true),
            }
        };
        let mut reason = None;
        if command == JobCommand::Pause && reasoned && self.eat("with") {
            self.expect_all(&["reason", "="])?;
            reason = Some(self.string_or_placeholder()?);
        }
        Ok(Statement::ControlJobs(Box::new(ControlJobs { command, jobs, reason })))
    }

    /// `VALUES (expr)`.
    fn one_value(&mut self) -> Result<Select> {
        Ok(Select::bare(SelectBody::Values(vec![vec![self.expr()?]])))
    }

    /// `FOR SCHEDULES query`, `FOR SCHEDULE id`, if one stands here.
    fn for_schedules(&mut self) -> Result<Option<Select>> {
        if !self.eat("for") {
            return Ok(None);
        }
        if self.eat("schedules") {
            return Ok(Some(self.query()?));
        }
        self.expect("schedule")?;
        Ok(Some(self.one_value()?))
    }

    /// The schedules after a verb (DROP calls it too).
    pub(super) fn control_schedules(&mut self, command: ScheduleCommand) -> Result<Statement> {
        let schedules = if self.eat("schedule") {
            self.one_value()?
        } else {
            self.expect("schedules")?;
            self.query()?
        };
        Ok(Statement::ControlSchedules(Box::new(ControlSchedules { command, schedules })))
    }

    fn cancel_query(&mut self, session: bool) -> Result<Statement> {
        let single = matches!(self.key(), "query" | "session");
        self.skip();
        let if_exists = self.if_exists();
        let ids = if single { self.one_value()? } else { self.query()? };
        Ok(Statement::CancelQuery(Box::new(CancelQuery { session, if_exists, ids })))
    }

    /// SHOW [AUTOMATIC|CHANGEFEED] JOB(S) after SHOW.
    pub(super) fn show_jobs(&mut self) -> Result<Show> {
        let automatic = self.eat("automatic");
        let changefeed = self.eat("changefeed");
        let single = self.eat("job");
        if !single {
            self.expect("jobs")?;
        }
        let when_complete = self.eat_all(&["when", "complete"]);
        let optioned = self.is("with") && matches!(self.key_at(1), "execution" | "options")
            || self.is("with")
                && self.kind(1) == Some(crate::lexer::TokenKind::Ident)
                && self.key_at(2) == "timestamp";
        let which = if automatic {
            ShowJobsWhich::Automatic
        } else if single {
            ShowJobsWhich::Ids(Box::new(self.one_value()?))
        } else if let Some(schedules) = self.for_schedules()? {
            ShowJobsWhich::ForSchedules(Box::new(schedules))
        } else if !optioned && self.starts_query(0) {
            ShowJobsWhich::Ids(Box::new(self.query()?))
        } else if changefeed {
            ShowJobsWhich::Changefeed
        } else {
            ShowJobsWhich::All
        };
        let options = self.job_options()?;
        Ok(Show::Jobs(ShowJobs { which, when_complete, options }))
    }

    fn job_options(&mut self) -> Result<Vec<String>> {
        if !self.eat("with") {
            return Ok(Vec::new());
        }
        self.list(|p| {
            if p.eat_all(&["execution", "details"]) {
                return Ok("execution details".to_owned());
            }
            if p.is_word("resolved") && p.key_at(1) == "timestamp" {
                p.skip();
                p.skip();
                return Ok("resolved timestamp".to_owned());
            }
            Err(p.fault())
        })
    }

    /// SHOW SCHEDULE id, SHOW [RUNNING|PAUSED] SCHEDULES after SHOW.
    pub(super) fn show_schedules(&mut self) -> Result<Show> {
        if self.eat("schedule") {
            return Ok(Show::Schedules(ShowSchedules {
                state: ScheduleState::Any,
                executor: ScheduleExecutor::Any,
                id: Some(self.expr()?),
            }));
        }
        let state = if self.eat("running") {
            ScheduleState::Running
        } else if self.eat("paused") {
            ScheduleState::Paused
        } else {
            ScheduleState::Any
        };
        self.expect("schedules")?;
        let executor = if self.eat("for") {
            if self.eat("backup") {
                ScheduleExecutor::Backup
            } else if self.eat("changefeed") {
                ScheduleExecutor::Changefeed
            } else {
                self.expect_all(&["sql", "statistics"])?;
                ScheduleExecutor::SqlStatistics
            }
        } else {
            ScheduleExecutor::Any
        };
        Ok(Show::Schedules(ShowSchedules { state, executor, id: None }))
    }
}
