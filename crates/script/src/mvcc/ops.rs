//! What the operations do.
//!
//! Errors: as the origin prints them, with the Go type in front.

use std::fmt::Write as _;

use base::hlc::Timestamp;
use base::num::to_u64;
use base::span::{Key, Span};
use kv::RangeTombstone;
use kv::mvcc::export::{Export, Limits, Window};
use kv::mvcc::value::{Value, tag};

use super::line::Line;
use super::print::{self, push_line};
use super::{Histories, Intent, Iter, RangeLocal, Touched, Txn};

type Outcome = Result<(), String>;

/// What a local time adds to a range tombstone in an export. *Units*: bytes.
const LOCAL_EXPORT_BYTES: u64 = 13;
/// Beside its key, an intent counts so much in a conflict. *Units*: bytes.
const CONFLICT_BYTES: usize = 2;

/// Whether an operation writes data, so that its effect is printed.
pub(super) fn writes(command: &str) -> bool {
    matches!(
        command,
        "put" | "cput" | "del" | "del_range_ts" | "clear_range" | "gc_points_clear_range"
    )
}

fn is_intent_conflict(keys: &[Key]) -> String {
    let mut text = "(*kvpb.LockConflictError:) conflicting locks on ".to_owned();
    for (at, key) in keys.iter().enumerate() {
        text.push_str(if at == 0 { "" } else { ", " });
        text.push_str(&print::quoted(key));
    }
    text
}

/// A value of bytes, without a checksum, as the origin's scripts write them.
fn bytes_value(text: &str) -> Vec<u8> {
    let mut value = vec![0, 0, 0, 0, tag::BYTES];
    value.extend_from_slice(text.as_bytes());
    value
}

impl Histories {
    pub(super) fn operate(
        &mut self,
        line: &Line,
        out: &mut String,
        touched: &mut Touched,
    ) -> Outcome {
        match line.command.as_str() {
            "txn_begin" => self.txn_begin(line, touched),
            "txn_remove" => {
                let name = line.value("t").unwrap_or_default();
                self.txns.remove(name);
                touched.txn = Some(name.to_owned());
            }
            "put" => return self.put(line, touched),
            "cput" => return self.cput(line, touched),
            "del" => return self.del(line, out, touched),
            "del_range_ts" => self.del_range(line),
            "get" => return self.get(line, out),
            "clear_range" => self.clear_range(line),
            "gc_points_clear_range" => self.gc_points(line),
            "iter_new_read_as_of" => {
                let as_of = line.ts("asOfTs").unwrap_or(Timestamp::MAX);
                self.iter = Some(Iter { as_of, at: Some(Key::new()) });
            }
            "iter_seek_ge" => self.seek(line, out),
            "iter_scan" => self.scan(out),
            "export" => return self.export(line, out),
            other => return Err(format!("(*errors.errorString:) unknown operation: {other}")),
        }
        Ok(())
    }

    fn txn_begin(&mut self, line: &Line, touched: &mut Touched) {
        self.last_txn += 1;
        let ts = line.ts("ts").unwrap_or_default();
        let name = line.value("t").unwrap_or_default().to_owned();
        self.txns.insert(name.clone(), Txn { id: self.last_txn, key: line.key("k"), ts });
        touched.txn = Some(name);
    }

    fn put(&mut self, line: &Line, touched: &mut Touched) -> Outcome {
        let key = line.key("k");
        let value = bytes_value(line.value("v").unwrap_or_default());
        if !line.has("t") && !line.has("ts") {
            self.inline.insert(key, value);
            return Ok(());
        }
        self.write(line, key, &value, touched)
    }

    /// Writes a version, of a transaction or not, above what is newer.
    fn write(&mut self, line: &Line, key: Key, value: &[u8], touched: &mut Touched) -> Outcome {
        let name = line.value("t");
        let txn = name.and_then(|name| self.txns.get(name)).cloned();
        let own = |intent: &Intent| txn.as_ref().is_some_and(|txn| txn.id == intent.txn.id);
        if self.intents.get(&key).is_some_and(|intent| !own(intent)) {
            return Err(is_intent_conflict(&[key]));
        }
        let wanted = match &txn {
            Some(txn) => txn.ts,
            None => line.ts("ts").unwrap_or_default(),
        };
        let old = self.intents.remove(&key);
        if let Some(old) = &old {
            let (ts, end) = (old.txn.ts, base::span::next_key(&key));
            let rest: Vec<_> = self.below(&key, ts);
            self.engine.clear_versions(&key, ts, &end);
            for (ts, value) in &rest {
                self.engine.write(&key, *ts, value);
            }
        }
        let newest = self.newest_write(&key);
        let ts = if newest >= wanted { newest.next() } else { wanted };
        self.engine.write(&key, ts, value);
        if let Some(local) = line.ts("localTs") {
            self.local.insert((key.clone(), ts), local);
        }
        if let (Some(name), Some(mut txn)) = (name, txn) {
            txn.ts = ts;
            if newest >= wanted
                && let Some(known) = self.txns.get_mut(name)
            {
                known.ts = ts;
            }
            touched.txn = Some(name.to_owned());
            if !line.has("resolve") {
                let (is_deletion, value_len) = (value.is_empty(), value.len());
                self.intents.insert(key.clone(), Intent { txn, is_deletion, value_len });
            }
        }
        if newest < wanted {
            return Ok(());
        }
        let (key, wanted, ts) = (print::quoted(&key), print::ts(wanted), print::ts(ts));
        Err(format!(
            "(*kvpb.WriteTooOldError:) WriteTooOldError: write for key {key} at timestamp \
             {wanted} too old; must write at or above {ts}"
        ))
    }

    /// The versions of `key` below `ts`.
    fn below(&self, key: &[u8], ts: Timestamp) -> Vec<(Timestamp, Vec<u8>)> {
        let mut versions = Vec::new();
        self.engine.visit(|(at, time, value)| {
            if at == key && time < ts {
                versions.push((time, value.to_vec()));
            }
        });
        versions
    }

    /// The newest version or range tombstone of `key`.
    fn newest_write(&self, key: &[u8]) -> Timestamp {
        let point = self.engine.newest(key, Timestamp::MAX).map_or(Timestamp::ZERO, |(ts, _)| ts);
        self.engine.covering(key, point, Timestamp::MAX).unwrap_or(point)
    }

    fn cput(&mut self, line: &Line, touched: &mut Touched) -> Outcome {
        let key = line.key("k");
        let ts = line.ts("ts").unwrap_or_default();
        let current = self.visible(&key, ts);
        let wanted = line.value("cond").map(bytes_value);
        let fits = match (&current, &wanted) {
            (None, None) => true,
            (None, Some(_)) => line.has("allow_missing"),
            (Some((_, current)), wanted) => wanted.as_deref() == Some(&**current),
        };
        if fits {
            let value = bytes_value(line.value("v").unwrap_or_default());
            return self.write(line, key, &value, touched);
        }
        let found = current.map_or("<nil>".to_owned(), |(ts, value)| print::go_value(ts, &value));
        Err(format!("(*kvpb.ConditionFailedError:) unexpected value: {found}"))
    }

    /// The live value of `key` at `ts`.
    fn visible(&self, key: &[u8], ts: Timestamp) -> Option<(Timestamp, Value)> {
        let (time, value) = self.engine.newest(key, ts)?;
        let covered = self.engine.covering(key, time, ts).is_some();
        (!value.is_tombstone() && !covered).then_some((time, value))
    }

    fn read_ts(&self, line: &Line) -> Timestamp {
        let txn = line.value("t").and_then(|name| self.txns.get(name)).map(|txn| txn.ts);
        txn.or_else(|| line.ts("ts")).unwrap_or(Timestamp::MAX)
    }

    fn del(&mut self, line: &Line, out: &mut String, touched: &mut Touched) -> Outcome {
        let key = line.key("k");
        let found = self.visible(&key, self.read_ts(line)).is_some();
        let written = self.write(line, key.clone(), &[], touched);
        push_line(out, &format!("del: {}: found key {found}", print::quoted(&key)));
        written
    }

    fn del_range(&mut self, line: &Line) {
        let ts = line.ts("ts").unwrap_or_default();
        let tombstone = RangeTombstone { span: Span::new(line.key("k"), line.key("end")), ts };
        self.engine.delete_range(&tombstone.span, ts);
        if let Some(local) = line.ts("localTs") {
            self.range_local.push(RangeLocal { tombstone, local });
        }
    }

    fn get(&self, line: &Line, out: &mut String) -> Outcome {
        let key = line.key("k");
        let ts = self.read_ts(line);
        let own = line.value("t").and_then(|name| self.txns.get(name)).map(|txn| txn.id);
        if let Some(intent) = self.intents.get(&key)
            && Some(intent.txn.id) != own
            && intent.txn.ts <= ts
        {
            return Err(is_intent_conflict(&[key]));
        }
        let found = match self.inline.get(&key) {
            Some(value) => Some((Timestamp::ZERO, Value::new(value))),
            None if line.has("tombstones") => self.newest_or_tombstone(&key, ts),
            None => self.visible(&key, ts),
        };
        let is_refused = line.number("maxKeys").is_some_and(|most| most < 0)
            || line.number("targetBytes").is_some_and(|target| target < 0);
        let target = line.size("targetBytes");
        let is_too_long = |(_, value): &(Timestamp, Value)| {
            line.has("allowEmpty") && target > 0 && to_u64(key.len() + value.len()) > target
        };
        let found = found.filter(|found| !is_refused && !is_too_long(found));
        let text = match found {
            Some((ts, value)) => format!("{} @{}", print::value(&value), print::ts(ts)),
            None => "<no data>".to_owned(),
        };
        push_line(out, &format!("get: {} -> {text}", print::quoted(&key)));
        Ok(())
    }

    fn newest_or_tombstone(&self, key: &[u8], ts: Timestamp) -> Option<(Timestamp, Value)> {
        let point = self.engine.newest(key, ts);
        let after = point.as_ref().map_or(Timestamp::ZERO, |(time, _)| *time);
        match self.engine.covering(key, after, ts) {
            Some(deleted) => Some((deleted, Value::default())),
            None => point,
        }
    }

    fn clear_range(&mut self, line: &Line) {
        let span = Span::new(line.key("k"), line.key("end"));
        self.engine.clear(&span);
        self.inline.retain(|key, _| !span.contains_key(key));
        self.intents.retain(|key, _| !span.contains_key(key));
        self.local.retain(|(key, _), _| !span.contains_key(key));
    }

    fn gc_points(&mut self, line: &Line) {
        let from = line.ts("startTs").unwrap_or(Timestamp::MAX);
        self.engine.clear_versions(&line.key("k"), from, &line.key("end"));
    }

    fn seek(&mut self, line: &Line, out: &mut String) {
        let Some(iter) = &mut self.iter else { return };
        let found = self.engine.seek_visible(&line.key("k"), iter.as_of);
        push_line(out, &format!("iter_seek_ge: {}", print::position(found.as_ref())));
        iter.at = found.map(|(key, ..)| key);
    }

    fn scan(&mut self, out: &mut String) {
        let Some(iter) = &mut self.iter else { return };
        while let Some(at) = &iter.at {
            let found = self.engine.seek_visible(at, iter.as_of);
            iter.at = found.as_ref().map(|(key, ..)| base::span::next_key(key));
            if found.is_some() {
                push_line(out, &format!("iter_scan: {}", print::position(found.as_ref())));
            }
        }
        push_line(out, "iter_scan: .");
    }

    fn export(&self, line: &Line, out: &mut String) -> Outcome {
        let span = Span::new(line.key("k"), line.key("end"));
        let window = Window {
            start: line.ts("startTs").unwrap_or_default(),
            end: line.ts("ts").unwrap_or(Timestamp::MAX),
            all_revisions: line.has("allRevisions"),
        };
        self.check_intents(line, &span, window)?;
        let limits = Limits {
            target_bytes: line.size("targetSize"),
            max_bytes: line.size("maxSize"),
            stop_mid_key: line.has("stopMidKey"),
        };
        let from = line.ts("kTs").unwrap_or(Timestamp::MAX);
        let export = self.engine.export(&span, from, window, limits).map_err(|error| {
            format!(
                "(*storage.ExceedMaxSizeError:) export size ({} bytes) exceeds max size ({} bytes)",
                error.reached_bytes, error.max_bytes
            )
        })?;
        let knows_local =
            |one: &&RangeTombstone| self.range_local(&one.span.start, one.ts).is_some();
        let local = export.tombstones.iter().filter(knows_local);
        let bytes = export.data_bytes + to_u64(local.count()) * LOCAL_EXPORT_BYTES;
        push_line(out, &export_head(&export, bytes));
        print::export(&export, out);
        Ok(())
    }

    fn check_intents(&self, line: &Line, span: &Span, window: Window) -> Outcome {
        let most = line.size("maxLockConflicts");
        let target = line.size("targetLockConflictBytes");
        let mut keys = Vec::new();
        let mut bytes = 0;
        for (key, intent) in &self.intents {
            let is_inside = span.contains_key(key)
                && intent.txn.ts > window.start
                && intent.txn.ts <= window.end;
            if !is_inside {
                continue;
            }
            keys.push(key.clone());
            bytes += to_u64(key.len() + CONFLICT_BYTES);
            let is_enough = most > 0 && to_u64(keys.len()) >= most;
            if is_enough || (target > 0 && bytes >= target) {
                break;
            }
        }
        if keys.is_empty() { Ok(()) } else { Err(is_intent_conflict(&keys)) }
    }
}

fn export_head(export: &Export, bytes: u64) -> String {
    let mut head = "export: ".to_owned();
    if bytes > 0 {
        let _ = write!(head, "data_size:{bytes} ");
    }
    if let Some(resume) = &export.resume {
        let _ = write!(head, " resume={}/{}", print::quoted(resume), print::ts(export.resume_ts));
    }
    head
}
