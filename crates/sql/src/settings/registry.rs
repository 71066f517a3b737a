//! Which settings exist, with their defaults and words.
//!
//! *Source*: `spec/zone-configs-and-cluster.md` §9, `spec/v26.2.md` §9; descriptions in our own words where the sheets
//! have none. Left out: settings of parts that Amber does not have; setting them is refused as unknown.

use super::value::Kind;
use crate::rules::{Rules, Version};

/// One setting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// The default of v21.2 as a row would hold it; `None` where that version does not have it.
    old: Option<&'static str>,
    /// The default of v26.2.
    new: Option<&'static str>,
    /// Whether the plain SHOW CLUSTER SETTINGS lists it.
    pub public: bool,
    /// Whether no list shows it.
    pub hidden: bool,
    /// What it does.
    pub description: &'static str,
}

impl Setting {
    /// Its default in a version, as a row would hold it.
    pub fn default(&self, rules: Rules) -> &'static str {
        let text = match rules.version() {
            Version::V21_2 => self.old,
            Version::V26_2 => self.new,
        };
        text.unwrap_or("")
    }

    /// Whether a version has it.
    pub fn exists(&self, rules: Rules) -> bool {
        match rules.version() {
            Version::V21_2 => self.old.is_some(),
            Version::V26_2 => self.new.is_some(),
        }
    }

    const fn private(mut self) -> Self {
        self.public = false;
        self
    }

    const fn hidden(mut self) -> Self {
        self.public = false;
        self.hidden = true;
        self
    }
}

const fn both(
    name: &'static str,
    kind: Kind,
    default: &'static str,
    description: &'static str,
) -> Setting {
    let (old, new) = (Some(default), Some(default));
    Setting { name, kind, old, new, public: true, hidden: false, description }
}

const fn each(
    name: &'static str,
    kind: Kind,
    old: Option<&'static str>,
    new: Option<&'static str>,
    description: &'static str,
) -> Setting {
    Setting { name, kind, old, new, public: true, hidden: false, description }
}

/// All settings by name.
const SETTINGS: &[Setting] = &[
    each(
        "backup.compaction.threshold",
        Kind::Int,
        None,
        Some("0"),
        "the number of layers of a chain from which a scheduled backup compacts it; 0 never does",
    )
    .hidden(),
    each(
        "backup.index.read.enabled",
        Kind::Bool,
        None,
        Some("true"),
        "if true, backups are listed by reading index files",
    )
    .hidden(),
    each(
        "bulkio.backup.checkpoint_interval",
        Kind::Duration,
        None,
        Some("1m0s"),
        "the minimum time between writing progress checkpoints during a backup",
    )
    .private(),
    each(
        "bulkio.backup.deprecated_full_backup_with_subdir.enabled",
        Kind::Bool,
        None,
        None,
        "when true, a backup command with a user specified subdirectory will create a full backup at the subdirectory if no backup already exists at that subdirectory",
    ),
    both(
        "bulkio.backup.file_size",
        Kind::Size,
        "134217728",
        "target size for individual data files produced during BACKUP",
    ),
    each(
        "bulkio.backup.merge_file_buffer_size",
        Kind::Size,
        Some("16777216"),
        Some("134217728"),
        "size limit used when buffering backup files before merging them",
    )
    .private(),
    each(
        "bulkio.backup.read_retry_delay",
        Kind::Duration,
        Some("5s"),
        Some("5s"),
        "amount of time since the read attempt that is considered too long before retrying",
    )
    .private(),
    both(
        "bulkio.backup.read_timeout",
        Kind::Duration,
        "5m0s",
        "amount of time after which a read attempt is considered timed out, which causes the backup to fail",
    ),
    both(
        "bulkio.backup.read_with_priority_after",
        Kind::Duration,
        "1m0s",
        "amount of time since the read-as-of time above which a BACKUP should use priority when retrying reads",
    ),
    each(
        "bulkio.backup.resolve_destination_in_job.enabled",
        Kind::Bool,
        Some("false"),
        None,
        "defer the interaction with the external storage used to resolve backup destination until the job starts",
    )
    .private(),
    both("cluster.organization", Kind::Text, "", "organization name"),
    both("cluster.secret", Kind::Text, "", "cluster specific secret").hidden(),
    both(
        "diagnostics.reporting.enabled",
        Kind::Bool,
        "true",
        "enable reporting diagnostic metrics to cockroach labs",
    ),
    both("enterprise.license", Kind::Text, "", "the encoded cluster license"),
    both("feature.backup.enabled", Kind::Bool, "true", "set to true to enable backups, false to disable; default is true"),
    both("feature.export.enabled", Kind::Bool, "true", "set to true to enable exports, false to disable; default is true"),
    both("feature.import.enabled", Kind::Bool, "true", "set to true to enable imports, false to disable; default is true"),
    both("feature.restore.enabled", Kind::Bool, "true", "set to true to enable restore, false to disable; default is true"),
    both("feature.schema_change.enabled", Kind::Bool, "true", "set to true to enable schema changes, false to disable; default is true"),
    both("feature.stats.enabled", Kind::Bool, "true", "set to true to enable CREATE STATISTICS/ANALYZE, false to disable; default is true"),
    both(
        "jobs.debug.pausepoints",
        Kind::Text,
        "",
        "the list, comma separated, of named pausepoints currently enabled for debugging",
    )
    .private(),
    both(
        "jobs.registry.interval.adopt",
        Kind::Duration,
        "30s",
        "the interval at which a node claims and starts running jobs that are pending or running",
    )
    .private(),
    both(
        "jobs.registry.interval.cancel",
        Kind::Duration,
        "10s",
        "the interval at which a node cancels jobs belonging to dead sessions",
    )
    .private(),
    both(
        "jobs.registry.retry.initial_delay",
        Kind::Duration,
        "30s",
        "the starting duration of exponential-backoff delay to retry a job which encountered a retryable error or had its coordinator fail",
    )
    .private(),
    both(
        "jobs.registry.retry.max_delay",
        Kind::Duration,
        "24h0m0s",
        "the maximum duration by which a job can be delayed to retry",
    )
    .private(),
    both(
        "jobs.retention_time",
        Kind::Duration,
        "336h0m0s",
        "the amount of time for which records for completed jobs are retained",
    ),
    both(
        "kv.bulk_io_write.max_rate",
        Kind::Size,
        "1099511627776",
        "the rate limit (bytes/sec) to use for writes to disk on behalf of bulk io ops",
    ),
    each(
        "kv.bulk_io_write.min_capacity_remaining_fraction",
        Kind::Float,
        None,
        Some("0.05"),
        "remaining store capacity fraction below which bulk ingestion requests are refused",
    )
    .private(),
    both(
        "kv.bulk_sst.max_allowed_overage",
        Kind::Size,
        "67108864",
        "if positive, allowed size in excess of target size for SSTs from export requests",
    )
    .private(),
    both(
        "kv.bulk_sst.target_size",
        Kind::Size,
        "16777216",
        "target size for SSTs emitted from export requests",
    )
    .private(),
    both(
        "kv.closed_timestamp.side_transport_interval",
        Kind::Duration,
        "200ms",
        "the interval at which the closed timestamp side transport attempts to advance each range's closed timestamp",
    )
    .private(),
    both(
        "kv.closed_timestamp.target_duration",
        Kind::Duration,
        "3s",
        "if nonzero, attempt to provide closed timestamp notifications for timestamps trailing cluster time by approximately this duration",
    ),
    both(
        "kv.gc_ttl.strict_enforcement.enabled",
        Kind::Bool,
        "true",
        "if true, fail to serve requests at timestamps below the TTL even if the data still exist",
    )
    .private(),
    each(
        "kv.protectedts.max_bytes",
        Kind::Int,
        Some("1048576"),
        None,
        "if non-zero the limit of the number of bytes of spans and metadata which can be protected",
    )
    .private(),
    each(
        "kv.protectedts.max_spans",
        Kind::Int,
        Some("32768"),
        None,
        "if non-zero the limit of the number of spans which can be protected",
    )
    .private(),
    each(
        "kv.protectedts.poll_interval",
        Kind::Duration,
        Some("2m0s"),
        Some("2m0s"),
        "the interval at which the protectedts subsystem state is polled",
    )
    .private(),
    both(
        "kv.protectedts.reconciliation.interval",
        Kind::Duration,
        "5m0s",
        "the frequency for reconciling jobs with protected timestamp records",
    ),
    both("kv.rangefeed.enabled", Kind::Bool, "false", "if set, rangefeed registration is enabled"),
    each(
        "schedules.backup.gc_protection.enabled",
        Kind::Bool,
        Some("false"),
        Some("true"),
        "enable chaining of GC protection across backups run as part of a schedule",
    ),
    both(
        "server.eventlog.enabled",
        Kind::Bool,
        "true",
        "if set, logged notable events are also stored in the table system.eventlog",
    )
    .private(),
    both(
        "server.host_based_authentication.configuration",
        Kind::Text,
        "",
        "host-based authentication configuration to use during connection authentication",
    ),
    both(
        "server.time_until_store_dead",
        Kind::Duration,
        "5m0s",
        "the time after which if there is no new gossiped information about a store, it is considered dead",
    ),
    both(
        "sql.cross_db_fks.enabled",
        Kind::Bool,
        "false",
        "if true, creating foreign key references across databases is allowed",
    )
    .private(),
    both(
        "sql.cross_db_sequence_owners.enabled",
        Kind::Bool,
        "false",
        "if true, creating sequences owned by tables from other databases is allowed",
    )
    .private(),
    both(
        "sql.cross_db_sequence_references.enabled",
        Kind::Bool,
        "false",
        "if true, sequences referenced by tables from other databases are allowed",
    )
    .private(),
    both(
        "sql.cross_db_views.enabled",
        Kind::Bool,
        "false",
        "if true, creating views that refer to other databases is allowed",
    )
    .private(),
    both(
        "sql.defaults.default_int_size",
        Kind::Int,
        "8",
        "the size, in bytes, of an INT type",
    )
    .private(),
    both(
        "sql.defaults.primary_region",
        Kind::Text,
        "",
        "if not empty, all databases created without a PRIMARY REGION will implicitly have the given PRIMARY REGION",
    ),
    both(
        "sql.notices.enabled",
        Kind::Bool,
        "true",
        "enable notices in the server/client protocol being sent",
    )
    .private(),
    both(
        "sql.stats.automatic_collection.enabled",
        Kind::Bool,
        "true",
        "automatic statistics collection mode",
    ),
    each(
        "sql.gc_job.wait_for_gc.interval",
        Kind::Duration,
        None,
        Some("5m0s"),
        "interval at which the GC job should check whether GC is complete",
    )
    .private(),
    both(
        "sql.stats.automatic_collection.min_stale_rows",
        Kind::Int,
        "500",
        "target minimum number of stale rows per table that will trigger a statistics refresh",
    )
    .private(),
    both("version", Kind::Version, "", "set the active cluster version in the format '<major>.<minor>'"),
];

/// A setting by name, if the version has it.
pub fn find(rules: Rules, name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name && setting.exists(rules))
}

/// All settings of a version in order of name.
pub fn all(rules: Rules) -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(move |setting| setting.exists(rules))
}

#[cfg(test)]
mod tests {
    use super::super::value::Value;
    use super::*;

    #[test]
    fn every_default_is_of_its_kind() {
        for rules in [Rules::v21_2(), Rules::v26_2()] {
            for setting in all(rules) {
                let value = Value::decode(setting.kind, setting.default(rules));
                assert_eq!(value.map(|v| v.encode()).as_deref(), Some(setting.default(rules)));
            }
        }
    }
}
