//! SHOW as text.

use super::Printer;
use crate::ast::show::{
    PartitionsFrom, RangesTarget, RegionsFrom, ScheduleExecutor, ScheduleState, Scope, Show,
    ShowJobs, ShowJobsWhich, ShowSchedules,
};
use crate::ast::{Expr, Name, ObjectKind, ObjectName};

impl Printer<'_> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the rest is show_grants' and what follows it"
    )]
    pub(super) fn show(&mut self, show: &Show) {
        self.word("SHOW ");
        match show {
            Show::Databases { with_comment } => self.commented("DATABASES", *with_comment),
            Show::Schemas { database, with_comment } => {
                self.word("SCHEMAS");
                if let Some(database) = database {
                    self.keyword_name(" FROM ", database);
                }
                self.commented("", *with_comment);
            }
            Show::Tables { from, with_comment } => {
                self.object_after("TABLES", from.as_ref());
                self.commented("", *with_comment);
            }
            Show::Columns { table, with_comment } => {
                self.object_after("COLUMNS", Some(table));
                self.commented("", *with_comment);
            }
            Show::Indexes { table, with_comment } => {
                self.object_after("INDEXES", Some(table));
                self.commented("", *with_comment);
            }
            Show::DatabaseIndexes { database, with_comment } => {
                self.keyword_name("INDEXES FROM DATABASE ", database);
                self.commented("", *with_comment);
            }
            Show::Constraints(table) => self.object_after("CONSTRAINTS", Some(table)),
            Show::Sequences(None) => self.word("SEQUENCES"),
            Show::Sequences(Some(database)) => self.keyword_name("SEQUENCES FROM ", database),
            Show::Enums(from) => self.object_after("ENUMS", from.as_ref()),
            Show::Functions { procedures, from } => self
                .object_after(if *procedures { "PROCEDURES" } else { "FUNCTIONS" }, from.as_ref()),
            Show::Triggers(table) => self.object_after("TRIGGERS", Some(table)),
            Show::Fingerprints(table) => {
                self.object_after("EXPERIMENTAL_FINGERPRINTS FROM TABLE", Some(table));
            }
            Show::Jobs(jobs) => self.show_jobs(jobs),
            Show::Schedules(schedules) => self.show_schedules(schedules),
            Show::Ranges { target, options } => self.show_ranges(target, options),
            _ => self.show_grants(show),
        }
    }

    /// Who may what.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is show_words' and show_rest's")]
    fn show_grants(&mut self, show: &Show) {
        match show {
            Show::Grants { on, grantees } => {
                self.word("GRANTS");
                if let Some(target) = on {
                    self.word(" ON ");
                    self.grant_target(target);
                }
                self.for_roles(grantees);
            }
            Show::RoleGrants { roles, grantees } => {
                self.word("GRANTS ON ROLE");
                self.when(!roles.is_empty(), " ");
                self.roles(roles);
                self.for_roles(grantees);
            }
            Show::SystemGrants(grantees) => {
                self.word("SYSTEM GRANTS");
                self.for_roles(grantees);
            }
            Show::DefaultPrivileges { roles, all_roles, for_grantee, schema } => {
                self.word("DEFAULT PRIVILEGES");
                self.when(*all_roles, " FOR ALL ROLES");
                if !roles.is_empty() {
                    self.word(if *for_grantee { " FOR GRANTEE " } else { " FOR ROLE " });
                    self.roles(roles);
                }
                if let Some(schema) = schema {
                    self.word(" IN SCHEMA ");
                    self.object_name(schema);
                }
            }
            _ => self.show_words(show),
        }
    }

    /// What is words alone.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is show_rest's")]
    fn show_words(&mut self, show: &Show) {
        match show {
            Show::Types => self.word("TYPES"),
            Show::Users => self.word("USERS"),
            Show::Roles => self.word("ROLES"),
            Show::Zones => self.word("ZONE CONFIGURATIONS"),
            Show::Locality => self.word("LOCALITY"),
            Show::TransactionStatus => self.word("TRANSACTION STATUS"),
            Show::SavepointStatus => self.word("SAVEPOINT STATUS"),
            Show::VirtualClusters => self.word("VIRTUAL CLUSTERS"),
            Show::LastQueryStatistics => self.word("LAST QUERY STATISTICS"),
            Show::FullTableScans => self.word("FULL TABLE SCANS"),
            Show::CommitTimestamp => self.word("COMMIT TIMESTAMP"),
            _ => self.show_rest(show),
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other half of show; its kinds never come here"
    )]
    fn show_rest(&mut self, show: &Show) {
        match show {
            Show::Create { kind, name } => {
                self.word("CREATE ");
                if !matches!(kind, ObjectKind::Table) {
                    self.word(kind.words());
                    self.word(" ");
                }
                self.object_name(name);
            }
            Show::CreateAll(kind) => {
                self.word("CREATE ALL ");
                self.word(kind.words());
                self.word("S");
            }
            Show::CreateSchedules(None) => self.word("CREATE ALL SCHEDULES"),
            Show::CreateSchedules(id) => self.clause("CREATE SCHEDULE ", id.as_ref()),
            Show::CreateExternalConnections(None) => self.word("CREATE ALL EXTERNAL CONNECTIONS"),
            Show::CreateExternalConnections(name) => {
                self.clause("CREATE EXTERNAL CONNECTION ", name.as_ref());
            }
            Show::ExternalConnections(None) => self.word("EXTERNAL CONNECTIONS"),
            Show::ExternalConnections(name) => self.clause("EXTERNAL CONNECTION ", name.as_ref()),
            Show::RangeForRow { table, index, row } => {
                self.range_for_row(table, index.as_ref(), row);
            }
            Show::Zone(target) => {
                self.word("ZONE CONFIGURATION FROM ");
                self.zone_target(target);
            }
            Show::ClusterSetting(name) => {
                self.word("CLUSTER SETTING ");
                self.dotted(name);
            }
            Show::ClusterSettings { all } => {
                self.word(if *all { "ALL CLUSTER SETTINGS" } else { "CLUSTER SETTINGS" });
            }
            Show::Var(name) if name == "all" => self.word("ALL"),
            Show::Var(name) => self.dotted(name),
            Show::Statistics { using_json, table } => {
                self.word(if *using_json {
                    "STATISTICS USING JSON FOR TABLE "
                } else {
                    "STATISTICS FOR TABLE "
                });
                self.object_name(table);
            }
            Show::Histogram(id) => self.number(format_args!("HISTOGRAM {id}")),
            Show::Sessions { all, scope } => self.scoped(*all, *scope, "SESSIONS"),
            Show::Queries { all, scope } => self.scoped(*all, *scope, "STATEMENTS"),
            Show::Transactions { all, scope } => self.scoped(*all, *scope, "TRANSACTIONS"),
            Show::Regions(from) => self.show_regions(from),
            Show::SurvivalGoal(None) => self.word("SURVIVAL GOAL FROM DATABASE"),
            Show::SurvivalGoal(Some(name)) => {
                self.keyword_name("SURVIVAL GOAL FROM DATABASE ", name);
            }
            Show::Partitions(from) => self.show_partitions(from),
            Show::Syntax(text) => {
                self.word("SYNTAX ");
                self.plain_string(text);
            }
            Show::Completions { offset, text } => {
                self.number(format_args!("COMPLETIONS AT OFFSET {offset} FOR "));
                self.plain_string(text);
            }
            _ => {}
        }
    }

    fn range_for_row(&mut self, table: &ObjectName, index: Option<&Name>, row: &[Expr]) {
        self.word(if index.is_some() { "RANGE FROM INDEX " } else { "RANGE FROM TABLE " });
        self.object_name(table);
        if let Some(index) = index {
            self.word("@");
            self.any_name(index);
        }
        self.word(" FOR ROW ");
        self.paren_exprs(row);
    }

    fn show_regions(&mut self, from: &RegionsFrom) {
        self.word("REGIONS");
        match from {
            RegionsFrom::Default => {}
            RegionsFrom::Cluster => self.word(" FROM CLUSTER"),
            RegionsFrom::AllDatabases => self.word(" FROM ALL DATABASES"),
            RegionsFrom::Database(None) => self.word(" FROM DATABASE"),
            RegionsFrom::Database(Some(name)) => self.keyword_name(" FROM DATABASE ", name),
        }
    }

    fn show_partitions(&mut self, from: &PartitionsFrom) {
        self.word("PARTITIONS FROM ");
        match from {
            PartitionsFrom::Table(table) => self.object_after("TABLE", Some(table)),
            PartitionsFrom::Database(name) => self.keyword_name("DATABASE ", name),
            PartitionsFrom::Index(table, index) => {
                self.word("INDEX ");
                self.object_name(table);
                self.word("@");
                if index == "*" {
                    self.word("*");
                } else {
                    self.any_name(index);
                }
            }
        }
    }

    fn commented(&mut self, words: &str, with_comment: bool) {
        self.word(words);
        self.when(with_comment, " WITH COMMENT");
    }

    /// `WORDS FROM name`; without FROM when the words end in it.
    fn object_after(&mut self, words: &str, from: Option<&ObjectName>) {
        self.word(words);
        if let Some(name) = from {
            self.word(if words.ends_with("TABLE") { " " } else { " FROM " });
            self.object_name(name);
        }
    }

    fn for_roles(&mut self, grantees: &[Name]) {
        if !grantees.is_empty() {
            self.word(" FOR ");
            self.roles(grantees);
        }
    }

    fn scoped(&mut self, all: bool, scope: Scope, words: &str) {
        self.when(all, "ALL ");
        self.word(match scope {
            Scope::Default | Scope::Cluster => "CLUSTER ",
            Scope::Local => "LOCAL ",
        });
        self.word(words);
    }

    fn show_ranges(&mut self, target: &RangesTarget, options: &[String]) {
        self.when(*target == RangesTarget::Cluster, "CLUSTER ");
        self.word("RANGES");
        match target {
            RangesTarget::Cluster | RangesTarget::Current => {}
            RangesTarget::Table(table) => {
                self.word(" FROM TABLE ");
                self.object_name(table);
            }
            RangesTarget::Index(table, index) => {
                self.word(" FROM INDEX ");
                self.object_name(table);
                self.word("@");
                self.any_name(index);
            }
            RangesTarget::Database(name) => self.keyword_name(" FROM DATABASE ", name),
        }
        if !options.is_empty() {
            self.word(" WITH ");
            self.word(&options.join(", ").to_ascii_uppercase());
        }
    }

    fn show_jobs(&mut self, jobs: &ShowJobs) {
        self.word(match jobs.which {
            ShowJobsWhich::Automatic => "AUTOMATIC JOBS",
            ShowJobsWhich::Changefeed => "CHANGEFEED JOBS",
            ShowJobsWhich::All | ShowJobsWhich::Ids(_) | ShowJobsWhich::ForSchedules(_) => "JOBS",
        });
        self.when(jobs.when_complete, " WHEN COMPLETE");
        match &jobs.which {
            ShowJobsWhich::All | ShowJobsWhich::Automatic | ShowJobsWhich::Changefeed => {}
            ShowJobsWhich::Ids(query) => {
                self.word(" ");
                self.query(query);
            }
            ShowJobsWhich::ForSchedules(query) => {
                self.word(" FOR SCHEDULES ");
                self.query(query);
            }
        }
        if !jobs.options.is_empty() {
            self.word(" WITH ");
            self.word(&jobs.options.join(", ").to_ascii_uppercase());
        }
    }

    fn show_schedules(&mut self, schedules: &ShowSchedules) {
        if schedules.id.is_some() {
            self.clause("SCHEDULE ", schedules.id.as_ref());
            return;
        }
        self.word(match schedules.state {
            ScheduleState::Any => "SCHEDULES",
            ScheduleState::Running => "RUNNING SCHEDULES",
            ScheduleState::Paused => "PAUSED SCHEDULES",
        });
        self.word(match schedules.executor {
            ScheduleExecutor::Any => "",
            ScheduleExecutor::Backup => " FOR BACKUP",
            ScheduleExecutor::SqlStatistics => " FOR SQL STATISTICS",
            ScheduleExecutor::Changefeed => " FOR CHANGEFEED",
        });
    }
}
