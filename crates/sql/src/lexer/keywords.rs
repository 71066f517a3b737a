//! The words of the language, sorted, with the places where each may be a name.
//!
//! | class | as a column | as a function or type | as a table after `db.` |
//! |---|---|---|---|
//! | unreserved | yes | yes | yes |
//! | column name | yes | no | yes |
//! | type or function | no | yes | yes |
//! | reserved | no | no | yes |
//!
//! Source: the generated grammar of CockroachDB's documentation (`stmt_block.bnf`): `unreserved_keyword`, `col_name_keyword`,
//! `type_func_name_keyword`, `reserved_keyword`, `bare_label_keywords`. Left out: most words of geometry.

/// Where a word may stand as a name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Class {
    /// Anywhere.
    Unreserved,
    /// As a column or table, not as a function or type.
    ColumnName,
    /// As a function or type, not as a column or table.
    TypeOrFunction,
    /// Nowhere without quotes.
    Reserved,
}

use Class::{ColumnName as C, Reserved as R, TypeOrFunction as T, Unreserved as U};

/// The place of a word in [`WORDS`], if it is one. The word must be in lower case.
pub fn find(word: &str) -> Option<usize> {
    WORDS.binary_search_by(|(known, _)| (*known).cmp(word)).ok()
}

/// Words that cannot follow an expression as its name without AS.
pub(crate) const NOT_BARE_LABELS: &[&str] = &[
    "array",
    "as",
    "char",
    "character",
    "collate",
    "create",
    "day",
    "except",
    "fetch",
    "filter",
    "for",
    "from",
    "grant",
    "group",
    "having",
    "hour",
    "intersect",
    "into",
    "isnull",
    "limit",
    "minute",
    "month",
    "notnull",
    "offset",
    "on",
    "order",
    "over",
    "overlaps",
    "precision",
    "returning",
    "second",
    "to",
    "union",
    "varying",
    "where",
    "window",
    "with",
    "within",
    "without",
    "year",
];

/// The longest word.
pub(crate) const LONGEST: usize = 35;

/// Every word in lower case, in byte order, with its class.
#[rustfmt::skip]
pub static WORDS: [(&str, Class); 615] = [
    ("abort", U), ("absolute", U), ("access", U), ("action", U), ("add", U), ("admin", U), ("after", U),
    ("aggregate", U), ("all", R), ("alter", U), ("always", U), ("analyse", R), ("analyze", R), ("and", R),
    ("annotate_type", C), ("any", R), ("array", R), ("as", R), ("as_json", U), ("asc", R), ("asensitive", U),
    ("asymmetric", R), ("at", U), ("atomic", U), ("attribute", U), ("authorization", T), ("automatic", U),
    ("availability", U), ("backup", U), ("backups", U), ("backward", U), ("batch", U), ("before", U), ("begin", U),
    ("between", C), ("bigint", C), ("binary", U), ("bit", C), ("boolean", C), ("both", R), ("box2d", C),
    ("bucket_count", U), ("bundle", U), ("by", U), ("cache", U), ("call", U), ("called", U), ("cancel", U),
    ("cancelquery", U), ("capabilities", U), ("capability", U), ("cascade", U), ("case", R), ("cast", R),
    ("changefeed", U), ("char", C), ("character", C), ("characteristics", C), ("check", R), ("check_files", U),
    ("close", U), ("cluster", U), ("clusters", U), ("coalesce", C), ("collate", R), ("collation", T), ("column", R),
    ("columns", U), ("comment", U), ("comments", U), ("commit", U), ("committed", U), ("compact", U),
    ("complete", U), ("completions", U), ("concurrently", R), ("configuration", U), ("configurations", U),
    ("configure", U), ("conflict", U), ("connection", U), ("connections", U), ("constraint", R), ("constraints", U),
    ("controlchangefeed", U), ("controljob", U), ("conversion", U), ("convert", U), ("copy", U), ("cost", U),
    ("covering", U), ("create", R), ("createdb", U), ("createlogin", U), ("createrole", U), ("cross", T),
    ("csv", U), ("cube", U), ("current", U), ("current_catalog", R), ("current_date", R), ("current_role", R),
    ("current_schema", R), ("current_time", R), ("current_timestamp", R), ("current_user", R), ("cursor", U),
    ("cycle", U), ("data", U), ("database", U), ("databases", U), ("day", U), ("deallocate", U),
    ("debug_dump_metadata_sst", U), ("debug_ids", U), ("dec", C), ("decimal", C), ("declare", U), ("default", R),
    ("defaults", U), ("deferrable", R), ("deferred", U), ("definer", U), ("delete", U), ("delimiter", U),
    ("depends", U), ("desc", R), ("destination", U), ("detached", U), ("details", U), ("discard", U),
    ("distinct", R), ("do", R), ("domain", U), ("double", U), ("drop", U), ("each", U), ("else", R),
    ("encoding", U), ("encrypted", U), ("encryption_info_dir", U), ("encryption_passphrase", U), ("end", R),
    ("enum", U), ("enums", U), ("escape", U), ("except", R), ("exclude", U), ("excluding", U), ("execute", U),
    ("execution", U), ("exists", C), ("experimental", U), ("experimental_audit", U),
    ("experimental_fingerprints", U), ("experimental_relocate", U), ("experimental_replica", U), ("expiration", U),
    ("explain", U), ("export", U), ("extension", U), ("external", U), ("extract", C), ("extract_duration", C),
    ("extremes", U), ("failure", U), ("false", R), ("family", T), ("fetch", R), ("files", U), ("filter", U),
    ("fingerprints", U), ("first", U), ("float", C), ("following", U), ("for", R), ("force", U), ("force_index", U),
    ("force_inverted_index", U), ("force_not_null", U), ("force_null", U), ("force_quote", U), ("force_zigzag", U),
    ("foreign", R), ("format", U), ("forward", U), ("freeze", U), ("from", R), ("full", T), ("function", U),
    ("functions", U), ("generated", U), ("geography", C), ("geometry", C), ("geometrycollection", U),
    ("geometrym", U), ("geometryz", U), ("geometryzm", U), ("global", U), ("goal", U), ("grant", R), ("grantee", U),
    ("grants", U), ("greatest", C), ("group", R), ("grouping", C), ("groups", U), ("hash", U), ("having", R),
    ("header", U), ("high", U), ("histogram", U), ("hold", U), ("hour", U), ("identity", U), ("if", C),
    ("iferror", C), ("ifnull", C), ("ignore_foreign_keys", U), ("ilike", T), ("immediate", U), ("immediately", U),
    ("immutable", U), ("import", U), ("in", R), ("include", U), ("include_all_secondary_tenants", U),
    ("include_all_virtual_clusters", U), ("including", U), ("increment", U), ("incremental", U),
    ("incremental_location", U), ("index", U), ("indexes", U), ("inherits", U), ("initially", R), ("inject", U),
    ("inner", T), ("inout", C), ("input", U), ("insensitive", U), ("insert", U), ("instead", U), ("int", C),
    ("integer", C), ("intersect", R), ("interval", C), ("into", R), ("into_db", U), ("inverted", U),
    ("invisible", U), ("invoker", U), ("is", T), ("iserror", C), ("isnull", T), ("isolation", U), ("job", U),
    ("jobs", U), ("join", T), ("json", U), ("key", U), ("keys", U), ("kms", U), ("kv", U), ("label", U),
    ("language", U), ("last", U), ("lateral", R), ("latest", U), ("lc_collate", U), ("lc_ctype", U), ("leading", R),
    ("leakproof", U), ("lease", U), ("least", C), ("left", T), ("less", U), ("level", U), ("like", T), ("limit", R),
    ("linestring", U), ("list", U), ("local", U), ("locality", U), ("localtime", R), ("localtimestamp", R),
    ("locked", U), ("logical", U), ("login", U), ("lookup", U), ("low", U), ("match", U), ("materialized", U),
    ("maxvalue", U), ("merge", U), ("method", U), ("minute", U), ("minvalue", U), ("mode", U),
    ("modifyclustersetting", U), ("modifysqlclustersetting", U), ("month", U), ("move", U), ("multilinestring", U),
    ("multipoint", U), ("multipolygon", U), ("names", U), ("nan", U), ("natural", T), ("never", U), ("new", U),
    ("new_db_name", U), ("new_kms", U), ("next", U), ("no", U), ("no_full_scan", U), ("no_index_join", U),
    ("no_zigzag_join", U), ("nocancelquery", U), ("nocontrolchangefeed", U), ("nocontroljob", U), ("nocreatedb", U),
    ("nocreatelogin", U), ("nocreaterole", U), ("node", U), ("nologin", U), ("nomodifyclustersetting", U),
    ("none", T), ("nonvoters", U), ("noreplication", U), ("normal", U), ("nosqllogin", U), ("not", R),
    ("nothing", U), ("notnull", T), ("noviewactivity", U), ("noviewactivityredacted", U),
    ("noviewclustersetting", U), ("nowait", U), ("null", R), ("nullif", C), ("nulls", U), ("numeric", C), ("of", U),
    ("off", U), ("offset", R), ("oids", U), ("old", U), ("old_kms", U), ("on", R), ("only", R), ("operator", U),
    ("opt", U), ("option", U), ("options", U), ("or", R), ("order", R), ("ordinality", U), ("others", U),
    ("out", C), ("outer", T), ("over", U), ("overlaps", T), ("overlay", C), ("overriding", U), ("owned", U),
    ("owner", U), ("parallel", U), ("parent", U), ("partial", U), ("partition", U), ("partitions", U),
    ("password", U), ("pause", U), ("paused", U), ("per", U), ("physical", U), ("placement", U), ("placing", R),
    ("plan", U), ("plans", U), ("point", C), ("pointm", U), ("pointz", U), ("pointzm", U), ("polygon", C),
    ("polygonm", U), ("polygonz", U), ("polygonzm", U), ("position", C), ("preceding", U), ("precision", C),
    ("prepare", U), ("preserve", U), ("primary", R), ("prior", U), ("priority", U), ("privileges", U),
    ("procedure", U), ("procedures", U), ("public", U), ("publication", U), ("queries", U), ("query", U),
    ("quote", U), ("range", U), ("ranges", U), ("read", U), ("real", C), ("reason", U), ("reassign", U),
    ("recurring", U), ("recursive", U), ("redact", U), ("ref", U), ("references", R), ("referencing", U),
    ("refresh", U), ("region", U), ("regional", U), ("regions", U), ("reindex", U), ("relative", U), ("release", U),
    ("relocate", U), ("remove_regions", U), ("rename", U), ("repeatable", U), ("replace", U), ("replication", U),
    ("reset", U), ("restart", U), ("restore", U), ("restrict", U), ("restricted", U), ("resume", U),
    ("retention", U), ("retry", U), ("return", U), ("returning", R), ("returns", U), ("revision_history", U),
    ("revoke", U), ("right", T), ("role", U), ("roles", U), ("rollback", U), ("rollup", U), ("routines", U),
    ("row", C), ("rows", U), ("rule", U), ("running", U), ("savepoint", U), ("scans", U), ("scatter", U),
    ("schedule", U), ("schedules", U), ("schema", U), ("schema_only", U), ("schemas", U), ("scroll", U),
    ("scrub", U), ("search", U), ("second", U), ("secondary", U), ("security", U), ("select", R), ("sequence", U),
    ("sequences", U), ("serializable", U), ("server", U), ("service", U), ("session", U), ("session_user", R),
    ("sessions", U), ("set", U), ("setof", C), ("sets", U), ("setting", U), ("settings", U), ("share", U),
    ("shared", U), ("show", U), ("similar", T), ("simple", U), ("size", U), ("skip", U),
    ("skip_localities_check", U), ("skip_missing_foreign_keys", U), ("skip_missing_sequence_owners", U),
    ("skip_missing_sequences", U), ("skip_missing_udfs", U), ("skip_missing_views", U), ("smallint", C),
    ("snapshot", U), ("some", R), ("split", U), ("sql", U), ("sqllogin", U), ("stable", U), ("start", U),
    ("state", U), ("statement", U), ("statements", U), ("statistics", U), ("status", U), ("stdin", U),
    ("stdout", U), ("stop", U), ("storage", U), ("store", U), ("stored", U), ("storing", U), ("straight", U),
    ("stream", U), ("strict", U), ("string", C), ("subject", U), ("subscription", U), ("substring", C),
    ("super", U), ("support", U), ("survival", U), ("survive", U), ("symmetric", R), ("syntax", U), ("system", U),
    ("table", R), ("tables", U), ("tablespace", U), ("temp", U), ("template", U), ("temporary", U), ("tenant", U),
    ("tenant_name", U), ("tenants", U), ("testing_relocate", U), ("text", U), ("then", R), ("throttling", U),
    ("ties", U), ("time", C), ("timestamp", C), ("timestamptz", C), ("timetz", C), ("to", R), ("trace", U),
    ("tracing", U), ("trailing", R), ("transaction", U), ("transactions", U), ("transfer", U), ("transform", U),
    ("treat", C), ("trigger", U), ("triggers", U), ("trim", C), ("true", R), ("truncate", U), ("trusted", U),
    ("type", U), ("types", U), ("unbounded", U), ("uncommitted", U), ("union", R), ("unique", R), ("unknown", U),
    ("unlisten", U), ("unlogged", U), ("unsafe_restore_incompatible_version", U), ("unset", U), ("unsplit", U),
    ("until", U), ("update", U), ("updates_cluster_monitoring_metrics", U), ("upsert", U), ("use", U), ("user", R),
    ("users", U), ("using", R), ("valid", U), ("validate", U), ("value", U), ("values", C), ("varbit", C),
    ("varchar", C), ("variables", U), ("variadic", R), ("varying", U), ("vector", C),
    ("verify_backup_table_data", U), ("view", U), ("viewactivity", U), ("viewactivityredacted", U),
    ("viewclustermetadata", U), ("viewclustersetting", U), ("viewdebug", U), ("virtual", C), ("virtual_cluster", U),
    ("virtual_cluster_name", U), ("visibility", U), ("visible", U), ("volatile", U), ("voters", U), ("when", R),
    ("where", R), ("window", R), ("with", R), ("within", U), ("without", U), ("work", C), ("write", U), ("year", U),
    ("zone", U),
];
