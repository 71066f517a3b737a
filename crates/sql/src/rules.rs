//! The two versions of CockroachDB that Amber is, and every way in which they differ.
//!
//! ```text
//!   Rules::v21_2()   what the documentation of April 2022 describes
//!   Rules::v26_2()   what people run today
//! ```
//!
//! Shape: one named function a rule, so that no other module asks for a version number. *Source*: `spec/v26.2.md` §10,
//! `spec/README.md`.

/// A version of CockroachDB.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Version {
    /// v21.2.17.
    #[default]
    V21_2,
    /// v26.2.0.
    V26_2,
}

impl Version {
    /// As a user writes it: `21.2`.
    pub const fn short(self) -> &'static str {
        match self {
            Self::V21_2 => "21.2",
            Self::V26_2 => "26.2",
        }
    }

    /// As binaries are tagged: `v21.2.17`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::V21_2 => "v21.2.17",
            Self::V26_2 => "v26.2.0",
        }
    }

    /// The version that a user means by `21.2`, `v21.2`, `26.2`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix('v').unwrap_or(text) {
            "21.2" | "21.2.17" => Some(Self::V21_2),
            "26.2" | "26.2.0" => Some(Self::V26_2),
            _ => None,
        }
    }

    /// Major and minor number, for manifests and the setting `version`.
    pub const fn numbers(self) -> (i32, i32) {
        match self {
            Self::V21_2 => (21, 2),
            Self::V26_2 => (26, 2),
        }
    }
}

/// What holds in one version. Copy it freely.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Rules {
    version: Version,
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident: $ty:ty = $old:expr, $new:expr;)*) => {
        impl Rules {
    /// How long a node counts as live after it was heard. *Units*: nanoseconds. 9 s up to v22.2, 6 s since.
    pub const fn liveness_nanos(self) -> i64 {
        match self.version {
            Version::V21_2 => 9_000_000_000,
            Version::V26_2 => 6_000_000_000,
        }
    }

            $($(#[$doc])* pub const fn $name(self) -> $ty {
                match self.version { Version::V21_2 => $old, Version::V26_2 => $new }
            })*
        }
    };
}

impl Rules {
    /// The rules of `version`.
    pub const fn of(version: Version) -> Self {
        Self { version }
    }

    /// The rules of v21.2.
    pub const fn v21_2() -> Self {
        Self::of(Version::V21_2)
    }

    /// The rules of v26.2.
    pub const fn v26_2() -> Self {
        Self::of(Version::V26_2)
    }

    /// Which version these are the rules of: for manifests, settings and screens, not for decisions.
    pub const fn version(self) -> Version {
        self.version
    }
}

rules! {
    /// Whether `BACKUP … TO` works; otherwise it is a syntax error.
    backup_to_syntax: bool = true, false;
    /// Whether BACKUP answers with six columns (else four, `rows` last).
    backup_six_columns: bool = true, false;
    /// Whether RESTORE answers with six columns (else four, `rows` last).
    restore_six_columns: bool = true, false;
    /// Whether a full is made silently in a named subdirectory; otherwise its job fails.
    full_into_named_subdir: bool = true, false;
    /// Whether a second full for the very same end time becomes an incremental; otherwise its job fails.
    same_instant_full_appends: bool = true, false;
    /// Whether a bad destination is refused while planning; otherwise by the running job.
    destination_errors_in_plan: bool = true, false;
    /// How a transaction of several statements is called in the refusal of BACKUP and RESTORE.
    multi_statement_words: &'static str = "inside a transaction", "inside a multi-statement transaction";
    /// Whether several statements sent as one are one transaction.
    batch_is_one_txn: bool = false, true;
    /// Whether DDL inside a transaction commits it first.
    autocommit_before_ddl: bool = false, true;
    /// Whether privilege BACKUP exists; otherwise admin, CONNECT and SELECT decide.
    backup_privilege: bool = false, true;
    /// Whether privilege RESTORE exists; otherwise admin, CREATEDB and CREATE decide.
    restore_privilege: bool = false, true;
    /// Whether a backup's storage must allow deletion.
    storage_delete_needed: bool = true, false;
    /// Whether `EXTERNALIOIMPLICITACCESS` opens nodelocal and implicit storage.
    implicit_io_privilege: bool = false, true;
    /// Whether `external://` names a connection.
    external_connections: bool = false, true;
    /// Whether `strict storage locality` is an option.
    strict_locality: bool = false, true;
    /// Whether `execution locality` is an option.
    execution_locality: bool = false, true;
    /// Whether RESTORE has `WITH grants`.
    restore_grants: bool = false, true;
    /// Whether RESTORE has `new_db_name`.
    restore_new_db_name: bool = false, true;
    /// Whether RESTORE has `schema_only` and `verify_backup_table_data`.
    restore_schema_only: bool = false, true;
    /// Whether RESTORE SYSTEM USERS exists.
    restore_system_users: bool = false, true;
    /// Whether RESTORE has `experimental [deferred] copy`.
    restore_fast_copy: bool = false, true;
    /// Whether RESTORE takes the id of a backup.
    restore_by_id: bool = false, true;
    /// Whether RESTORE refuses backups older than a minimum version.
    restore_version_window: bool = false, true;
    /// Whether a cluster restore counts objects that are there now in a comma list with `public`; otherwise in brackets.
    cluster_restore_counts_public: bool = false, true;
    /// Whether schedules arrive paused with a cluster restore.
    cluster_restore_pauses_schedules: bool = false, true;
    /// Whether zones are restored before the data.
    zones_restored_before_data: bool = true, true;
    /// Whether `system.jobs` is in a cluster backup.
    jobs_table_in_backup: bool = true, false;
    /// Whether `system.privileges` and `system.external_connections` exist and are in a cluster backup.
    privileges_and_connections_in_backup: bool = false, true;
    /// Whether `SHOW BACKUP 'sub' IN` without FROM is the form.
    show_backup_without_from: bool = true, false;
    /// Whether SHOW BACKUP has the column `regions`.
    show_backup_regions: bool = false, true;
    /// Whether SHOW BACKUP prints times with time zone.
    show_backup_timestamptz: bool = false, true;
    /// Whether SHOW BACKUPS can list ids.
    show_backups_with_ids: bool = false, true;
    /// Whether CHECK EXTERNAL CONNECTION exists.
    check_external_connection: bool = false, true;
    /// Whether all layers of a chain must go to the same localities.
    same_localities: bool = false, true;
    /// Whether LATEST is an append-only directory; otherwise one file in the root, overwritten.
    latest_in_metadata: bool = false, true;
    /// Whether incrementals lie in `incrementals/`; otherwise inside the full.
    incrementals_in_own_directory: bool = false, true;
    /// Whether an incremental's directory names its start too.
    incremental_dir_has_start: bool = false, true;
    /// Whether index files are written.
    index_files: bool = false, true;
    /// Whether slim metadata are written beside the manifest.
    slim_metadata: bool = false, true;
    /// Whether a job's lock and checkpoints lie in places of their own.
    lock_file: bool = false, true;
    /// Whether scheduled chains can be compacted.
    compaction: bool = false, true;
    /// `gc.ttlseconds` of `RANGE default`. *Units*: seconds.
    default_gc_ttl_secs: i32 = 90_000, 14_400;
    /// Whether schedules hold GC back from one run to the next.
    schedule_pts_chaining: bool = false, true;
    /// Whether tables can be left out of backups.
    exclude_data_from_backup: bool = false, true;
    /// Whether only the incrementals of a schedule get `revision_history`.
    schedule_history_incrementals_only: bool = false, true;
    /// Whether a schedule without a licence becomes one that only takes fulls.
    schedule_licence_fallback: bool = true, false;
    /// Whether those who own a schedule may make and control it; otherwise only admins.
    schedule_owner_controls: bool = false, true;
    /// Whether DROP SCHEDULE of a full drops its incremental too.
    drop_schedule_takes_partner: bool = false, true;
    /// Whether an incremental waits for the job before it, whatever `on_previous_running` says.
    scheduled_incremental_waits: bool = false, true;
    /// Whether SHOW SCHEDULES has the columns of waiting and failing.
    show_schedules_policies: bool = false, true;
    /// Whether messages of schedules are those of v22.1 and later.
    schedule_messages_later: bool = false, true;
    /// Whether ALTER BACKUP SCHEDULE exists.
    alter_backup_schedule: bool = false, true;
    /// Whether features are refused without a licence.
    licence_refusals: bool = true, false;
    /// Whether SHOW JOBS has the nineteen columns of v21.2.
    show_jobs_nineteen_columns: bool = true, false;
    /// Whether SHOW RANGES names lease holders without WITH DETAILS.
    show_ranges_lease_holder: bool = true, false;
    /// Whether KMS of Google Cloud and Azure work.
    kms_gcp_azure: bool = false, true;
    /// Whether EXECUTE SCHEDULE exists.
    execute_schedule: bool = false, true;
    /// Whether a GC failure is told by the verification of the protection record; otherwise by the export itself.
    verify_protection: bool = true, false;
    /// Whether times of jobs are printed with time zone.
    jobs_timestamptz: bool = false, true;
    /// Whether payload and progress of jobs lie in `system.job_info`.
    job_info_table: bool = false, true;
    /// Whether every database has a schema descriptor for `public`; otherwise all share id 29 without one.
    public_schema_descriptor: bool = false, true;
    /// The first id of an object that a user makes, `defaultdb`.
    first_user_id: u32 = 50, 100;
    /// Whether `CREATE TABLE` prints the automatic family, and calls the primary key `primary`.
    old_show_create: bool = true, false;
    /// Whether grants can be handed on (`is_grantable`).
    grant_options: bool = false, true;
    /// Whether constraints have ids in descriptors.
    constraint_ids: bool = false, true;
    /// Whether users make functions and procedures.
    user_functions: bool = false, true;
    /// Whether a value may be cast to the type of the column that it is stored in; otherwise the types must be the same.
    assignment_casts: bool = false, true;
    /// Whether system privileges exist (`GRANT SYSTEM`).
    system_privileges: bool = false, true;
    /// Whether users have numbers.
    user_ids: bool = false, true;
    /// Whether dropping an index says that its data go later.
    drop_index_notice: bool = true, true;
    /// Whether protection records name objects; otherwise spans.
    protection_targets: bool = false, true;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_parse_and_rules_differ() {
        assert_eq!(Version::parse("v26.2"), Some(Version::V26_2));
        assert_eq!(Version::parse("22.1"), None);
        assert_eq!(Rules::v21_2().default_gc_ttl_secs(), 90_000);
        assert!(Rules::v26_2().incrementals_in_own_directory());
    }
}
