//! BACKUP, RESTORE, SHOW BACKUP(S), ALTER BACKUP, external connections.
//!
//! ```text
//!   BACKUP \[targets\] INTO 'c'                      BackupDest::Into
//!                    INTO LATEST IN 'c'            BackupDest::IntoLatest
//!                    INTO 'sub' IN 'c'             BackupDest::IntoSubdir('sub')
//!                    TO 'd' \[INCREMENTAL FROM …\]   BackupDest::To               (v21.2)
//!   RESTORE \[targets\] FROM 'sub' IN 'c'            subdir = 'sub'; LATEST is the string 'latest'
//!                    FROM 'd', 'd1'                subdir = None                (v21.2)
//! ```
//!
//! Shape: URIs are `Vec<Expr>`, each a string constant or a placeholder; a list is locality-aware. Options are a struct with
//! one field an option, since CockroachDB prints them in one fixed order.
//! Source: `spec/backup.md` §1, `spec/restore.md` §1, `spec/show-backup.md` §1, `spec/v26.2.md` §1–3.

use super::expr::Expr;
use super::{KvOption, Name, TablePattern};

/// What is backed up or restored. None at all means the whole cluster.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Targets {
    /// `[TABLE] a, db.b, c.*`
    Tables(Vec<TablePattern>),
    /// `DATABASE a, b`
    Databases(Vec<Name>),
    /// `TENANT 36`, `VIRTUAL CLUSTER 36`
    VirtualCluster(TenantSpec),
}

/// Which virtual cluster.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TenantSpec {
    /// By number, as typed.
    Id(String),
    /// By name.
    Name(Name),
}

/// BACKUP.
#[derive(Clone, PartialEq, Debug)]
pub struct Backup {
    /// What; `None` is the cluster.
    pub targets: Option<Targets>,
    /// Which form of destination.
    pub dest: BackupDest,
    /// The collection's URIs, or the backup's own with `TO`.
    pub to: Vec<Expr>,
    /// `INCREMENTAL FROM` after `TO`.
    pub incremental_from: Vec<Expr>,
    /// AS OF SYSTEM TIME.
    pub as_of: Option<Expr>,
    /// WITH.
    pub options: BackupOptions,
}

/// Where a backup goes inside its collection.
#[derive(Clone, PartialEq, Debug)]
pub enum BackupDest {
    /// `INTO uri`: a new full backup.
    Into,
    /// `INTO LATEST IN uri`: append to the newest chain.
    IntoLatest,
    /// `INTO 'sub' IN uri`.
    IntoSubdir(Expr),
    /// `TO uri`: not in a collection.
    To,
}

/// WITH options of BACKUP, in the order in which they print.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct BackupOptions {
    /// `revision_history [= bool]`; the bare word is `true`.
    pub revision_history: Option<Expr>,
    /// `encryption_passphrase = '…'`
    pub encryption_passphrase: Option<Expr>,
    /// `detached [= TRUE|FALSE]`
    pub detached: Option<bool>,
    /// `kms = …`
    pub kms: Vec<Expr>,
    /// `incremental_location = …`
    pub incremental_location: Vec<Expr>,
    /// `execution locality = '…'`
    pub execution_locality: Option<Expr>,
    /// `include_all_virtual_clusters [= bool]`
    pub include_all_virtual_clusters: Option<Expr>,
    /// `updates_cluster_monitoring_metrics [= bool]`
    pub updates_cluster_monitoring_metrics: Option<Expr>,
    /// `strict storage locality`
    pub strict_storage_locality: bool,
}

impl BackupOptions {
    /// Whether nothing was given (or nothing that prints: `detached = false` is the default).
    pub fn is_default(&self) -> bool {
        *self
            == Self {
                detached: if self.detached == Some(false) { Some(false) } else { None },
                ..Self::default()
            }
    }

    /// Whether the statement answers with the job's ID alone.
    pub fn is_detached(&self) -> bool {
        self.detached == Some(true)
    }
}

/// RESTORE.
#[derive(Clone, PartialEq, Debug)]
pub struct Restore {
    /// What; `None` is the cluster.
    pub targets: Option<Targets>,
    /// `RESTORE SYSTEM USERS`.
    pub system_users: bool,
    /// `FROM subdir IN`; LATEST is the string `latest`. `None` for the legacy form without IN.
    pub subdir: Option<Expr>,
    /// The layers, each a list of URIs. With a subdirectory there is exactly one: the collection.
    pub from: Vec<Vec<Expr>>,
    /// AS OF SYSTEM TIME.
    pub as_of: Option<Expr>,
    /// WITH.
    pub options: RestoreOptions,
}

/// WITH options of RESTORE, in the order in which they print.
#[derive(Clone, PartialEq, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one word of the statement")]
pub struct RestoreOptions {
    /// `encryption_passphrase = '…'`
    pub encryption_passphrase: Option<Expr>,
    /// `kms = …`
    pub kms: Vec<Expr>,
    /// `into_db = '…'`
    pub into_db: Option<Expr>,
    /// `debug_pause_on = '…'`
    pub debug_pause_on: Option<Expr>,
    /// `skip_missing_foreign_keys`
    pub skip_missing_foreign_keys: bool,
    /// `skip_missing_sequence_owners`
    pub skip_missing_sequence_owners: bool,
    /// `skip_missing_sequences`
    pub skip_missing_sequences: bool,
    /// `skip_missing_views`
    pub skip_missing_views: bool,
    /// `skip_missing_udfs`
    pub skip_missing_udfs: bool,
    /// `detached`
    pub detached: bool,
    /// `skip_localities_check`, also implied by `remove_regions`
    pub skip_localities_check: bool,
    /// `new_db_name = '…'`
    pub new_db_name: Option<Expr>,
    /// `incremental_location = …`
    pub incremental_location: Vec<Expr>,
    /// `virtual_cluster_name = '…'`
    pub virtual_cluster_name: Option<Expr>,
    /// `virtual_cluster = '…'`
    pub virtual_cluster: Option<Expr>,
    /// `schema_only`
    pub schema_only: bool,
    /// `verify_backup_table_data`
    pub verify_backup_table_data: bool,
    /// `include_all_virtual_clusters [= bool]`
    pub include_all_virtual_clusters: Option<Expr>,
    /// `unsafe_restore_incompatible_version`
    pub unsafe_restore_incompatible_version: bool,
    /// `execution locality = '…'`
    pub execution_locality: Option<Expr>,
    /// `experimental deferred copy`
    pub experimental_deferred_copy: bool,
    /// `experimental copy`
    pub experimental_copy: bool,
    /// `remove_regions`
    pub remove_regions: bool,
    /// `grants`
    pub grants: bool,
}

/// SHOW BACKUPS IN.
#[derive(Clone, PartialEq, Debug)]
pub struct ShowBackups {
    /// The collection's URIs.
    pub collection: Vec<Expr>,
    /// `NEWER THAN` (v26.2 with ids).
    pub newer_than: Option<Expr>,
    /// `OLDER THAN` (v26.2 with ids).
    pub older_than: Option<Expr>,
    /// WITH.
    pub options: ShowBackupOptions,
}

/// SHOW BACKUP.
#[derive(Clone, PartialEq, Debug)]
pub struct ShowBackup {
    /// What is listed.
    pub detail: BackupDetail,
    /// The word FROM was there (v22.1+).
    pub from: bool,
    /// The subdirectory, `latest`, or the whole path in the legacy form.
    pub path: Expr,
    /// The collection's URIs; empty in the legacy form.
    pub collection: Vec<Expr>,
    /// WITH.
    pub options: ShowBackupOptions,
}

/// What SHOW BACKUP lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum BackupDetail {
    /// The objects of each layer.
    #[default]
    Default,
    /// SCHEMAS
    Schemas,
    /// FILES
    Files,
    /// RANGES
    Ranges,
    /// VALIDATE
    Validate,
}

/// WITH options of SHOW BACKUP(S), in the order in which they print.
#[derive(Clone, PartialEq, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one word of the statement")]
pub struct ShowBackupOptions {
    /// `as_json`
    pub as_json: bool,
    /// `check_files`
    pub check_files: bool,
    /// `debug_ids`
    pub debug_ids: bool,
    /// `incremental_location = …`
    pub incremental_location: Vec<Expr>,
    /// `kms = …`
    pub kms: Vec<Expr>,
    /// `encryption_passphrase = '…'`
    pub encryption_passphrase: Option<Expr>,
    /// `privileges`
    pub privileges: bool,
    /// `skip size`
    pub skip_size: bool,
    /// `debug_dump_metadata_sst`
    pub debug_dump_metadata_sst: bool,
    /// `encryption_info_dir = '…'`
    pub encryption_info_dir: Option<Expr>,
    /// `index` (SHOW BACKUPS)
    pub index: bool,
    /// `revision_start_time` (SHOW BACKUPS with ids)
    pub revision_start_time: bool,
}

/// `ALTER BACKUP ['sub' IN] uri ADD NEW_KMS = … WITH OLD_KMS = …`
#[derive(Clone, PartialEq, Debug)]
pub struct AlterBackup {
    /// The subdirectory, if given.
    pub subdir: Option<Expr>,
    /// The collection or the backup's own URI.
    pub backup: Expr,
    /// The keys to add.
    pub new_kms: Vec<Expr>,
    /// A key that opens the backup now.
    pub old_kms: Vec<Expr>,
}

/// CREATE EXTERNAL CONNECTION name AS uri.
#[derive(Clone, PartialEq, Debug)]
pub struct CreateExternalConnection {
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// The connection's name: a string or a bare word.
    pub name: Expr,
    /// The URI it stands for.
    pub uri: Expr,
}

/// DROP EXTERNAL CONNECTION name.
#[derive(Clone, PartialEq, Debug)]
pub struct DropExternalConnection {
    /// IF EXISTS.
    pub if_exists: bool,
    /// The connection's name.
    pub name: Expr,
}

/// CHECK EXTERNAL CONNECTION uri.
#[derive(Clone, PartialEq, Debug)]
pub struct CheckExternalConnection {
    /// What is checked.
    pub uri: Expr,
    /// WITH transfer, concurrently, time.
    pub options: Vec<KvOption>,
}
