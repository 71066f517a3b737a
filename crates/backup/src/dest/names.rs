//! Every object name of a collection, built and parsed in one place.
//!
//! ```text
//!   v21.2                                          v26.2
//!   LATEST                                         metadata/latest/LATEST-<inverted time>
//!   2022/04/01-020000.00/                          2022/04/01-020000.00/
//!     BACKUP_MANIFEST, BACKUP_MANIFEST-CHECKSUM      the same
//!     BACKUP-STATISTICS, data/<int>.sst              the same
//!     BACKUP-CHECKPOINT[-<job>][-CHECKSUM]           BACKUP-LOCK-<job>, progress/BACKUP-CHECKPOINT-<inverted>[-CHECKSUM]
//!     20220401/030000.50/                          incrementals/2022/04/01-020000.00/20220401/030000.50-20220401-020000.00/
//! ```
//!
//! Shape: directories have no slash at their end; the path of a full begins with one, as LATEST holds it. Hundredths of
//! a second are cut off, not rounded. *Source*: `spec/manifest-wire.md` §8, `spec/collections-and-chains.md` §2.

use std::fmt::Write as _;

use base::hlc::Timestamp;

use crate::moment::{Civil, go_text};

/// The manifest: its presence means that the backup is complete.
pub const MANIFEST: &str = "BACKUP_MANIFEST";
/// The slim manifest of v23.1 and later.
pub const METADATA: &str = "BACKUP_METADATA";
/// The manifest's name before v20.1.
pub const OLD_MANIFEST: &str = "BACKUP";
/// Table statistics of all tables in the backup.
pub const STATISTICS: &str = "BACKUP-STATISTICS";
/// A manifest of what is done so far.
pub const CHECKPOINT: &str = "BACKUP-CHECKPOINT";
/// What encryption needs to be undone.
pub const ENCRYPTION_INFO: &str = "ENCRYPTION-INFO";
/// Behind a name: the object with its checksum.
pub const CHECKSUM_SUFFIX: &str = "-CHECKSUM";
/// The file at the root that names the newest full (v21.2; later versions still read it).
pub const LATEST: &str = "LATEST";
/// Where later versions keep such files, newest first.
pub const LATEST_DIR: &str = "metadata/latest";
/// Where later versions keep incrementals.
pub const INCREMENTALS_DIR: &str = "incrementals";
/// Where later versions keep checkpoints.
pub const PROGRESS_DIR: &str = "progress";
/// Before the id of the job that holds a directory.
pub const LOCK_PREFIX: &str = "BACKUP-LOCK-";
/// Where data files lie, and where a listing of layers stops.
pub const DATA_DIR: &str = "data/";

/// The directory of a full: `/2022/04/01-020000.00`. `end` is the backup's end time.
pub fn full_dir(end: Timestamp) -> String {
    let c = Civil::of(end);
    format!("/{:04}/{:02}/{}", c.year, c.month, day_time(c))
}

/// The moment in a full's directory, with or without its slash. *Units*: hundredths are all that a name keeps.
pub fn parse_full_dir(dir: &str) -> Option<Timestamp> {
    let mut parts = dir.strip_prefix('/').unwrap_or(dir).split('/');
    let (year, month, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let (day, time) = rest.split_once('-')?;
    if parts.next().is_some() {
        return None;
    }
    moment(digits(year, 4)?, digits(month, 2)?, digits(day, 2)?, time)
}

/// The directory of an incremental below its chain: `20220401/030000.50`, with the start behind it where the version
/// writes it there.
pub fn incremental_dir(start: Timestamp, end: Timestamp, with_start: bool) -> String {
    let c = Civil::of(end);
    let mut dir = format!("{}/{}", date(c), time(c));
    if with_start {
        let s = Civil::of(start);
        let _ = write!(dir, "-{}-{}", date(s), time(s));
    }
    dir
}

/// End and, where it is written, start in an incremental's directory.
pub fn parse_incremental_dir(dir: &str) -> Option<(Timestamp, Option<Timestamp>)> {
    let (end_date, rest) = dir.split_once('/')?;
    let (end_time, start) = match rest.split_once('-') {
        Some((end_time, start)) => (end_time, Some(start)),
        None => (rest, None),
    };
    let end = date_time(end_date, end_time)?;
    let start = match start {
        Some(start) => {
            let (date, time) = start.split_once('-')?;
            Some(date_time(date, time)?)
        }
        None => None,
    };
    Some((end, start))
}

/// A data file: `data/<unique int>.sst`.
pub fn data_file(unique: i64) -> String {
    format!("{DATA_DIR}{unique}.sst")
}

/// The unique integer of a data file.
pub fn parse_data_file(name: &str) -> Option<i64> {
    name.strip_prefix(DATA_DIR)?.strip_suffix(".sst")?.parse().ok()
}

/// The file that holds a checksum of another.
pub fn checksum_of(name: &str) -> String {
    format!("{name}{CHECKSUM_SUFFIX}")
}

/// The partial manifest of a locality's store, `n` from 1: `BACKUP_PART_1_region=us-west`.
pub fn part(n: usize, locality: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || c == '=' || c == '-' { c } else { '_' };
    format!("BACKUP_PART_{n}_{}", locality.chars().map(kept).collect::<String>())
}

/// The lock of one job.
pub fn lock_file(job: i64) -> String {
    format!("{LOCK_PREFIX}{job}")
}

/// The job of a lock.
pub fn parse_lock_file(name: &str) -> Option<i64> {
    name.strip_prefix(LOCK_PREFIX)?.parse().ok()
}

/// The checkpoint that a job writes while it is being planned (v21.2).
pub fn temporary_checkpoint(job: i64) -> String {
    format!("{CHECKPOINT}-{job}")
}

/// A checkpoint of later versions: each is a new object, the newest is listed first.
pub fn timed_checkpoint(now: Timestamp) -> String {
    format!("{PROGRESS_DIR}/{CHECKPOINT}-{}", inverted(now))
}

/// A LATEST file of later versions.
pub fn timed_latest(now: Timestamp) -> String {
    format!("{LATEST_DIR}/{LATEST}-{}", inverted(now))
}

/// The hex text that sorts the newer of two moments first: the descending string key of the moment as Go prints it,
/// monotonic part included.
///
/// Our monotonic part counts from 2022-01-01 instead of from the start of a process, which is nothing a reader uses.
pub fn inverted(now: Timestamp) -> String {
    const DAWN_SECS: i64 = 1_640_995_200;
    let run = now.wall - Timestamp::from_secs(DAWN_SECS).wall;
    let (sign, run) = if run < 0 { ('-', run.unsigned_abs()) } else { ('+', run.unsigned_abs()) };
    let text =
        format!("{} m={sign}{}.{:09}", go_text(now), run / 1_000_000_000, run % 1_000_000_000);
    inverted_text(&text)
}

/// Hex of the descending key of a text without zero bytes.
fn inverted_text(text: &str) -> String {
    let mut hex = String::with_capacity(2 * text.len() + 6);
    hex.push_str("13");
    for byte in text.bytes() {
        let _ = write!(hex, "{:02x}", !byte);
    }
    hex.push_str("fffe");
    hex
}

/// The path of a full as it is kept: one slash before, none after, none doubled.
pub fn normal_subdir(subdir: &str) -> String {
    format!("/{}", subdir.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/"))
}

fn date(c: Civil) -> String {
    format!("{:04}{:02}{:02}", c.year, c.month, c.day)
}

fn time(c: Civil) -> String {
    format!("{:02}{:02}{:02}.{:02}", c.hour, c.minute, c.second, c.nanos / 10_000_000)
}

fn day_time(c: Civil) -> String {
    format!("{:02}-{}", c.day, time(c))
}

fn date_time(date: &str, time: &str) -> Option<Timestamp> {
    if date.len() != 8 || !date.is_ascii() {
        return None;
    }
    moment(digits(&date[..4], 4)?, digits(&date[4..6], 2)?, digits(&date[6..], 2)?, time)
}

fn moment(year: i64, month: i64, day: i64, time: &str) -> Option<Timestamp> {
    let (clock, hundredths) = time.split_once('.')?;
    if clock.len() != 6 || !clock.is_ascii() {
        return None;
    }
    let civil = Civil {
        year,
        month,
        day,
        hour: digits(&clock[..2], 2)?,
        minute: digits(&clock[2..4], 2)?,
        second: digits(&clock[4..], 2)?,
        nanos: digits(hundredths, 2)? * 10_000_000,
    };
    civil.wall().map(Timestamp::from_wall)
}

/// A number of exactly so many digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    let plain = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TWO: Timestamp = Timestamp::from_wall(1_648_778_400_009_999_999);

    #[test]
    fn names_of_the_sheets() {
        let three = Timestamp::from_wall(1_648_782_000_500_000_000);
        assert_eq!(full_dir(TWO), "/2022/04/01-020000.00");
        assert_eq!(incremental_dir(TWO, three, false), "20220401/030000.50");
        assert_eq!(incremental_dir(TWO, three, true), "20220401/030000.50-20220401-020000.00");
        assert_eq!(data_file(749_512_303_218_524_161), "data/749512303218524161.sst");
        assert_eq!(lock_file(9), "BACKUP-LOCK-9");
        assert_eq!(normal_subdir("2022//04/01-020000.00/"), "/2022/04/01-020000.00");
    }

    #[test]
    fn inverted_vector() {
        assert_eq!(
            inverted_text("2022-04-01 02:00:10.5 +0000 UTC m=+12.25"),
            "13cdcfcdcdd2cfcbd2cfcedfcfcdc5cfcfc5cecfd1cadfd4cfcfcfcfdfaaabbcdf92c2d4cecdd1cdcafffe"
        );
    }

    #[test]
    fn what_is_no_name() {
        for dir in [
            "monday",
            "/2022/04",
            "/2022/13/01-020000.00",
            "/2022/04/01-020000",
            "/2022/04/01-020000.00/x",
        ] {
            assert_eq!(parse_full_dir(dir), None, "{dir}");
        }
        for dir in ["20220401", "20220401/03", "20220431/030000.50", "20220401/030000.50-2022"] {
            assert_eq!(parse_incremental_dir(dir), None, "{dir}");
        }
    }

    proptest! {
        #[test]
        fn built_then_parsed(start in 0_i64..4_000_000_000_000_000_000, end in 0_i64..4_000_000_000_000_000_000) {
            let cut = |wall: i64| Timestamp::from_wall(wall - wall % 10_000_000);
            let (from, to) = (Timestamp::from_wall(start), Timestamp::from_wall(end));
            prop_assert_eq!(parse_full_dir(&full_dir(to)), Some(cut(end)));
            let short = incremental_dir(from, to, false);
            prop_assert_eq!(parse_incremental_dir(&short), Some((cut(end), None)));
            let long = incremental_dir(from, to, true);
            prop_assert_eq!(parse_incremental_dir(&long), Some((cut(end), Some(cut(start)))));
        }

        #[test]
        fn later_is_listed_first(a in 0_i64..4_000_000_000_000_000_000, b in 0_i64..4_000_000_000_000_000_000) {
            prop_assume!(a < b);
            prop_assert!(inverted(Timestamp::from_wall(b)) < inverted(Timestamp::from_wall(a)));
        }

        #[test]
        fn unique_ints_and_back(n in 0_i64..i64::MAX) {
            prop_assert_eq!(parse_data_file(&data_file(n)), Some(n));
            prop_assert_eq!(parse_lock_file(&lock_file(n)), Some(n));
        }
    }
}
