//! The fidelity sheet: what is exact, approximate or not simulated, for each version.
//!
//! Shape: one row a topic. `docs/fidelity.md` is made from these rows by a test; a statement that is not simulated answers 0A000 and
//! points there.

/// How true a topic is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// As the real system, as far as a user can see.
    Exact,
    /// The same outcome by simpler means; the note says where it differs.
    Approximate,
    /// Refused with SQLSTATE 0A000.
    NotSimulated,
    /// The version does not have it: refused with the version's own error.
    Absent,
}

impl Level {
    /// The word on the sheet.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Approximate => "approximate",
            Self::NotSimulated => "not simulated",
            Self::Absent => "absent",
        }
    }
}

/// One row of the sheet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Topic {
    /// What it is about.
    pub name: &'static str,
    /// Under v21.2.
    pub v21_2: Level,
    /// Under v26.2.
    pub v26_2: Level,
    /// What to know.
    pub note: &'static str,
}

use Level::{Absent, Approximate, Exact, NotSimulated};

const fn topic(name: &'static str, v21_2: Level, v26_2: Level, note: &'static str) -> Topic {
    Topic { name, v21_2, v26_2, note }
}

/// The sheet.
pub const SHEET: &[Topic] = &[
    topic(
        "BACKUP of cluster, databases, tables; INTO, INTO LATEST IN, INTO 'subdir' IN",
        Exact,
        Exact,
        "",
    ),
    topic("AS OF SYSTEM TIME, revision_history, detached", Exact, Exact, ""),
    topic(
        "RESTORE of cluster, databases, tables; LATEST, subdirectory, AS OF SYSTEM TIME, into_db",
        Exact,
        Exact,
        "",
    ),
    topic("SHOW BACKUPS, SHOW BACKUP", Exact, Exact, ""),
    topic(
        "Names, manifests and checksums in the bucket",
        Exact,
        Approximate,
        "v26.2: full manifests only, without slim lists and index files",
    ),
    topic(
        "Data files",
        Exact,
        Approximate,
        "v26.2 writes Pebblev2 tables, which every version since v22.2 reads; one file a node until it is full",
    ),
    topic(
        "Table statistics in a backup",
        Approximate,
        Approximate,
        "only what CREATE STATISTICS and ANALYZE counted; nothing is collected by itself",
    ),
    topic(
        "Cluster RESTORE",
        Exact,
        Approximate,
        "ids are kept, where v26.2 gives new ones to what stands in the way",
    ),
    topic("schema_only, verify_backup_table_data, new_db_name", Absent, Exact, ""),
    topic("RESTORE SYSTEM USERS, WITH grants", Absent, Exact, ""),
    topic("RESTORE WITH remove_regions", Absent, NotSimulated, ""),
    topic(
        "Online restore",
        Absent,
        Approximate,
        "the data are there before the tables open; the download job ends at once",
    ),
    topic(
        "SHOW BACKUP VALIDATE",
        Absent,
        Approximate,
        "looks at lists and parents; the words of a finding are ours",
    ),
    topic(
        "nodelocal://self",
        Exact,
        Exact,
        "each node writes to its own directory, so a backup by several nodes is scattered",
    ),
    topic(
        "Credentials in URIs",
        Approximate,
        Approximate,
        "must be there, but any value opens a bucket; buckets need not be made first",
    ),
    topic(
        "GC threshold and TTL",
        Approximate,
        Approximate,
        "a TTL that has passed refuses at once; GC visits each range every 10 virtual minutes",
    ),
    topic(
        "Replication",
        Approximate,
        Approximate,
        "a model of log positions and majorities, without Raft messages",
    ),
    topic(
        "System tables without a published layout",
        Approximate,
        Approximate,
        "columns are named after the real ones",
    ),
    topic(
        "userfile storage",
        Approximate,
        Approximate,
        "kept beside the cluster; its two tables can be read, but stand in no list and no backup",
    ),
    topic(
        "Jobs: states, control, retries, another node after a loss",
        Approximate,
        Approximate,
        "an error that may pass is tried five times before it fails a job; v26.2's job_status, job_progress and job_message stay \
         empty, and no plan diagram is kept; of the schedules' metrics only the last completed time is kept, for the page",
    ),
    topic(
        "Schedules of backups: CREATE, ALTER, PAUSE, RESUME, DROP, SHOW",
        Approximate,
        Approximate,
        "the scheduler looks on whole minutes, not on minutes with jitter; recurrences are in UTC; no other kinds of \
         schedules; EXECUTE SCHEDULE (v26.2) refuses backup schedules with words of ours",
    ),
    topic("BACKUP … TO, INCREMENTAL FROM; RESTORE of a whole path", Exact, Absent, ""),
    topic(
        "encryption_passphrase",
        Exact,
        Exact,
        "PBKDF2 and AES-256-GCM as in the real format; chance comes from the seed",
    ),
    topic(
        "kms, ALTER BACKUP … ADD NEW_KMS",
        Exact,
        Exact,
        "key services are simulated: a key is there once it is used, \\sim kms disables, denies, deletes it",
    ),
    topic("Locality-aware backups (lists of URIs)", Exact, Exact, ""),
    topic(
        "Real backup files: amber inspect, \\sim bucket inspect, RESTORE from them",
        Exact,
        Exact,
        "table files of Pebble v5 on and elided prefixes are told as problems; files of localities must lie in one bucket",
    ),
    topic(
        "execution locality",
        Absent,
        Approximate,
        "a BACKUP exports on matching nodes; a RESTORE only looks whether there is one",
    ),
    topic(
        "External connections",
        Absent,
        Approximate,
        "to storage only; CHECK measures with 1 MiB and tells the speed of the simulated store; no SHOW CREATE",
    ),
    topic(
        "CREATE FUNCTION, CREATE PROCEDURE, CALL",
        Absent,
        Approximate,
        "in SQL; PL/pgSQL is kept but not run; one function a name; not inside DEFAULT, CHECK and computed columns; no triggers",
    ),
    topic(
        "Backup ids (use_backups_with_ids)",
        Absent,
        Approximate,
        "read from directories' names, not from index files",
    ),
    topic("Compaction of chains", Absent, NotSimulated, ""),
    topic(
        "Failures of nodes, partitions, drain, decommission",
        Approximate,
        Approximate,
        "leases wait for liveness records (9 s, 6 s in v26.2); five minutes make a node dead; clients are led to the first node that takes them; a statement waits a minute for a range where v21.2 waits for ever",
    ),
    topic(
        "Moving replicas and leases",
        Approximate,
        Approximate,
        "a queue at 32 MB a second after failures and changes of zones; neither load nor disk space counts; a table that is still empty lies where its zone wants it at once",
    ),
    topic(
        "Follower reads, latency between regions",
        Approximate,
        Approximate,
        "reads at closed timestamps need no majority; a statement is charged one round trip of its reads and one of its writes",
    ),
    topic(
        "Faults of buckets",
        Approximate,
        Approximate,
        "outage, denial, expiry, slowness, throttling, lock hold for a store as a whole and are met where a step opens it; texts are ours after the stores' own",
    ),
    topic(
        "Zones of partitions",
        NotSimulated,
        NotSimulated,
        "zones of ranges, databases, tables and indexes are whole",
    ),
    topic(
        "Waits for conflicting transactions",
        Approximate,
        Approximate,
        "a statement that meets another transaction's intent is refused with 40001 instead of waiting",
    ),
];

/// The sheet as Markdown.
pub fn markdown() -> String {
    let mut text = String::from(
        "# Fidelity\n\nMade from `crates/simulator/src/fidelity.rs`. What is not simulated answers with SQLSTATE `0A000`.\n\n\
         | topic | v21.2 | v26.2 | to know |\n|---|---|---|---|\n",
    );
    for topic in SHEET {
        for cell in [topic.name, topic.v21_2.word(), topic.v26_2.word(), topic.note] {
            text.push_str("| ");
            text.push_str(cell);
            text.push(' ');
        }
        text.push_str("|\n");
    }
    text
}
