//! What keeps two backups out of one directory.
//!
//! ```text
//!   v21.2   BACKUP-CHECKPOINT-<job> while planned ─▶ BACKUP-CHECKPOINT while running ─▶ removed when done
//!   v26.2   BACKUP-LOCK-<job> stays for good          progress/BACKUP-CHECKPOINT-<inverted> stay until done
//! ```
//!
//! *Source*: `spec/collections-and-chains.md` §8, `spec/error-messages.md` §2, `spec/manifest-wire.md` §8.

use base::hlc::Timestamp;
use cloud::bucket::Buckets;
use cloud::store::Store;
use sql::rules::Rules;

use super::error::Error;
use super::names;
use crate::crypt::Sealer;
use crate::manifest::{codec, model::BackupManifest};

/// Refuses a directory where a finished backup lies, or where another job writes.
///
/// *Errors*: [`Error::ManifestExists`], [`Error::LockExists`], [`Error::CheckpointExists`].
pub fn check_free(
    dest: &Store,
    job: i64,
    buckets: &Buckets,
    rules: Rules,
    nanos: &mut i64,
) -> Result<(), Error> {
    for name in [names::MANIFEST, names::OLD_MANIFEST] {
        if dest.exists(buckets, name).count(nanos) {
            return Err(Error::ManifestExists { dest: dest.bare() });
        }
    }
    if rules.lock_file() {
        if holds_lock(dest, job, buckets, nanos) {
            return Ok(());
        }
        let locks = dest.names(buckets, names::LOCK_PREFIX).count(nanos);
        if let Some(other) = locks.iter().find_map(|name| names::parse_lock_file(name)) {
            return Err(Error::LockExists { dest: dest.bare(), job: other });
        }
    }
    if dest.exists(buckets, names::CHECKPOINT).count(nanos) {
        return Err(Error::CheckpointExists { dest: dest.bare() });
    }
    Ok(())
}

/// Whether the job's own lock is there: it was here before, and everything it finds is its own.
pub fn holds_lock(dest: &Store, job: i64, buckets: &Buckets, nanos: &mut i64) -> bool {
    dest.exists(buckets, &names::lock_file(job)).count(nanos)
}

/// Writes the job's lock, once.
pub fn write_lock(dest: &Store, job: i64, buckets: &mut Buckets, now: Timestamp) -> i64 {
    let name = names::lock_file(job);
    dest.put_if_absent(buckets, &name, *b"lock", now).map_or(0, |timed| timed.took_nanos)
}

/// Writes a manifest of what is done so far, with its checksum.
pub fn write_checkpoint(
    dest: &Store,
    written: (&BackupManifest, &Sealer),
    buckets: &mut Buckets,
    rules: Rules,
    now: Timestamp,
) -> i64 {
    let name =
        if rules.lock_file() { names::timed_checkpoint(now) } else { names::CHECKPOINT.to_owned() };
    write_with_checksum(dest, &name, written, buckets, now)
}

/// Writes the checkpoint by which a job that is not running yet holds its directory (v21.2).
pub fn write_temporary_checkpoint(
    dest: &Store,
    job: i64,
    written: (&BackupManifest, &Sealer),
    buckets: &mut Buckets,
    now: Timestamp,
) -> i64 {
    write_with_checksum(dest, &names::temporary_checkpoint(job), written, buckets, now)
}

/// Removes what a job wrote only for itself.
pub fn clear(dest: &Store, job: i64, buckets: &mut Buckets, rules: Rules, nanos: &mut i64) {
    let mut gone: Vec<String> = Vec::new();
    if rules.lock_file() {
        gone.extend(dest.names(buckets, &format!("{}/", names::PROGRESS_DIR)).count(nanos));
    } else {
        for name in [names::CHECKPOINT.to_owned(), names::temporary_checkpoint(job)] {
            gone.push(names::checksum_of(&name));
            gone.push(name);
        }
    }
    for name in gone {
        dest.delete(buckets, &name).count(nanos);
    }
}

/// Removes the checkpoint of a job that now runs and has a checkpoint of its own (v21.2).
pub fn clear_temporary(dest: &Store, job: i64, buckets: &mut Buckets, nanos: &mut i64) {
    let name = names::temporary_checkpoint(job);
    dest.delete(buckets, &names::checksum_of(&name)).count(nanos);
    dest.delete(buckets, &name).count(nanos);
}

/// Writes a manifest under a name, and its checksum beside it.
pub fn write_with_checksum(
    dest: &Store,
    name: &str,
    (manifest, sealer): (&BackupManifest, &Sealer),
    buckets: &mut Buckets,
    now: Timestamp,
) -> i64 {
    let object = sealer.seal(name, now, codec::encode(manifest));
    let sum = codec::checksum(&object);
    let took = dest.put(buckets, name, object, now).took_nanos;
    took.saturating_add(dest.put(buckets, &names::checksum_of(name), sum, now).took_nanos)
}

#[cfg(test)]
mod tests {
    use base::ids::NodeId;
    use cloud::store::Opener;

    use super::*;

    #[test]
    fn who_may_write() {
        let mut buckets = Buckets::default();
        let who = Opener { cluster: "main", node: NodeId(1), user: "root" };
        let dest = Store::open("nodelocal://1/c/d", who, &buckets).unwrap();
        let now = Timestamp::from_secs(1);
        let (old, new) = (Rules::v21_2(), Rules::v26_2());
        let check = |job, buckets: &Buckets, rules| {
            check_free(&dest, job, buckets, rules, &mut 0).map_err(|error| error.to_string())
        };
        assert_eq!(check(7, &buckets, new), Ok(()));
        write_lock(&dest, 7, &mut buckets, now);
        write_checkpoint(
            &dest,
            (&BackupManifest::default(), &Sealer::plain()),
            &mut buckets,
            new,
            now,
        );
        assert_eq!(check(7, &buckets, new), Ok(()), "a job ignores its own lock");
        assert_eq!(
            check(8, &buckets, new),
            Err("checking for BACKUP-LOCK file: nodelocal://1/c/d already contains a `BACKUP-LOCK` file written by job 7".to_owned())
        );
        clear(&dest, 7, &mut buckets, new, &mut 0);
        assert_eq!(dest.names(&buckets, names::PROGRESS_DIR).value, Vec::<String>::new());

        write_checkpoint(
            &dest,
            (&BackupManifest::default(), &Sealer::plain()),
            &mut buckets,
            old,
            now,
        );
        assert!(
            check(9, &buckets, old)
                .unwrap_err()
                .ends_with("(is another operation already in progress?)")
        );
        clear(&dest, 9, &mut buckets, old, &mut 0);
        write_with_checksum(
            &dest,
            names::MANIFEST,
            (&BackupManifest::default(), &Sealer::plain()),
            &mut buckets,
            now,
        );
        assert_eq!(
            check(9, &buckets, old),
            Err("nodelocal://1/c/d already contains a BACKUP_MANIFEST file".to_owned())
        );
    }
}
