//! SHOW in all its forms but those of backups.
//!
//! Source: `product.md`, CockroachDB's "SHOW" pages.

use super::expr::Expr;
use super::grant::GrantTarget;
use super::query::Select;
use super::zone::ZoneTarget;
use super::{Name, ObjectKind, ObjectName};

/// SHOW ….
#[derive(Clone, PartialEq, Debug)]
pub enum Show {
    /// SHOW DATABASES \[WITH COMMENT\]
    Databases {
        /// WITH COMMENT.
        with_comment: bool,
    },
    /// SHOW SCHEMAS \[FROM db\] \[WITH COMMENT\]
    Schemas {
        /// The database; `None` is the current one.
        database: Option<Name>,
        /// WITH COMMENT.
        with_comment: bool,
    },
    /// SHOW TABLES \[FROM db\[.schema\]\] \[WITH COMMENT\]
    Tables {
        /// A database, a schema, or both.
        from: Option<ObjectName>,
        /// WITH COMMENT.
        with_comment: bool,
    },
    /// SHOW COLUMNS FROM table \[WITH COMMENT\]
    Columns {
        /// The table.
        table: ObjectName,
        /// WITH COMMENT.
        with_comment: bool,
    },
    /// SHOW INDEX|INDEXES|KEYS FROM table \[WITH COMMENT\]
    Indexes {
        /// The table.
        table: ObjectName,
        /// WITH COMMENT.
        with_comment: bool,
    },
    /// SHOW INDEXES FROM DATABASE db \[WITH COMMENT\]
    DatabaseIndexes {
        /// The database.
        database: Name,
        /// WITH COMMENT.
        with_comment: bool,
    },
    /// SHOW CONSTRAINTS FROM table
    Constraints(ObjectName),
    /// SHOW SEQUENCES \[FROM db\]
    Sequences(Option<Name>),
    /// SHOW TYPES
    Types,
    /// SHOW ENUMS \[FROM db\[.schema\]\]
    Enums(Option<ObjectName>),
    /// SHOW FUNCTIONS|PROCEDURES \[FROM db\[.schema\]\]
    Functions {
        /// PROCEDURES.
        procedures: bool,
        /// FROM.
        from: Option<ObjectName>,
    },
    /// SHOW TRIGGERS FROM table
    Triggers(ObjectName),
    /// SHOW CREATE kind name; plain `SHOW CREATE x` has the kind Table.
    Create {
        /// What kind was named.
        kind: ObjectKind,
        /// Which one.
        name: ObjectName,
    },
    /// SHOW CREATE ALL SCHEMAS|TABLES|TYPES|…
    CreateAll(ObjectKind),
    /// SHOW CREATE SCHEDULE id, SHOW CREATE ALL SCHEDULES
    CreateSchedules(Option<Expr>),
    /// SHOW CREATE EXTERNAL CONNECTION name, SHOW CREATE ALL EXTERNAL CONNECTIONS
    CreateExternalConnections(Option<Expr>),
    /// SHOW EXTERNAL CONNECTION\[S\]
    ExternalConnections(Option<Expr>),
    /// SHOW USERS
    Users,
    /// SHOW ROLES
    Roles,
    /// SHOW GRANTS \[ON …\] \[FOR …\]
    Grants {
        /// ON what; `None` is everything.
        on: Option<GrantTarget>,
        /// FOR whom; empty is everybody.
        grantees: Vec<Name>,
    },
    /// SHOW GRANTS ON ROLE \[roles\] \[FOR …\]
    RoleGrants {
        /// Which roles; empty is all.
        roles: Vec<Name>,
        /// FOR whom; empty is everybody.
        grantees: Vec<Name>,
    },
    /// SHOW SYSTEM GRANTS \[FOR …\]
    SystemGrants(Vec<Name>),
    /// SHOW DEFAULT PRIVILEGES \[FOR …\] \[IN SCHEMA …\]
    DefaultPrivileges {
        /// FOR ROLE; empty is the current user.
        roles: Vec<Name>,
        /// FOR ALL ROLES.
        all_roles: bool,
        /// FOR GRANTEE.
        for_grantee: bool,
        /// IN SCHEMA.
        schema: Option<ObjectName>,
    },
    /// SHOW RANGES \[FROM …\] \[WITH …\]; SHOW CLUSTER RANGES
    Ranges {
        /// Of what.
        target: RangesTarget,
        /// WITH words in lower case: tables, indexes, details, keys, explain.
        options: Vec<String>,
    },
    /// SHOW RANGE FROM TABLE|INDEX … FOR ROW (…)
    RangeForRow {
        /// The table.
        table: ObjectName,
        /// The index, if one was named.
        index: Option<Name>,
        /// The row's key values.
        row: Vec<Expr>,
    },
    /// SHOW ZONE CONFIGURATION FROM|FOR target
    Zone(ZoneTarget),
    /// SHOW \[ALL\] ZONE CONFIGURATIONS
    Zones,
    /// SHOW CLUSTER SETTING name
    ClusterSetting(Name),
    /// SHOW \[ALL|PUBLIC\] CLUSTER SETTINGS
    ClusterSettings {
        /// ALL.
        all: bool,
    },
    /// SHOW var, SHOW ALL (name `all`)
    Var(Name),
    /// SHOW TRANSACTION STATUS
    TransactionStatus,
    /// SHOW SAVEPOINT STATUS
    SavepointStatus,
    /// SHOW JOBS and its forms
    Jobs(ShowJobs),
    /// SHOW SCHEDULE id, SHOW \[RUNNING|PAUSED\] SCHEDULES \[FOR …\]
    Schedules(ShowSchedules),
    /// SHOW STATISTICS \[USING JSON\] FOR TABLE t
    Statistics {
        /// USING JSON.
        using_json: bool,
        /// The table.
        table: ObjectName,
    },
    /// SHOW HISTOGRAM id
    Histogram(u64),
    /// SHOW \[ALL\] \[CLUSTER|LOCAL\] SESSIONS
    Sessions {
        /// ALL: internal ones too.
        all: bool,
        /// CLUSTER, LOCAL.
        scope: Scope,
    },
    /// SHOW \[ALL\] \[CLUSTER|LOCAL\] QUERIES|STATEMENTS
    Queries {
        /// ALL.
        all: bool,
        /// CLUSTER, LOCAL.
        scope: Scope,
    },
    /// SHOW \[ALL\] \[CLUSTER|LOCAL\] TRANSACTIONS
    Transactions {
        /// ALL.
        all: bool,
        /// CLUSTER, LOCAL.
        scope: Scope,
    },
    /// SHOW LOCALITY
    Locality,
    /// SHOW REGIONS \[FROM CLUSTER|FROM DATABASE db|FROM ALL DATABASES\]
    Regions(RegionsFrom),
    /// SHOW SURVIVAL GOAL FROM DATABASE \[db\]
    SurvivalGoal(Option<Name>),
    /// SHOW PARTITIONS FROM TABLE|DATABASE|INDEX
    Partitions(PartitionsFrom),
    /// SHOW TENANTS, SHOW VIRTUAL CLUSTERS
    VirtualClusters,
    /// SHOW LAST QUERY STATISTICS
    LastQueryStatistics,
    /// SHOW SYNTAX '…'
    Syntax(String),
    /// SHOW COMPLETIONS AT OFFSET n FOR '…'
    Completions {
        /// Byte offset of the cursor.
        offset: u64,
        /// The text.
        text: String,
    },
    /// `SHOW EXPERIMENTAL_FINGERPRINTS FROM TABLE t`
    Fingerprints(ObjectName),
    /// SHOW LOGICAL/FULL TABLE SCANS
    FullTableScans,
    /// SHOW COMMIT TIMESTAMP
    CommitTimestamp,
}

/// Whose sessions or queries.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Scope {
    /// Not said: the cluster.
    #[default]
    Default,
    /// CLUSTER
    Cluster,
    /// LOCAL
    Local,
}

/// Of what ranges are shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RangesTarget {
    /// FROM TABLE t
    Table(ObjectName),
    /// FROM INDEX t@i
    Index(ObjectName, Name),
    /// FROM DATABASE db
    Database(Name),
    /// `FROM CURRENT_CATALOG`, or nothing
    Current,
    /// SHOW CLUSTER RANGES
    Cluster,
}

/// Where regions are looked up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RegionsFrom {
    /// Nothing said.
    Default,
    /// FROM CLUSTER
    Cluster,
    /// FROM DATABASE \[db\]
    Database(Option<Name>),
    /// FROM ALL DATABASES
    AllDatabases,
}

/// Whose partitions are shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PartitionsFrom {
    /// FROM TABLE t
    Table(ObjectName),
    /// FROM DATABASE db
    Database(Name),
    /// FROM INDEX t@i
    Index(ObjectName, Name),
}

/// SHOW JOBS.
#[derive(Clone, PartialEq, Debug)]
pub struct ShowJobs {
    /// Which jobs.
    pub which: ShowJobsWhich,
    /// WHEN COMPLETE: wait for them.
    pub when_complete: bool,
    /// WITH words in lower case: `execution details`, `resolved timestamp`.
    pub options: Vec<String>,
}

/// Which jobs SHOW JOBS lists.
#[derive(Clone, PartialEq, Debug)]
pub enum ShowJobsWhich {
    /// Those of users.
    All,
    /// SHOW AUTOMATIC JOBS
    Automatic,
    /// SHOW CHANGEFEED JOBS
    Changefeed,
    /// By a query with one column; one ID is `VALUES (id)`.
    Ids(Box<Select>),
    /// FOR SCHEDULES query.
    ForSchedules(Box<Select>),
}

/// SHOW SCHEDULES.
#[derive(Clone, PartialEq, Debug)]
pub struct ShowSchedules {
    /// RUNNING or PAUSED.
    pub state: ScheduleState,
    /// FOR BACKUP, FOR SQL STATISTICS, FOR CHANGEFEED.
    pub executor: ScheduleExecutor,
    /// SHOW SCHEDULE id.
    pub id: Option<Expr>,
}

/// Which schedules by their state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ScheduleState {
    /// Any.
    #[default]
    Any,
    /// RUNNING: not paused.
    Running,
    /// PAUSED
    Paused,
}

/// Which schedules by what they run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ScheduleExecutor {
    /// Any.
    #[default]
    Any,
    /// FOR BACKUP
    Backup,
    /// FOR SQL STATISTICS
    SqlStatistics,
    /// FOR CHANGEFEED
    Changefeed,
}
