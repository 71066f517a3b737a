//! User files as tables: what SQL sees of the objects behind `userfile://`.
//!
//! ```text
//!   userfile://defaultdb.public.foo/x     defaultdb.public.foo_upload_files      a row a file
//!                                         defaultdb.public.foo_upload_payload    a row a piece
//! ```
//!
//! Shape: read only, made for a statement that names one. *Source*: `spec/storage-uris.md` §4. Left out: the tables stand in
//! no list and no backup; they cannot be written or granted.

use base::num;
use cloud::access::Scheme;
use cloud::bucket::{Buckets, StoreId};
use sql::ast::Statement;
use sql::outcome::{Column, Rows};
use sql::print;
use sql::types::{Datum, Type};

/// *Units*: bytes of one piece.
const PIECE_BYTES: usize = 4 << 20;

/// The tables of user files that a statement may name, by full name.
pub(crate) fn tables(
    buckets: &Buckets,
    cluster: &str,
    user: &str,
    stmt: &Statement,
) -> Vec<([String; 3], Rows)> {
    let own = |store: &&StoreId| store.scheme == Scheme::Userfile && store.cluster == cluster;
    let mut stores = buckets.stores().filter(own).peekable();
    if stores.peek().is_none()
        || !print::to_string(stmt, &print::Flags::default()).contains("_upload_")
    {
        return Vec::new();
    }
    stores.flat_map(|store| of_store(buckets, store, user)).collect()
}

fn of_store(buckets: &Buckets, store: &StoreId, user: &str) -> Vec<([String; 3], Rows)> {
    let mut parts = store.host.splitn(3, '.').map(str::to_owned);
    let (Some(database), Some(schema), Some(table)) = (parts.next(), parts.next(), parts.next())
    else {
        return Vec::new();
    };
    let (mut files, mut pieces) = (Vec::new(), Vec::new());
    for (path, object) in buckets.objects(store, "") {
        let id = base::ids::Uuid::from_chance(base::rng::Rng::new(0).fork(path).bytes16());
        let id = Datum::Uuid(id.0);
        files.push(vec![
            Datum::from(format!("/{path}")),
            id.clone(),
            Datum::Int(num::to_i64(object.bytes.len())),
            Datum::from(user),
            Datum::Timestamp(object.written.wall / 1000),
        ]);
        for (at, piece) in object.bytes.chunks(PIECE_BYTES).enumerate() {
            let offset = Datum::Int(num::to_i64(at * PIECE_BYTES));
            pieces.push(vec![id.clone(), offset, Datum::bytes(piece.to_vec())]);
        }
    }
    let files = Rows {
        columns: vec![
            Column::new("filename", Type::STRING),
            Column::new("file_id", Type::Uuid),
            Column::new("file_size", Type::INT),
            Column::new("username", Type::STRING),
            Column::new("upload_time", Type::TIMESTAMP),
        ],
        rows: files,
    };
    let pieces = Rows {
        columns: vec![
            Column::new("file_id", Type::Uuid),
            Column::new("byte_offset", Type::INT),
            Column::new("payload", Type::Bytes),
        ],
        rows: pieces,
    };
    let full = |end: &str| [database.clone(), schema.clone(), format!("{table}_{end}")];
    vec![(full("upload_files"), files), (full("upload_payload"), pieces)]
}
