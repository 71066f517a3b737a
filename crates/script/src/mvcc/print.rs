//! How keys, times, values, statistics are printed in histories.

use std::fmt::Write as _;

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::num::to_u64;
use base::span::{Key, Span};
use kv::mvcc::export::Export;
use kv::mvcc::stats::MvccStats;
use kv::mvcc::value::Value;

use super::{Histories, Intent, Touched, Txn};

/// Adds a line.
pub(super) fn push_line(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

/// Seconds, nanoseconds and logical; without the former two just `0`.
pub(super) fn ts(ts: Timestamp) -> String {
    if ts.wall == 0 {
        return format!("0,{}", ts.logical);
    }
    let (secs, nanos) = (ts.wall.div_euclid(NANOS_PER_SEC), ts.wall.rem_euclid(NANOS_PER_SEC));
    format!("{secs}.{nanos:09},{}", ts.logical)
}

fn escaped(key: &[u8]) -> String {
    let mut text = String::new();
    for byte in key {
        match byte {
            b'"' | b'\\' => {
                text.push('\\');
                text.push(char::from(*byte));
            }
            0x20..=0x7e => text.push(char::from(*byte)),
            _ => {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text
}

/// A key in quotes; `/Min` for the empty one.
pub(super) fn quoted(key: &[u8]) -> String {
    if key.is_empty() { "/Min".to_owned() } else { format!("\"{}\"", escaped(key)) }
}

/// `/BYTES/…`, or `/<empty>` for a deletion.
pub(super) fn value(value: &[u8]) -> String {
    match value.get(5..) {
        Some(data) => format!("/BYTES/{}", escaped(data)),
        None => "/<empty>".to_owned(),
    }
}

/// Where an iterator stands.
pub(super) fn position(found: Option<&(Key, Timestamp, Value)>) -> String {
    match found {
        Some((key, time, stored)) => format!("{}/{}={}", quoted(key), ts(*time), value(stored)),
        None => ".".to_owned(),
    }
}

/// A value in protobuf's text form.
pub(super) fn go_value(ts: Timestamp, value: &[u8]) -> String {
    let mut bytes = String::new();
    for byte in value {
        match byte {
            b'"' | b'\\' => {
                bytes.push('\\');
                bytes.push(char::from(*byte));
            }
            0x20..=0x7e => bytes.push(char::from(*byte)),
            _ => {
                let _ = write!(bytes, "\\{byte:03o}");
            }
        }
    }
    let mut time = String::new();
    if ts.wall != 0 {
        let _ = write!(time, "wall_time:{} ", ts.wall);
    }
    if ts.logical != 0 {
        let _ = write!(time, "logical:{} ", ts.logical);
    }
    format!("raw_bytes:\"{bytes}\" timestamp:<{time}> ")
}

/// `{a-b}`, or `a{-\x00}` where the bounds begin alike.
fn bounds(span: &Span) -> String {
    let shared = span.start.iter().zip(&span.end).take_while(|(a, b)| a == b).count();
    let (prefix, start) = span.start.split_at(shared);
    let end = span.end.get(shared..).unwrap_or_default();
    format!("{}{{{}-{}}}", escaped(prefix), escaped(start), escaped(end))
}

fn stack(times: &[Timestamp], local: impl Fn(Timestamp) -> Option<Timestamp>) -> String {
    let mut text = String::new();
    for (at, time) in times.iter().enumerate() {
        text.push_str(if at == 0 { "" } else { " " });
        let local = local(*time).map_or(String::new(), local_text);
        let _ = write!(text, "{}={local}/<empty>", ts(*time));
    }
    text
}

fn local_text(local: Timestamp) -> String {
    format!("{{localTs={}}}", ts(local))
}

fn txn_meta(txn: &Txn) -> String {
    format!(
        "{{id={:08} key={} pri=0.00000000 epo=0 ts={} min=0,0 seq=0}}",
        txn.id,
        quoted(&txn.key),
        ts(txn.ts)
    )
}

/// What an intent's record adds to the value bytes: a protobuf message, field by field.
pub(super) fn meta_bytes(intent: &Intent) -> u64 {
    let wall = varint_len(intent.txn.ts.wall);
    let logical = varint_len(i64::from(intent.txn.ts.logical));
    let key = if intent.txn.key.is_empty() { 0 } else { 2 + to_u64(intent.txn.key.len()) };
    let write_ts = 2 + 1 + wall + if intent.txn.ts.logical == 0 { 0 } else { 1 + logical };
    let txn = 18 + key + write_ts + 2;
    let time = 2 + 1 + wall + 1 + logical;
    let value_len = 1 + varint_len(base::num::to_i64(intent.value_len));
    2 + txn + time + 2 + 2 + value_len + 2
}

fn varint_len(value: i64) -> u64 {
    let bits = 64 - u64::from(base::num::as_unsigned(value).leading_zeros());
    bits.div_ceil(7).max(1)
}

type Field = (&'static str, fn(&MvccStats) -> i64);

const FIELDS: [Field; 15] = [
    ("key_count", |s| s.key_count),
    ("key_bytes", |s| s.key_bytes),
    ("val_count", |s| s.val_count),
    ("val_bytes", |s| s.val_bytes),
    ("range_key_count", |s| s.range_key_count),
    ("range_key_bytes", |s| s.range_key_bytes),
    ("range_val_count", |s| s.range_val_count),
    ("range_val_bytes", |s| s.range_val_bytes),
    ("live_count", |s| s.live_count),
    ("live_bytes", |s| s.live_bytes),
    ("gc_bytes_age", |s| s.gc_bytes_age),
    ("intent_count", |s| s.intent_count),
    ("intent_bytes", |s| s.intent_bytes),
    ("lock_count", |s| s.lock_count),
    ("lock_age", |s| s.lock_age),
];

/// What changed, field by field.
pub(super) fn stats_change(before: &MvccStats, after: &MvccStats) -> String {
    let changes = FIELDS.iter().map(|(name, of)| (name, of(after) - of(before)));
    let texts: Vec<_> = changes
        .filter(|(_, change)| *change != 0)
        .map(|(name, change)| format!("{name}={change:+}"))
        .collect();
    if texts.is_empty() { "no change".to_owned() } else { texts.join(" ") }
}

fn stats_total(stats: &MvccStats) -> String {
    let totals = FIELDS.iter().map(|(name, of)| (name, of(stats)));
    let texts: Vec<_> = totals
        .filter(|(_, total)| *total != 0)
        .map(|(name, total)| format!("{name}={total}"))
        .collect();
    texts.join(" ")
}

/// The entries of an export: range tombstones, neighbours with equal times joined, before the points at their start.
pub(super) fn export(export: &Export, out: &mut String) {
    let mut stacks: Vec<(Span, Vec<Timestamp>)> = Vec::new();
    for one in &export.tombstones {
        match stacks.last_mut() {
            Some((span, times)) if *span == one.span => times.push(one.ts),
            _ => stacks.push((one.span.clone(), vec![one.ts])),
        }
    }
    stacks.dedup_by(|right, left| {
        let is_one = left.0.end == right.0.start && left.1 == right.1;
        if is_one {
            left.0.end = std::mem::take(&mut right.0.end);
        }
        is_one
    });
    let mut stacks = stacks.into_iter().peekable();
    let line = |(span, times): (Span, Vec<Timestamp>)| {
        format!("export: {}/[{}]", bounds(&span), stack(&times, |_| None))
    };
    for (key, time, stored) in export.batch.iter() {
        while let Some(next) = stacks.next_if(|(span, _)| span.start.as_slice() <= key) {
            push_line(out, &line(next));
        }
        let entry = format!("export: {}/{} -> {}", quoted(key), ts(time), value(stored));
        push_line(out, &entry);
    }
    stacks.for_each(|next| push_line(out, &line(next)));
}

impl Histories {
    /// What stands after the operations.
    pub(super) fn print_end(&self, touched: &Touched, with_stats: bool, out: &mut String) {
        if !touched.data && touched.txn.is_none() {
            return;
        }
        push_line(out, ">> at end:");
        if let Some(name) = &touched.txn
            && let Some(txn) = self.txns.get(name)
        {
            let (meta, read) = (txn_meta(txn), ts(txn.ts));
            let tail = format!("lock=true stat=PENDING rts={read} gul=0,0");
            push_line(out, &format!("txn: \"{name}\" meta={meta} {tail}"));
        }
        if !touched.data {
            return;
        }
        let before = out.len();
        self.print_data(out);
        if out.len() == before {
            push_line(out, "<no data>");
        }
        if with_stats {
            push_line(out, &format!("stats: {}", stats_total(&self.stats())));
        }
    }

    fn print_data(&self, out: &mut String) {
        for fragment in self.engine.range_tombstones().fragments() {
            let times = stack(&fragment.times, |ts| self.range_local(&fragment.span.start, ts));
            push_line(out, &format!("rangekey: {}/[{times}]", bounds(&fragment.span)));
        }
        let mut inline = self.inline.iter().peekable();
        self.engine.visit(|(key, time, stored)| {
            while let Some((at, bytes)) = inline.next_if(|(at, _)| at.as_slice() < key) {
                push_line(out, &inline_text(at, bytes));
            }
            if let Some(intent) = self.intents.get(key).filter(|intent| intent.txn.ts == time) {
                push_line(out, &intent_text(key, intent));
            }
            let local = self.local.get(&(key.to_vec(), time)).copied();
            let local = local.map_or(String::new(), local_text);
            let text = format!("data: {}/{} -> {local}{}", quoted(key), ts(time), value(stored));
            push_line(out, &text);
        });
        inline.for_each(|(at, bytes)| push_line(out, &inline_text(at, bytes)));
    }
}

fn inline_text(key: &[u8], bytes: &[u8]) -> String {
    format!(
        "meta: {}/0,0 -> txn={{<nil>}} ts=0,0 del=false klen=0 vlen=0 raw={} mergeTs=<nil> \
         txnDidNotUpdateMeta=false",
        quoted(key),
        value(bytes)
    )
}

fn intent_text(key: &[u8], intent: &Intent) -> String {
    format!(
        "meta: {}/0,0 -> txn={} ts={} del={} klen=12 vlen={} mergeTs=<nil> \
         txnDidNotUpdateMeta=true",
        quoted(key),
        txn_meta(&intent.txn),
        ts(intent.txn.ts),
        intent.is_deletion,
        intent.value_len
    )
}
