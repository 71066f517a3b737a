//! The system tables of both versions, in short.
//!
//! *Source*: `spec/system-tables.md` §1, §2. Tables without columns in the sheet have ours, after the real names:
//! `tenants`, `web_sessions`, `migrations`, `join_tokens`, `sql_instances`, the statement diagnostics.
//! Left out: tables of statistics and insights, `jobs_run_stats_idx` (partial), regional columns of 26.2's multi-region
//! system database.

use super::def::Def;

const USERS: &str = "username STRING!, hashedPassword BYTES, isRole BOOL!=false";
const USERS_26: &str = "username STRING!, hashedPassword BYTES, isRole BOOL!=false, user_id OID!, \
                        estimated_last_login_time TIMESTAMPTZ";
const JOBS: &str = "id INT8!=unique_rowid(), status STRING!, created TIMESTAMP!=now():::TIMESTAMP, \
                    payload BYTES!, progress BYTES, created_by_type STRING, created_by_id INT8, \
                    claim_session_id BYTES, claim_instance_id INT8, num_runs INT8, last_run TIMESTAMP";
const JOBS_26: &str = "id INT8!=unique_rowid(), status STRING!, created TIMESTAMP!=now():::TIMESTAMP, \
     ~dropped_payload BYTES, ~dropped_progress BYTES, created_by_type STRING, created_by_id INT8, \
     claim_session_id BYTES, claim_instance_id INT8, num_runs INT8, last_run TIMESTAMP, \
     job_type STRING, owner STRING, description STRING, error_msg STRING, finished TIMESTAMPTZ";
const SCHEDULED_JOBS: &str = "schedule_id INT8!=unique_rowid(), schedule_name STRING!, created TIMESTAMPTZ!=now():::TIMESTAMPTZ, \
     owner STRING!, next_run TIMESTAMPTZ, schedule_state BYTES, schedule_expr STRING, \
     schedule_details BYTES, executor_type STRING!, execution_args BYTES!";
const TABLE_STATISTICS: &str = "tableID INT8!, statisticID INT8!=unique_rowid(), name STRING, columnIDs INT8[]!, \
     createdAt TIMESTAMP!=now():::TIMESTAMP, rowCount INT8!, distinctCount INT8!, nullCount INT8!, \
     histogram BYTES";
const TABLE_STATISTICS_26: &str = "tableID INT8!, statisticID INT8!=unique_rowid(), name STRING, columnIDs INT8[]!, \
     createdAt TIMESTAMP!=now():::TIMESTAMP, rowCount INT8!, distinctCount INT8!, nullCount INT8!, \
     histogram BYTES, avgSize INT8!=0:::INT8, partialPredicate STRING, fullStatisticID INT8, \
     delayDelete BOOL=false";
const SETTINGS: &str =
    "name STRING!, value STRING!, lastUpdated TIMESTAMP!=now():::TIMESTAMP, valueType STRING";
const EVENTLOG: &str = "timestamp TIMESTAMP!, eventType STRING!, targetID INT8!, reportingID INT8!, \
                        info STRING, uniqueID BYTES!=uuid_v4()";
const EVENTLOG_26: &str = "timestamp TIMESTAMP!, eventType STRING!, targetID INT8!, reportingID INT8!, info STRING, \
     uniqueID BYTES!=uuid_v4(), payload JSONB";
const RANGELOG: &str = "timestamp TIMESTAMP!, rangeID INT8!, storeID INT8!, eventType STRING!, otherRangeID INT8, \
     info STRING, uniqueID INT8!=unique_rowid()";
const LOCATIONS: &str = "localityKey STRING!, localityValue STRING!, latitude DECIMAL(18,15)!, \
                         longitude DECIMAL(18,15)!";
const PTS_META: &str = "singleton BOOL!=true, version INT8!, num_records INT8!, num_spans INT8!, \
                        total_bytes INT8!";
const PTS_RECORDS: &str = "id UUID!, ts DECIMAL!, meta_type STRING!, meta BYTES, num_spans INT8!, \
                           spans BYTES!, verified BOOL!=false";
const PTS_RECORDS_26: &str = "id UUID!, ts DECIMAL!, meta_type STRING!, meta BYTES, num_spans INT8!, spans BYTES!, \
     verified BOOL!=false, target BYTES";
const REPLICATION_STATS: &str = "zone_id INT8!, subzone_id INT8!, report_id INT8!, total_ranges INT8!, \
     unavailable_ranges INT8!, under_replicated_ranges INT8!, over_replicated_ranges INT8!";

/// Families of `jobs`.
const JOB_FAMILIES: &[(&str, &str)] = &[
    (
        "fam_0_id_status_created_payload",
        "id, status, created, payload, dropped_payload, created_by_type, created_by_id, job_type, \
         owner, description, error_msg, finished",
    ),
    ("progress", "progress, dropped_progress"),
    ("claim", "claim_session_id, claim_instance_id, num_runs, last_run"),
];
const SCHEDULE_FAMILIES: &[(&str, &str)] = &[
    ("sched", "schedule_id, next_run, schedule_state"),
    (
        "other",
        "schedule_name, created, owner, schedule_expr, schedule_details, executor_type, \
         execution_args",
    ),
];

/// Tables that are the same in both versions.
pub(super) const BOTH: &[Def] = &[
    Def::new(3, "descriptor", "id INT8!, descriptor BYTES", "id").each().read_only(),
    Def::new(5, "zones", "id INT8!, config BYTES", "id").each(),
    Def::new(6, "settings", SETTINGS, "name"),
    Def::new(8, "tenants", "id INT8!, active BOOL!=true, info BYTES", "id").read_only(),
    Def::new(13, "rangelog", RANGELOG, "timestamp,uniqueID").each(),
    Def::new(14, "ui", "key STRING!, value BYTES, lastUpdated TIMESTAMP!", "key").each(),
    Def::new(
        19,
        "web_sessions",
        "id INT8!=unique_rowid(), hashedSecret BYTES!, username STRING!, \
         createdAt TIMESTAMP!=now():::TIMESTAMP, expiresAt TIMESTAMP!, revokedAt TIMESTAMP, \
         lastUsedAt TIMESTAMP!=now():::TIMESTAMP, auditInfo STRING",
        "id",
    ),
    Def::new(21, "locations", LOCATIONS, "localityKey,localityValue"),
    Def::new(
        24,
        "comments",
        "type INT8!, object_id INT8!, sub_id INT8!, comment STRING!",
        "type,object_id,sub_id",
    )
    .each(),
    Def::new(
        25,
        "replication_constraint_stats",
        "zone_id INT8!, subzone_id INT8!, type STRING!, config STRING!, report_id INT8!, \
         violation_start TIMESTAMPTZ, violating_ranges INT8!",
        "zone_id,subzone_id,type,config",
    ),
    Def::new(
        26,
        "replication_critical_localities",
        "zone_id INT8!, subzone_id INT8!, locality STRING!, report_id INT8!, at_risk_ranges INT8!",
        "zone_id,subzone_id,locality",
    ),
    Def::new(27, "replication_stats", REPLICATION_STATS, "zone_id,subzone_id"),
    Def::new(28, "reports_meta", "id INT8!, generated TIMESTAMPTZ!", "id"),
    Def::new(
        30,
        "namespace",
        "parentID INT8!, parentSchemaID INT8!, name STRING!, id INT8",
        "parentID,parentSchemaID,name",
    )
    .each()
    .read_only(),
    Def::new(31, "protected_ts_meta", PTS_META, "singleton")
        .checks(&[("check_singleton", "singleton")])
        .read_only(),
    Def::new(
        34,
        "statement_bundle_chunks",
        "id INT8!=unique_rowid(), description STRING, data BYTES!",
        "id",
    ),
    Def::new(
        35,
        "statement_diagnostics_requests",
        "id INT8!=unique_rowid(), completed BOOL!=false, statement_fingerprint STRING!, \
         statement_diagnostics_id INT8, requested_at TIMESTAMPTZ!",
        "id",
    ),
    Def::new(
        36,
        "statement_diagnostics",
        "id INT8!=unique_rowid(), statement_fingerprint STRING!, statement STRING!, \
         collected_at TIMESTAMPTZ!, trace JSONB, bundle_chunks INT8[], error STRING",
        "id",
    ),
    Def::new(37, "scheduled_jobs", SCHEDULED_JOBS, "schedule_id")
        .families(SCHEDULE_FAMILIES)
        .indexes(&["next_run_idx(next_run)"]),
    Def::new(
        40,
        "migrations",
        "major INT8!, minor INT8!, patch INT8!, internal INT8!, completed_at TIMESTAMPTZ!",
        "major,minor,patch,internal",
    ),
    Def::new(41, "join_tokens", "id UUID!, secret BYTES!, expiration TIMESTAMPTZ!", "id"),
    Def::new(
        47,
        "span_configurations",
        "start_key BYTES!, end_key BYTES!, config BYTES!",
        "start_key",
    )
    .checks(&[("check_bounds", "start_key < end_key")])
    .excluded(),
];

/// Tables that only 21.2 has in this form.
pub(super) const OLD: &[Def] = &[
    Def::new(4, "users", USERS, "username").each(),
    Def::new(
        11,
        "lease",
        "descID INT8!, version INT8!, nodeID INT8!, expiration TIMESTAMP!",
        "descID,version,expiration,nodeID",
    ),
    Def::new(12, "eventlog", EVENTLOG, "timestamp,uniqueID").each(),
    Def::new(15, "jobs", JOBS, "id").families(JOB_FAMILIES).indexes(&[
        "jobs_status_created_idx(status,created)",
        "jobs_created_by_type_created_by_id_idx(created_by_type,created_by_id) s(status)",
    ]),
    Def::new(20, "table_statistics", TABLE_STATISTICS, "tableID,statisticID"),
    Def::new(23, "role_members", "role STRING!, member STRING!, isAdmin BOOL!", "role,member")
        .each()
        .indexes(&["role_members_role_idx(role)", "role_members_member_idx(member)"]),
    Def::new(32, "protected_ts_records", PTS_RECORDS, "id").read_only(),
    Def::new(
        33,
        "role_options",
        "username STRING!, option STRING!, value STRING",
        "username,option",
    ),
    Def::new(39, "sqlliveness", "session_id BYTES!, expiration DECIMAL!", "session_id"),
    Def::new(
        44,
        "database_role_settings",
        "database_id OID!, role_name STRING!, settings STRING[]!",
        "database_id,role_name",
    ),
    Def::new(46, "sql_instances", "id INT8!, addr STRING, session_id BYTES", "id"),
];

/// Tables that only 26.2 has in this form.
pub(super) const NEW: &[Def] = &[
    Def::new(4, "users", USERS_26, "username").each().indexes(&["u:users_user_id_idx(user_id)"]),
    Def::new(
        11,
        "lease",
        "desc_id INT8!, version INT8!, sql_instance_id INT8!, session_id BYTES!, crdb_region BYTES!",
        "crdb_region,desc_id,version,session_id",
    )
    .excluded(),
    Def::new(12, "eventlog", EVENTLOG_26, "timestamp,uniqueID")
        .each()
        .indexes(&["event_type_idx(eventType,timestamp DESC)"]),
    Def::new(15, "jobs", JOBS_26, "id").families(JOB_FAMILIES).indexes(&[
        "jobs_status_created_idx(status,created)",
        "jobs_created_by_type_created_by_id_idx(created_by_type,created_by_id) s(status)",
        "jobs_job_type_idx(job_type)",
    ]),
    Def::new(20, "table_statistics", TABLE_STATISTICS_26, "tableID,statisticID"),
    Def::new(
        23,
        "role_members",
        "role STRING!, member STRING!, isAdmin BOOL!, role_id OID!, member_id OID!",
        "role,member",
    )
    .each()
    .indexes(&[
        "role_members_role_idx(role)",
        "role_members_member_idx(member)",
        "role_members_role_id_idx(role_id)",
        "role_members_member_id_idx(member_id)",
        "u:role_members_role_id_member_id_key(role_id,member_id)",
    ]),
    Def::new(32, "protected_ts_records", PTS_RECORDS_26, "id").read_only(),
    Def::new(
        33,
        "role_options",
        "username STRING!, option STRING!, value STRING, user_id OID!",
        "username,option",
    )
    .indexes(&["users_user_id_idx(user_id)"]),
    Def::new(
        39,
        "sqlliveness",
        "session_id BYTES!, expiration DECIMAL!, crdb_region BYTES!",
        "crdb_region,session_id",
    ),
    Def::new(
        44,
        "database_role_settings",
        "database_id OID!, role_name STRING!, settings STRING[]!, role_id OID!",
        "database_id,role_name",
    )
    .indexes(&[
        "u:database_role_settings_database_id_role_id_key(database_id,role_id) s(settings)",
    ]),
    Def::new(
        46,
        "sql_instances",
        "id INT8!, addr STRING, session_id BYTES, locality JSONB, crdb_region BYTES!",
        "crdb_region,id",
    ),
    Def::new(
        50,
        "tenant_settings",
        "tenant_id INT8!, name STRING!, value STRING!, \
         last_updated TIMESTAMP!=now():::TIMESTAMP, value_type STRING!, reason STRING",
        "tenant_id,name",
    ),
    Def::new(
        52,
        "privileges",
        "username STRING!, path STRING!, privileges STRING[]!, grant_options STRING[]!, \
         user_id OID!",
        "username,path",
    )
    .indexes(&[
        "u:privileges_path_user_id_key(path,user_id) s(privileges,grant_options)",
        "u:privileges_path_username_key(path,username) s(privileges,grant_options)",
    ]),
    Def::new(
        53,
        "external_connections",
        "connection_name STRING!, created TIMESTAMP!=now():::TIMESTAMP, \
         updated TIMESTAMP!=now():::TIMESTAMP, connection_type STRING!, \
         connection_details BYTES!, owner STRING!, owner_id OID!",
        "connection_name",
    ),
    Def::new(
        54,
        "job_info",
        "job_id INT8!, info_key STRING!, written TIMESTAMPTZ!=now():::TIMESTAMPTZ, value BYTES",
        "job_id,info_key,written DESC",
    ),
    Def::new(
        68,
        "job_progress",
        "job_id INT8!, written TIMESTAMPTZ!=now():::TIMESTAMPTZ, fraction FLOAT8, resolved DECIMAL",
        "job_id,written DESC",
    ),
    Def::new(
        69,
        "job_progress_history",
        "job_id INT8!, written TIMESTAMPTZ!=now():::TIMESTAMPTZ, fraction FLOAT8, resolved DECIMAL",
        "job_id,written DESC",
    ),
    Def::new(
        70,
        "job_status",
        "job_id INT8!, written TIMESTAMPTZ!=now():::TIMESTAMPTZ, status STRING!",
        "job_id,written DESC",
    ),
    Def::new(
        71,
        "job_message",
        "job_id INT8!, written TIMESTAMPTZ!=now():::TIMESTAMPTZ, kind STRING!, message STRING!",
        "job_id,written DESC,kind",
    ),
];
