//! SHOW.

use super::cursor::{Parser, Result};
use crate::ast::show::{PartitionsFrom, RangesTarget, RegionsFrom, Scope};
use crate::ast::{ObjectKind, ObjectName, Show, Statement};

impl Parser<'_> {
    /// SHOW.
    pub(super) fn show(&mut self) -> Result<Statement> {
        self.expect("show")?;
        match self.key() {
            "backups" => {
                self.skip();
                return self.helped("SHOW BACKUP", Self::show_backups);
            }
            "backup" => {
                self.skip();
                return self.helped("SHOW BACKUP", Self::show_backup);
            }
            _ => {}
        }
        let show = self.show_kind()?;
        Ok(Statement::Show(Box::new(show)))
    }

    fn show_kind(&mut self) -> Result<Show> {
        match self.key() {
            "databases" => self.helped("SHOW DATABASES", |p| {
                p.skip();
                Ok(Show::Databases { with_comment: p.with_comment() })
            }),
            "schemas" => self.helped("SHOW SCHEMAS", |p| {
                p.skip();
                let database = p.optional_from(Self::name)?;
                Ok(Show::Schemas { database, with_comment: p.with_comment() })
            }),
            "tables" => self.helped("SHOW TABLES", |p| {
                p.skip();
                let from = p.optional_from(Self::schema_name)?;
                Ok(Show::Tables { from, with_comment: p.with_comment() })
            }),
            "columns" => self.helped("SHOW COLUMNS", |p| {
                p.skip();
                let table = p.table_after_from()?;
                Ok(Show::Columns { table, with_comment: p.with_comment() })
            }),
            "index" | "indexes" | "keys" => self.helped("SHOW INDEXES", Self::show_indexes),
            "constraint" | "constraints" => self.helped("SHOW CONSTRAINTS", |p| {
                p.skip();
                let table = p.table_after_from()?;
                p.with_comment();
                Ok(Show::Constraints(table))
            }),
            "create" => self.helped("SHOW CREATE", Self::show_create),
            "grants" | "system" => self.helped("SHOW GRANTS", Self::show_grants),
            "jobs" | "job" | "automatic" | "changefeed" => {
                self.helped("SHOW JOBS", Self::show_jobs)
            }
            "schedule" | "schedules" | "running" | "paused" => {
                self.helped("SHOW SCHEDULES", Self::show_schedules)
            }
            "ranges" | "range" => self.helped("SHOW RANGES", Self::show_ranges),
            "cluster" if self.key_at(1) == "ranges" => {
                self.helped("SHOW RANGES", Self::show_ranges)
            }
            "zone" => self.helped("SHOW ZONE CONFIGURATION", Self::show_zone),
            "cluster" | "all" | "public" | "local" | "sessions" | "queries" | "statements"
            | "transactions" => self.show_cluster(),
            _ => self.show_more(),
        }
    }

    /// What needs a word or two, and session variables.
    fn show_more(&mut self) -> Result<Show> {
        match self.key() {
            "users" => Ok(self.word_only(Show::Users)),
            "roles" => Ok(self.word_only(Show::Roles)),
            "types" => Ok(self.word_only(Show::Types)),
            "locality" => Ok(self.word_only(Show::Locality)),
            "tenants" => Ok(self.word_only(Show::VirtualClusters)),
            "virtual" => {
                self.expect_all(&["virtual", "clusters"])?;
                Ok(Show::VirtualClusters)
            }
            "sequences" => {
                self.skip();
                Ok(Show::Sequences(self.optional_from(Self::name)?))
            }
            "enums" => {
                self.skip();
                Ok(Show::Enums(self.optional_from(Self::schema_name)?))
            }
            "functions" | "procedures" => {
                let procedures = self.is("procedures");
                self.skip();
                Ok(Show::Functions { procedures, from: self.optional_from(Self::schema_name)? })
            }
            "triggers" => {
                self.skip();
                Ok(Show::Triggers(self.table_after_from()?))
            }
            "external" => {
                self.skip();
                if self.eat("connections") {
                    return Ok(Show::ExternalConnections(None));
                }
                self.expect("connection")?;
                Ok(Show::ExternalConnections(Some(self.string_or_placeholder()?)))
            }
            "statistics" => self.helped("SHOW STATISTICS", Self::show_statistics),
            "histogram" => {
                self.skip();
                Ok(Show::Histogram(self.unsigned()?))
            }
            "regions" => self.helped("SHOW REGIONS", Self::show_regions),
            "survival" => {
                self.expect_all(&["survival", "goal", "from", "database"])?;
                Ok(Show::SurvivalGoal(if self.is_name() { Some(self.name()?) } else { None }))
            }
            "partitions" => self.helped("SHOW PARTITIONS", Self::show_partitions),
            "fingerprints" | "experimental_fingerprints" => {
                self.skip();
                self.expect_all(&["from", "table"])?;
                Ok(Show::Fingerprints(self.object_name()?))
            }
            "default" => self.helped("SHOW DEFAULT PRIVILEGES", Self::show_default_privileges),
            _ => self.show_status(),
        }
    }

    /// Fixed phrases, and session variables.
    fn show_status(&mut self) -> Result<Show> {
        match self.key() {
            "full" => {
                self.expect_all(&["full", "table", "scans"])?;
                Ok(Show::FullTableScans)
            }
            "commit" => {
                self.expect_all(&["commit", "timestamp"])?;
                Ok(Show::CommitTimestamp)
            }
            "savepoint" => {
                self.expect_all(&["savepoint", "status"])?;
                Ok(Show::SavepointStatus)
            }
            "transaction" if self.key_at(1) == "status" => {
                self.expect_all(&["transaction", "status"])?;
                Ok(Show::TransactionStatus)
            }
            "transaction" if self.key_at(1) == "priority" => {
                self.expect_all(&["transaction", "priority"])?;
                Ok(Show::Var("transaction_priority".to_owned()))
            }
            "transaction" => {
                self.expect_all(&["transaction", "isolation", "level"])?;
                Ok(Show::Var("transaction_isolation".to_owned()))
            }
            "last" => {
                self.expect_all(&["last", "query", "statistics"])?;
                Ok(Show::LastQueryStatistics)
            }
            "syntax" => {
                self.skip();
                Ok(Show::Syntax(self.string()?))
            }
            "completions" => self.show_completions(),
            _ => self.helped("SHOW SESSION", |p| {
                p.eat("session");
                Ok(Show::Var(p.session_var()?))
            }),
        }
    }

    fn word_only(&mut self, show: Show) -> Show {
        self.skip();
        self.with_comment();
        show
    }

    fn with_comment(&mut self) -> bool {
        self.eat_all(&["with", "comment"])
    }

    fn optional_from<T>(&mut self, item: fn(&mut Self) -> Result<T>) -> Result<Option<T>> {
        if self.eat("from") { Ok(Some(item(self)?)) } else { Ok(None) }
    }

    fn table_after_from(&mut self) -> Result<ObjectName> {
        self.expect("from")?;
        self.object_name()
    }

    fn show_indexes(&mut self) -> Result<Show> {
        self.skip();
        self.expect("from")?;
        if self.is("database") && self.is_name_at(1) {
            self.skip();
            let database = self.name()?;
            return Ok(Show::DatabaseIndexes { database, with_comment: self.with_comment() });
        }
        let table = self.object_name()?;
        Ok(Show::Indexes { table, with_comment: self.with_comment() })
    }

    fn show_create(&mut self) -> Result<Show> {
        self.expect("create")?;
        if self.eat("all") {
            if self.eat("schedules") {
                return Ok(Show::CreateSchedules(None));
            }
            if self.eat_all(&["external", "connections"]) {
                return Ok(Show::CreateExternalConnections(None));
            }
            let kind = match self.key() {
                "schemas" => ObjectKind::Schema,
                "tables" => ObjectKind::Table,
                "types" => ObjectKind::Type,
                "functions" | "routines" => ObjectKind::Function,
                "procedures" => ObjectKind::Procedure,
                _ => return Err(self.fault()),
            };
            self.skip();
            return Ok(Show::CreateAll(kind));
        }
        if self.is("schedule") && !self.ends_at(1) {
            self.skip();
            return Ok(Show::CreateSchedules(Some(self.expr()?)));
        }
        if self.eat_all(&["external", "connection"]) {
            return Ok(Show::CreateExternalConnections(Some(self.string_or_placeholder()?)));
        }
        let kind = match self.key() {
            "table" => Some(ObjectKind::Table),
            "view" => Some(ObjectKind::View),
            "sequence" => Some(ObjectKind::Sequence),
            "database" => Some(ObjectKind::Database),
            "schema" => Some(ObjectKind::Schema),
            "type" => Some(ObjectKind::Type),
            "function" => Some(ObjectKind::Function),
            "procedure" => Some(ObjectKind::Procedure),
            "index" | "indexes" => Some(ObjectKind::Index),
            _ => None,
        };
        if kind.is_some() && self.is_name_at(1) {
            self.skip();
        }
        if kind == Some(ObjectKind::Index) {
            self.eat("from");
        }
        let name = self.object_name()?;
        self.eat_all(&["with", "redact"]);
        Ok(Show::Create { kind: kind.unwrap_or(ObjectKind::Table), name })
    }

    /// Whether the statement, or what it stands in, ends some places ahead.
    fn ends_at(&self, ahead: usize) -> bool {
        self.kind(ahead).is_none() || matches!(self.key_at(ahead), "]" | ")")
    }

    fn show_grants(&mut self) -> Result<Show> {
        if self.eat_all(&["system", "grants"]) {
            return Ok(Show::SystemGrants(self.for_roles()?));
        }
        self.expect("grants")?;
        if self.eat_all(&["on", "role"]) {
            let roles =
                if self.ends_at(0) || self.is("for") { Vec::new() } else { self.list(Self::role)? };
            return Ok(Show::RoleGrants { roles, grantees: self.for_roles()? });
        }
        let on = if self.eat("on") { Some(self.grant_target()?) } else { None };
        Ok(Show::Grants { on, grantees: self.for_roles()? })
    }

    fn for_roles(&mut self) -> Result<Vec<String>> {
        if self.eat("for") { self.list(Self::role) } else { Ok(Vec::new()) }
    }

    fn show_ranges(&mut self) -> Result<Show> {
        if self.eat_all(&["range", "from"]) {
            return self.show_range_for_row();
        }
        let cluster = self.eat("cluster");
        self.expect("ranges")?;
        let target = if cluster {
            RangesTarget::Cluster
        } else if !self.eat("from") || self.eat("current_catalog") {
            RangesTarget::Current
        } else if self.eat("table") {
            RangesTarget::Table(self.object_name()?)
        } else if self.eat("database") {
            RangesTarget::Database(self.name()?)
        } else {
            self.expect("index")?;
            let table = self.object_name()?;
            self.expect("@")?;
            RangesTarget::Index(table, self.any_name()?)
        };
        let mut options = Vec::new();
        if self.eat("with") {
            options = self.list(|p| match p.key() {
                word @ ("tables" | "indexes" | "details" | "keys" | "explain") => {
                    p.skip();
                    Ok(word.to_owned())
                }
                _ => Err(p.fault()),
            })?;
        }
        Ok(Show::Ranges { target, options })
    }

    fn show_range_for_row(&mut self) -> Result<Show> {
        let mut index = None;
        let table = if self.eat("table") {
            self.object_name()?
        } else {
            self.expect("index")?;
            let table = self.object_name()?;
            self.expect("@")?;
            index = Some(self.any_name()?);
            table
        };
        self.expect_all(&["for", "row"])?;
        let row = self.paren_list(Self::expr)?;
        Ok(Show::RangeForRow { table, index, row })
    }

    fn show_zone(&mut self) -> Result<Show> {
        self.expect("zone")?;
        if self.eat("configurations") {
            return Ok(Show::Zones);
        }
        self.expect("configuration")?;
        if !self.eat("from") {
            self.expect("for")?;
        }
        Ok(Show::Zone(self.zone_target()?))
    }

    /// SHOW \[ALL\] \[CLUSTER|LOCAL\] …: settings, sessions, queries, transactions, zones; SHOW ALL.
    fn show_cluster(&mut self) -> Result<Show> {
        let all = self.eat("all");
        if all && self.ends_at(0) {
            return Ok(Show::Var("all".to_owned()));
        }
        if all && self.eat_all(&["zone", "configurations"]) {
            return Ok(Show::Zones);
        }
        if self.eat("public") {
            self.expect_all(&["cluster", "settings"])?;
            return Ok(Show::ClusterSettings { all: false });
        }
        let scope = if self.eat("cluster") {
            Scope::Cluster
        } else if self.eat("local") {
            Scope::Local
        } else {
            Scope::Default
        };
        match self.key() {
            "settings" if scope == Scope::Cluster => {
                Ok(self.word_only(Show::ClusterSettings { all }))
            }
            "setting" if scope == Scope::Cluster => self.helped("SHOW CLUSTER SETTING", |p| {
                p.skip();
                if p.eat("all") {
                    return Ok(Show::ClusterSettings { all: true });
                }
                Ok(Show::ClusterSetting(p.dotted_name()?))
            }),
            "sessions" => Ok(self.word_only(Show::Sessions { all, scope })),
            "queries" | "statements" => Ok(self.word_only(Show::Queries { all, scope })),
            "transactions" => Ok(self.word_only(Show::Transactions { all, scope })),
            _ => Err(self.fault()),
        }
    }

    fn show_statistics(&mut self) -> Result<Show> {
        self.expect("statistics")?;
        let using_json = self.eat_all(&["using", "json"]);
        self.expect_all(&["for", "table"])?;
        let table = self.object_name()?;
        self.with_options(|p, (): &mut ()| p.kv_option().map(|_| ()))?;
        Ok(Show::Statistics { using_json, table })
    }

    fn show_regions(&mut self) -> Result<Show> {
        self.expect("regions")?;
        let from = if !self.eat("from") {
            RegionsFrom::Default
        } else if self.eat("cluster") {
            RegionsFrom::Cluster
        } else if self.eat_all(&["all", "databases"]) {
            RegionsFrom::AllDatabases
        } else {
            self.expect("database")?;
            RegionsFrom::Database(if self.is_name() { Some(self.name()?) } else { None })
        };
        Ok(Show::Regions(from))
    }

    fn show_partitions(&mut self) -> Result<Show> {
        self.expect_all(&["partitions", "from"])?;
        let from = if self.eat("table") {
            PartitionsFrom::Table(self.object_name()?)
        } else if self.eat("database") {
            PartitionsFrom::Database(self.name()?)
        } else {
            self.expect("index")?;
            let table = self.object_name()?;
            self.expect("@")?;
            PartitionsFrom::Index(
                table,
                if self.eat("*") { "*".to_owned() } else { self.any_name()? },
            )
        };
        Ok(Show::Partitions(from))
    }

    fn show_default_privileges(&mut self) -> Result<Show> {
        self.expect_all(&["default", "privileges"])?;
        let (mut roles, mut all_roles, mut for_grantee) = (Vec::new(), false, false);
        if self.eat("for") {
            if self.eat_all(&["all", "roles"]) {
                all_roles = true;
            } else {
                for_grantee = self.eat("grantee");
                if !for_grantee && !self.eat("role") {
                    self.expect("user")?;
                }
                roles = self.list(Self::role)?;
            }
        }
        let schema = if self.eat_all(&["in", "schema"]) { Some(self.schema_name()?) } else { None };
        Ok(Show::DefaultPrivileges { roles, all_roles, for_grantee, schema })
    }

    fn show_completions(&mut self) -> Result<Show> {
        self.expect_all(&["completions", "at", "offset"])?;
        let offset = self.unsigned()?;
        self.expect("for")?;
        Ok(Show::Completions { offset, text: self.string()? })
    }
}
