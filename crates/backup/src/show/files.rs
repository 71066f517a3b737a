//! SHOW BACKUP FILES and RANGES, and the check whether files are there.
//!
//! *Source*: `spec/show-backup.md` §3, §7, §8, `spec/v26.2.md` §3.2, `spec/error-messages.md` §6.

use base::map::Map;
use base::num::{to_i64, to_usize};
use base::sort;
use sql::outcome::{Column, Rows};
use sql::types::{Datum, Type};

use crate::cx::Cx;
use crate::dest::chain::{Chain, Layer};
use crate::dest::names;
use crate::error::Error;
use crate::keyspan;

/// How many missing files are told before the text says that there are more.
const TOLD_MAX: usize = 10;

/// Looks for every file that the manifests name. Answers physical bytes by layer and table.
///
/// *Errors*: the files that are missing.
pub(super) fn check(chain: &Chain, cx: &Cx<'_, '_>) -> Result<Map<(usize, u32), i64>, Error> {
    let mut missing: Vec<String> = Vec::new();
    let mut bytes: Map<(usize, u32), i64> = Map::new();
    for (i, layer) in chain.layers.iter().enumerate() {
        check_metadata(layer, cx)?;
        let mut sizes: Map<&str, Option<u64>> = Map::new();
        for file in &layer.manifest.files {
            let store = layer.store_of(&file.locality_kv);
            let size = *sizes.entry(&file.path).or_insert_with(|| {
                store.size(cx.buckets, &file.path).ok().map(|timed| timed.value)
            });
            if size.is_none() {
                missing.push(single_slash(&store.join(&file.path).bare()));
            }
            let whole: i64 = layer
                .manifest
                .files
                .iter()
                .filter(|other| other.path == file.path)
                .map(|other| other.entry_counts.data_size)
                .sum();
            if let (Some(size), Some(table)) = (size, keyspan::table_of(&file.span.key)) {
                let share = to_i64(to_usize(size)).saturating_mul(file.entry_counts.data_size);
                *bytes.entry((i, table)).or_default() += share.checked_div(whole).unwrap_or(0);
            }
        }
    }
    sort::natural(&mut missing);
    missing.dedup();
    if missing.is_empty() {
        return Ok(bytes);
    }
    let words = if missing.len() >= TOLD_MAX {
        "Multiple files cannot be read from the backup including:"
    } else {
        "The following files are missing from the backup:"
    };
    missing.truncate(TOLD_MAX);
    Err(Error::Missing { text: format!("{words}\n\t{}", missing.join("\n\t")) })
}

fn check_metadata(layer: &Layer, cx: &Cx<'_, '_>) -> Result<(), Error> {
    for name in [names::checksum_of(names::MANIFEST), names::STATISTICS.to_owned()] {
        if let Err(cause) = layer.dir.size(cx.buckets, &name) {
            let uri = layer.dir.bare();
            let text = format!("Error checking metadata file {uri}/{name}: {cause}");
            return Err(Error::Missing { text });
        }
    }
    Ok(())
}

/// `s3:/bucket/…`, as the real system joins a URI with a path.
fn single_slash(uri: &str) -> String {
    uri.replacen("://", ":/", 1)
}

/// Every entry of every layer's list of files.
pub(super) fn files(chain: &Chain, checked: bool, cx: &Cx<'_, '_>) -> Rows {
    let is_new = cx.rules().show_backup_regions();
    let mut columns = vec![Column::new("path", Type::STRING)];
    if is_new {
        columns.push(Column::new("backup_type", Type::STRING));
    }
    columns.extend(range_columns());
    columns.push(Column::new("size_bytes", Type::INT));
    columns.push(Column::new("rows", Type::INT));
    if is_new {
        columns.push(Column::new("locality", Type::STRING));
        columns.push(Column::new("file_bytes", Type::INT));
    }
    let mut rows = Vec::new();
    for layer in &chain.layers {
        for file in &layer.manifest.files {
            let mut row = vec![Datum::from(file.path.as_str())];
            if is_new {
                let kind = if layer.manifest.is_full() { "full" } else { "incremental" };
                row.push(Datum::from(kind));
            }
            row.extend(range_values(&file.span.key, &file.span.end_key));
            row.push(Datum::Int(file.entry_counts.data_size));
            row.push(Datum::Int(file.entry_counts.rows));
            if is_new {
                let locality = if file.locality_kv.is_empty() { "NULL" } else { &file.locality_kv };
                row.push(Datum::from(locality));
                let store = layer.store_of(&file.locality_kv);
                let size = store.size(cx.buckets, &file.path).ok().filter(|_| checked);
                row.push(Datum::Int(size.map_or(-1, |timed| to_i64(to_usize(timed.value)))));
            }
            rows.push(row);
        }
    }
    Rows { columns, rows }
}

/// Every span of every layer.
pub(super) fn ranges(chain: &Chain) -> Rows {
    let spans = chain.layers.iter().flat_map(|layer| &layer.manifest.spans);
    let rows = spans.map(|span| range_values(&span.key, &span.end_key).to_vec()).collect();
    Rows { columns: range_columns().to_vec(), rows }
}

fn range_columns() -> [Column; 4] {
    [
        Column::new("start_pretty", Type::STRING),
        Column::new("end_pretty", Type::STRING),
        Column::new("start_key", Type::Bytes),
        Column::new("end_key", Type::Bytes),
    ]
}

fn range_values(start: &[u8], end: &[u8]) -> [Datum; 4] {
    [
        Datum::string(keyspan::words(start)),
        Datum::string(keyspan::words(end)),
        Datum::bytes(start.to_vec()),
        Datum::bytes(end.to_vec()),
    ]
}
