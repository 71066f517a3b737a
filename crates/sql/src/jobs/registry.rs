//! Rows of jobs: written, read, found.
//!
//! ```text
//!   21.2   system.jobs (id, status, created, payload, progress, created_by_*, claim_*, num_runs, last_run)
//!   26.2   system.jobs (id, status, …, job_type, owner, description, error_msg, finished)
//!          system.job_info (id, 'legacy_payload'), (id, 'legacy_progress')
//! ```

use base::hlc::Timestamp;
use base::ids::JobId;
use wire::Message;

use super::jobspb::{Payload, Progress};
use super::record::{CreatedBy, Record, micros};
use super::state::Status;
use crate::catalog::error::{Error, Kind};
use crate::catalog::sys::{Row, Sys};
use crate::catalog::system::ids;
use crate::types::Datum;

const PAYLOAD: &str = "legacy_payload";
const PROGRESS: &str = "legacy_progress";

/// Writes a new job.
pub fn create(sys: &mut Sys<'_>, record: &Record) -> Result<(), Error> {
    write(sys, record)
}

/// Writes a changed job; its progress says that it was changed now.
pub fn save(sys: &mut Sys<'_>, record: &mut Record, now: Timestamp) -> Result<(), Error> {
    record.progress.modified_micros = micros(now);
    write(sys, record)
}

fn write(sys: &mut Sys<'_>, record: &Record) -> Result<(), Error> {
    let id = Datum::Int(record.id.0);
    let text = |text: &str| if text.is_empty() { Datum::Null } else { Datum::from(text) };
    let int = |value: Option<i64>| value.map_or(Datum::Null, Datum::Int);
    let by = record.created_by.as_ref();
    let mut row = vec![
        ("id", id.clone()),
        ("status", Datum::from(record.status.word())),
        ("created", Datum::Timestamp(record.created_micros)),
        ("created_by_type", by.map_or(Datum::Null, |by| Datum::from(by.kind.as_str()))),
        ("created_by_id", int(by.map(|by| by.id))),
        ("claim_instance_id", int(record.claimed_by)),
        ("num_runs", Datum::Int(record.num_runs)),
        ("last_run", record.last_run_micros.map_or(Datum::Null, Datum::Timestamp)),
    ];
    let payload = record.payload.encode_to_vec();
    let progress = record.progress.encode_to_vec();
    if !sys.tables.rules().job_info_table() {
        row.push(("payload", Datum::bytes(payload)));
        row.push(("progress", Datum::bytes(progress)));
        return sys.upsert(ids::JOBS, &row);
    }
    let finished = match record.payload.finished_micros {
        0 => Datum::Null,
        micros => Datum::TimestampTz(micros),
    };
    row.extend([
        ("job_type", Datum::from(record.kind().words())),
        ("owner", Datum::from(record.payload.username.as_str())),
        ("description", Datum::from(record.payload.description.as_str())),
        ("error_msg", text(&record.payload.error)),
        ("finished", finished),
    ]);
    sys.upsert(ids::JOBS, &row)?;
    for (key, value) in [(PAYLOAD, payload), (PROGRESS, progress)] {
        // The row keeps the time of its making, so that there is one of each key.
        let row = [
            ("job_id", id.clone()),
            ("info_key", Datum::from(key)),
            ("written", Datum::TimestampTz(record.created_micros)),
            ("value", Datum::bytes(value)),
        ];
        sys.upsert(ids::JOB_INFO, &row)?;
    }
    Ok(())
}

/// A job by id.
pub fn load(sys: &mut Sys<'_>, id: JobId) -> Result<Option<Record>, Error> {
    match sys.row(ids::JOBS, &[Datum::Int(id.0)])? {
        Some(row) => Ok(Some(read(sys, &row)?)),
        None => Ok(None),
    }
}

/// A job by id that must exist.
///
/// *Errors*: `job with ID … does not exist`.
pub fn must_load(sys: &mut Sys<'_>, id: JobId) -> Result<Record, Error> {
    load(sys, id)?.ok_or_else(|| Error::undefined(Kind::Job, id.to_string()))
}

/// All jobs in order of id.
pub fn all(sys: &mut Sys<'_>) -> Result<Vec<Record>, Error> {
    let rows = sys.rows(ids::JOBS, &[])?;
    rows.iter().map(|row| read(sys, row)).collect()
}

/// How many jobs that something made are still at work; their payloads are not read.
pub fn at_work(sys: &mut Sys<'_>, kind: &str, id: i64) -> Result<usize, Error> {
    let rows = sys.rows(ids::JOBS, &[])?;
    let is_at_work = |row: &&Row| {
        row.int("created_by_id") == Some(id)
            && row.str("created_by_type") == Some(kind)
            && row.str("status").and_then(Status::parse).is_some_and(|status| !status.is_terminal())
    };
    Ok(rows.iter().filter(is_at_work).count())
}

/// Forgets the jobs that ended at or before a moment; answers how many.
pub fn purge(sys: &mut Sys<'_>, ended_micros: i64) -> Result<usize, Error> {
    let rows = sys.rows(ids::JOBS, &[])?;
    let mut gone = Vec::new();
    for row in rows {
        // What began later cannot have ended by then.
        let is_old = row.micros("created").is_some_and(|created| created <= ended_micros);
        if is_old && row.str("status").and_then(Status::parse).is_some_and(Status::is_terminal) {
            let record = read(sys, &row)?;
            if record.payload.finished_micros <= ended_micros {
                gone.push(record.id);
            }
        }
    }
    for id in &gone {
        remove(sys, *id)?;
    }
    Ok(gone.len())
}

/// Forgets a job.
pub fn remove(sys: &mut Sys<'_>, id: JobId) -> Result<(), Error> {
    let id = Datum::Int(id.0);
    if sys.tables.rules().job_info_table() {
        for row in sys.rows(ids::JOB_INFO, std::slice::from_ref(&id))? {
            let key = ["job_id", "info_key", "written"].map(|column| row.get(column).clone());
            sys.delete(ids::JOB_INFO, &key)?;
        }
    }
    sys.delete(ids::JOBS, &[id])?;
    Ok(())
}

fn read(sys: &mut Sys<'_>, row: &Row) -> Result<Record, Error> {
    let bad = Error::Wire { place: "system.jobs" };
    let id = row.int("id").ok_or(bad.clone())?;
    let (payload, progress) = if sys.tables.rules().job_info_table() {
        let mut info = |key: &str| -> Result<Vec<u8>, Error> {
            let found = sys.row(ids::JOB_INFO, &[Datum::Int(id), Datum::from(key)])?;
            Ok(found.and_then(|row| row.bytes("value").map(<[u8]>::to_vec)).unwrap_or_default())
        };
        (info(PAYLOAD)?, info(PROGRESS)?)
    } else {
        let column = |name: &str| row.bytes(name).unwrap_or_default().to_vec();
        (column("payload"), column("progress"))
    };
    let by = row.str("created_by_type").zip(row.int("created_by_id"));
    Ok(Record {
        id: JobId(id),
        status: row.str("status").and_then(Status::parse).ok_or(bad.clone())?,
        created_micros: row.micros("created").unwrap_or_default(),
        payload: Payload::decode(payload.as_slice()).map_err(|_| bad.clone())?,
        progress: Progress::decode(progress.as_slice()).map_err(|_| bad)?,
        created_by: by.map(|(kind, id)| CreatedBy { kind: kind.to_owned(), id }),
        claimed_by: row.int("claim_instance_id"),
        num_runs: row.int("num_runs").unwrap_or_default(),
        last_run_micros: row.micros("last_run"),
    })
}
