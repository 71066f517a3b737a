//! Files of one's own in buckets, carried out.
//!
//! Shape: what is put is an input of the log; what is looked at is only told.

use base::sqlstate::SqlState;
use cloud::bucket::Object;
use cloud::fault;
use protocol::agenda::Tone;
use protocol::result::StatementResult;

use super::faults::{bare, bucket_changed};
use super::{Outcome, hand, lines, refuse, store_error};
use crate::archive;
use crate::inspect::Look;
use crate::sim_command::files::{Files, Inspect};
use crate::state::State;

/// Carries out what changes a bucket.
pub(super) fn change(state: &mut State, files: Files) -> Outcome {
    match files {
        Files::Put(uri, bytes, longer) => put(state, &uri, bytes, longer),
        Files::Unpack(from, to) => unpack(state, &from, &to),
        Files::Inspect(..) => Ok(StatementResult::default()),
    }
}

/// Tells what backups lie at a place.
pub(super) fn inspect(state: &State, uri: &str, how: Inspect) -> StatementResult {
    let mut look = Look::at_bucket(&state.buckets, &state.current, uri);
    look.passphrase = how.passphrase;
    look.rows = how.rows;
    lines(if how.json { vec![look.json()] } else { look.words() })
}

/// Writes an object, or more of one.
fn put(state: &mut State, uri: &str, mut bytes: Vec<u8>, longer: bool) -> Outcome {
    let current = state.current.clone();
    let at = fault::locate(uri, hand(&current), &state.buckets);
    let (store, path) = at.map_err(|cause| store_error(&cause))?;
    if longer && let Some(before) = state.buckets.object(&store, &path) {
        bytes.splice(0..0, before.bytes.iter().copied());
    }
    let said = format!("{} bytes at {}", bytes.len(), bare(uri));
    let written = state.now();
    state.buckets.insert(&store, &path, Object { bytes: bytes.into(), written });
    Ok(lines(vec![bucket_changed(state, Tone::Neutral, said)]))
}

/// Unpacks the archive at a URI below another, and removes it.
fn unpack(state: &mut State, from: &str, to: &str) -> Outcome {
    let current = state.current.clone();
    let locate = |uri: &str, state: &State| {
        fault::locate(uri, hand(&current), &state.buckets).map_err(|cause| store_error(&cause))
    };
    let ((store, path), (into, below)) = (locate(from, state)?, locate(to, state)?);
    let object = state.buckets.object(&store, &path).ok_or_else(|| {
        refuse(SqlState::UNDEFINED_FILE, format!("there is no object at {}", bare(from)))
    })?;
    let files = archive::files(&object.bytes)
        .map_err(|cause| refuse(SqlState::INVALID_PARAMETER_VALUE, cause.to_string()))?;
    state.buckets.remove(&store, &path);
    let (count, written) = (files.len(), state.now());
    for (name, bytes) in files {
        let path = cloud::uri::join_path(&below, &name);
        let path = path.trim_start_matches('/');
        state.buckets.insert(&into, path, Object { bytes: bytes.into(), written });
    }
    let said = format!("{count} files unpacked at {}", bare(to));
    Ok(lines(vec![bucket_changed(state, Tone::Neutral, said)]))
}
