//! Statistics of tables: from `system.table_statistics` into a backup's file of their own, and back under new ids.
//!
//! *Source*: `spec/manifest-wire.md` §3, `spec/system-tables.md` §4.

use std::collections::BTreeMap;

use base::num;
use sql::catalog::descpb::SqlType;
use sql::catalog::system::ids;
use sql::catalog::{Error as CatalogError, Row, Sys};
use sql::exec::statistics::Histogram;
use sql::types::Datum;
use wire::Message;

use crate::manifest::model::{GoogleTimestamp, StatsTable, TableStatistic};

const MICROS_PER_SEC: i64 = 1_000_000;

/// The statistics of these tables.
pub fn read(
    sys: &mut Sys<'_>,
    tables: impl Iterator<Item = u32>,
) -> Result<StatsTable, CatalogError> {
    let mut found = StatsTable::default();
    for table in tables {
        for row in sys.rows(ids::TABLE_STATISTICS, &[Datum::Int(i64::from(table))])? {
            found.statistics.push(taken(table, &row));
        }
    }
    Ok(found)
}

fn taken(table_id: u32, row: &Row) -> TableStatistic {
    let number = |name: &str| num::as_unsigned(row.int(name).unwrap_or(0));
    let micros = row.micros("createdAt").unwrap_or(0);
    let column_ids = if let Datum::Array(ids) = row.get("columnIDs") {
        let known = ids.iter().filter_map(Datum::as_int);
        known.filter_map(|id| u32::try_from(id).ok()).collect()
    } else {
        Vec::new()
    };
    TableStatistic {
        table_id,
        statistic_id: number("statisticID"),
        name: row.str("name").unwrap_or_default().to_owned(),
        column_ids,
        created_at: GoogleTimestamp {
            seconds: micros.div_euclid(MICROS_PER_SEC),
            nanos: i32::try_from(micros.rem_euclid(MICROS_PER_SEC) * 1000).unwrap_or(0),
        },
        row_count: number("rowCount"),
        distinct_count: number("distinctCount"),
        null_count: number("nullCount"),
        histogram: row.bytes("histogram").map(<[u8]>::to_vec),
        avg_size: number("avgSize"),
    }
}

/// Writes the statistics of restored tables. `tables` says where each went, `types` rewrites the type of a histogram.
pub fn write(
    sys: &mut Sys<'_>,
    held: &StatsTable,
    tables: &BTreeMap<u32, u32>,
    types: &dyn Fn(&mut SqlType),
    is_new: bool,
) -> Result<(), CatalogError> {
    for statistic in &held.statistics {
        let Some(table) = tables.get(&statistic.table_id) else { continue };
        let int = |n: u64| Datum::Int(num::as_signed(n));
        let at = statistic.created_at;
        let micros = at.seconds.saturating_mul(MICROS_PER_SEC) + i64::from(at.nanos) / 1000;
        let columns = statistic.column_ids.iter().map(|id| Datum::Int(i64::from(*id))).collect();
        let name = statistic.name.as_str();
        let mut row = vec![
            ("tableID", Datum::Int(i64::from(*table))),
            ("statisticID", int(statistic.statistic_id)),
            ("name", if name.is_empty() { Datum::Null } else { Datum::from(name) }),
            ("columnIDs", Datum::array(columns)),
            ("createdAt", Datum::Timestamp(micros)),
            ("rowCount", int(statistic.row_count)),
            ("distinctCount", int(statistic.distinct_count)),
            ("nullCount", int(statistic.null_count)),
        ];
        let histogram = statistic.histogram.as_deref().and_then(|b| Histogram::decode(b).ok());
        if let Some(mut histogram) = histogram {
            if let Some(ty) = &mut histogram.column_type {
                types(ty);
            }
            row.push(("histogram", Datum::bytes(histogram.encode_to_vec())));
        }
        if is_new {
            row.push(("avgSize", int(statistic.avg_size)));
            row.push(("delayDelete", Datum::Bool(false)));
        }
        sys.upsert(ids::TABLE_STATISTICS, &row)?;
    }
    Ok(())
}
