//! Session, cluster, ids, sequences, and what the host answers.

use base::ids;

use super::p::{ANY, B, BYTES, I, INET, J, OID, S};
use super::{bool_at, bytes_at, int_at, str_at};
use crate::types::expr::function::{Overload, Ret, f, host};
use crate::types::expr::{EvalCx, SequenceOp, SequenceRef};
use crate::types::{Datum, Error, OidKind, Type, text};

const STRING: Ret = Ret::T(Type::STRING);
const NAME: Ret = Ret::T(Type::NAME);
const INT: Ret = Ret::T(Type::INT);
const BOOL: Ret = Ret::T(Type::Bool);
const JSON: Ret = Ret::T(Type::Json);
const BYTES_RET: Ret = Ret::T(Type::Bytes);
const UUID_RET: Ret = Ret::T(Type::Uuid);

pub(super) static TABLE: &[Overload] = &[
    f("version", &[], STRING, |_, cx| Ok(cx.version.into())).volatile(),
    f("current_user", &[], STRING, |_, cx| Ok(cx.user.into())).volatile(),
    f("session_user", &[], STRING, |_, cx| Ok(cx.user.into())).volatile(),
    f("current_database", &[], NAME, |_, cx| Ok(database(cx))).volatile(),
    f("current_schema", &[], NAME, |_, cx| {
        Ok(cx.search_path.first().map_or(Datum::Null, |name| name.as_str().into()))
    })
    .volatile(),
    f("current_schemas", &[B], Ret::ArrayOf(Type::STRING), |a, cx| {
        let mut names: Vec<Datum> = Vec::new();
        if bool_at(a, 0) {
            names.push("pg_catalog".into());
        }
        names.extend(cx.search_path.iter().map(|name| name.as_str().into()));
        Ok(Datum::array(names))
    })
    .volatile(),
    f("pg_backend_pid", &[], INT, |_, _| Ok(Datum::Int(-1))).volatile(),
    f("pg_typeof", &[ANY], STRING, |a, _| Ok(type_name(a))).null_ok(),
    f("gen_random_uuid", &[], UUID_RET, |_, cx| Ok(random_uuid(cx))).volatile(),
    f("uuid_generate_v4", &[], UUID_RET, |_, cx| Ok(random_uuid(cx))).volatile(),
    f("uuid_v4", &[], BYTES_RET, |_, cx| {
        Ok(Datum::bytes(ids::Uuid::from_chance(cx.rng.bytes16()).0))
    })
    .volatile(),
    f("to_uuid", &[S], BYTES_RET, |a, _| text::parse_uuid(str_at(a, 0)).map(Datum::bytes)),
    f("from_uuid", &[BYTES], STRING, |a, _| {
        <[u8; 16]>::try_from(bytes_at(a, 0))
            .map(|bytes| Datum::from(ids::Uuid(bytes).to_string()))
            .map_err(|_| Error::invalid("uuid: UUID must be exactly 16 bytes long"))
    }),
    f("unique_rowid", &[], INT, |_, cx| Ok(unique_int(cx))).volatile(),
    f("unordered_unique_rowid", &[], INT, |_, cx| Ok(unique_int(cx))).volatile(),
    f("nextval", &[S], INT, |a, cx| sequence(a, SequenceOp::Next, cx)).volatile(),
    f("nextval", &[OID], INT, |a, cx| sequence(a, SequenceOp::Next, cx)).volatile(),
    f("currval", &[S], INT, |a, cx| sequence(a, SequenceOp::Current, cx)).volatile(),
    f("currval", &[OID], INT, |a, cx| sequence(a, SequenceOp::Current, cx)).volatile(),
    f("setval", &[S, I], INT, |a, cx| sequence(a, SequenceOp::Set(int_at(a, 1), true), cx))
        .volatile(),
    f("setval", &[OID, I], INT, |a, cx| sequence(a, SequenceOp::Set(int_at(a, 1), true), cx))
        .volatile(),
    f("setval", &[S, I, B], INT, |a, cx| {
        sequence(a, SequenceOp::Set(int_at(a, 1), bool_at(a, 2)), cx)
    })
    .volatile(),
    f("setval", &[OID, I, B], INT, |a, cx| {
        sequence(a, SequenceOp::Set(int_at(a, 1), bool_at(a, 2)), cx)
    })
    .volatile(),
    f("lastval", &[], INT, |_, cx| cx.host.last_value().map(Datum::Int)).volatile(),
    f("crdb_internal.cluster_id", &[], UUID_RET, |_, cx| Ok(Datum::Uuid(cx.cluster_id.0)))
        .volatile(),
    f("crdb_internal.node_id", &[], INT, |_, cx| Ok(Datum::Int(i64::from(cx.node.0)))).volatile(),
    f("crdb_internal.force_error", &[S, S], INT, |a, _| {
        Err(Error::Refused {
            code: base::sqlstate::SqlState::UNCATEGORIZED,
            message: str_at(a, 1).to_owned(),
            hint: None,
        })
    })
    .volatile(),
    f("crdb_internal.datums_to_bytes", &[ANY], BYTES_RET, |a, _| {
        let mut out = Vec::new();
        for value in a {
            crate::row::key::encode(&mut out, value, false)?;
        }
        Ok(Datum::bytes(out))
    })
    .variadic()
    .null_ok(),
    f("crdb_internal.pretty_key", &[BYTES, I], STRING, |a, _| {
        Ok(crate::pretty::key(bytes_at(a, 0)).into())
    }),
    f("host", &[INET], STRING, |a, _| {
        Ok(if let Some(Datum::Inet(inet)) = a.first() {
            inet.addr.to_string().into()
        } else {
            Datum::Null
        })
    }),
    f("masklen", &[INET], INT, |a, _| {
        Ok(if let Some(Datum::Inet(inet)) = a.first() {
            Datum::Int(i64::from(inet.mask))
        } else {
            Datum::Null
        })
    }),
    f("num_nulls", &[ANY], INT, |a, _| {
        Ok(Datum::Int(base::num::to_i64(a.iter().filter(|value| value.is_null()).count())))
    })
    .variadic()
    .null_ok(),
    f("num_nonnulls", &[ANY], INT, |a, _| {
        Ok(Datum::Int(base::num::to_i64(a.iter().filter(|value| !value.is_null()).count())))
    })
    .variadic()
    .null_ok(),
    f("format_type", &[OID, I], STRING, |a, _| {
        Ok(if let Some(Datum::Oid(oid)) = a.first() {
            Type::from_oid(*oid).map_or_else(|| "unknown".into(), |ty| ty.pg_name().into())
        } else {
            Datum::Null
        })
    })
    .null_ok(),
    f("to_regclass", &[S], Ret::T(Type::REGCLASS), |a, cx| {
        let found = cx.host.object_id(OidKind::Regclass, str_at(a, 0))?;
        Ok(found.map_or(Datum::Null, Datum::Oid))
    })
    .volatile(),
    host("current_setting", &[S], STRING),
    host("current_setting", &[S, B], STRING),
    host("set_config", &[S, S, B], STRING),
    host("obj_description", &[OID], STRING),
    host("obj_description", &[OID, S], STRING),
    host("col_description", &[OID, I], STRING),
    host("shobj_description", &[OID, S], STRING),
    host("pg_get_serial_sequence", &[S, S], STRING),
    host("pg_get_userbyid", &[OID], NAME),
    host("pg_get_viewdef", &[OID], STRING),
    host("pg_get_expr", &[S, OID], STRING),
    host("pg_get_indexdef", &[OID], STRING),
    host("pg_get_constraintdef", &[OID], STRING),
    host("pg_table_is_visible", &[OID], BOOL),
    host("pg_encoding_to_char", &[I], NAME),
    host("has_database_privilege", &[S, S], BOOL),
    host("has_database_privilege", &[S, S, S], BOOL),
    host("has_schema_privilege", &[S, S], BOOL),
    host("has_schema_privilege", &[S, S, S], BOOL),
    host("has_table_privilege", &[S, S], BOOL),
    host("has_table_privilege", &[S, S, S], BOOL),
    host("pg_has_role", &[S, S], BOOL),
    host("pg_has_role", &[S, S, S], BOOL),
    host("crdb_internal.pb_to_json", &[S, BYTES], JSON),
    host("crdb_internal.pb_to_json", &[S, BYTES, B], JSON),
    host("crdb_internal.json_to_pb", &[S, J], BYTES_RET),
    host("crdb_internal.cluster_name", &[], STRING),
    host("crdb_internal.node_executable_version", &[], STRING),
    host("crdb_internal.is_admin", &[], BOOL),
    host("crdb_internal.has_role_option", &[S], BOOL),
    host("crdb_internal.get_namespace_id", &[I, S], INT),
    host("crdb_internal.get_database_id", &[S], INT),
    host("crdb_internal.get_zone_config", &[I], BYTES_RET),
    host("crdb_internal.lease_holder", &[BYTES], INT),
    host("crdb_internal.range_stats", &[BYTES], JSON),
    host("crdb_internal.table_span", &[I], Ret::ArrayOf(Type::Bytes)),
    host("crdb_internal.index_span", &[I, I], Ret::ArrayOf(Type::Bytes)),
    host("crdb_internal.pretty_span", &[BYTES, BYTES, I], STRING),
    host("crdb_internal.approximate_timestamp", &[ANY], Ret::T(Type::TIMESTAMP)),
    host("crdb_internal.locality_value", &[S], STRING),
    host("crdb_internal.repair_ttl_table_scheduled_job", &[OID], Ret::T(Type::Void)),
    host("crdb_internal.request_statement_bundle", &[S, ANY], BOOL),
];

fn database(cx: &EvalCx<'_>) -> Datum {
    if cx.database.is_empty() { Datum::Null } else { cx.database.into() }
}

fn type_name(args: &[Datum]) -> Datum {
    args.first().map_or(Datum::Null, |value| value.ty().pg_name().into())
}

fn random_uuid(cx: &mut EvalCx<'_>) -> Datum {
    Datum::Uuid(ids::Uuid::from_chance(cx.rng.bytes16()).0)
}

fn unique_int(cx: &mut EvalCx<'_>) -> Datum {
    Datum::Int(cx.ints.next(cx.stmt_time, cx.node))
}

fn sequence(args: &[Datum], op: SequenceOp, cx: &mut EvalCx<'_>) -> Result<Datum, Error> {
    let sequence = match args.first() {
        Some(Datum::Oid(id)) => SequenceRef::Id(*id),
        _ => SequenceRef::Name(str_at(args, 0)),
    };
    cx.host.sequence(sequence, op).map(Datum::Int)
}
