//! `crdb_internal`: what the cluster says about itself.
//!
//! *Source*: `spec/system-tables.md` §6. Left out: sessions, statements, contention, and most of the node tables' figures.

#![expect(clippy::unnecessary_wraps, reason = "every table is filled through one signature")]

use base::hlc::Timestamp;
use base::span::Span;

use super::{Def, View, int, text};
use crate::catalog::descpb::{State, TableDescriptor};
use crate::catalog::error::Kind;
use crate::catalog::names::kind_of;
use crate::catalog::privilege::Privilege;
use crate::catalog::snapshot::Snapshot;
use crate::catalog::{protected, system, zone_text};
use crate::error::Error;
use crate::jobs;
use crate::settings;
use crate::types::{Datum, Decimal};

/// The tables.
pub(super) const TABLES: &[Def] = &[
    Def::both(
        "tables",
        "table_id INT8, parent_id INT8, name STRING, database_name STRING, version INT8, mod_time TIMESTAMP, mod_time_logical DECIMAL, format_version STRING, state STRING, sc_lease_node_id INT8, sc_lease_expiration_time TIMESTAMP, drop_time TIMESTAMP, audit_mode STRING, schema_name STRING, parent_schema_id INT8, locality STRING",
        fill_tables,
    ),
    Def::each(
        "jobs",
        "job_id INT8, job_type STRING, description STRING, statement STRING, user_name STRING, descriptor_ids INT8[], status STRING, running_status STRING, created TIMESTAMP, started TIMESTAMP, finished TIMESTAMP, modified TIMESTAMP, fraction_completed FLOAT, high_water_timestamp DECIMAL, error STRING, coordinator_id INT8, trace_id INT8, last_run TIMESTAMP, next_run TIMESTAMP, num_runs INT8, execution_errors STRING[]",
        "job_id INT8, job_type STRING, description STRING, statement STRING, user_name STRING, descriptor_ids INT8[], status STRING, running_status STRING, created TIMESTAMPTZ, started TIMESTAMPTZ, finished TIMESTAMPTZ, modified TIMESTAMPTZ, fraction_completed FLOAT, high_water_timestamp DECIMAL, error STRING, coordinator_id INT8, trace_id INT8, execution_errors STRING[], execution_events JSONB",
        fill_jobs,
    ),
    Def::each(
        "ranges_no_leases",
        "range_id INT8, start_key BYTES, start_pretty STRING, end_key BYTES, end_pretty STRING, table_id INT8, database_name STRING, schema_name STRING, table_name STRING, index_name STRING, replicas INT8[], replica_localities STRING[], voting_replicas INT8[], non_voting_replicas INT8[], learner_replicas INT8[], split_enforced_until TIMESTAMP",
        "range_id INT8, start_key BYTES, start_pretty STRING, end_key BYTES, end_pretty STRING, replicas INT8[], replica_localities STRING[], voting_replicas INT8[], non_voting_replicas INT8[], learner_replicas INT8[], split_enforced_until TIMESTAMP",
        fill_ranges_no_leases,
    ),
    Def::each(
        "ranges",
        "range_id INT8, start_key BYTES, start_pretty STRING, end_key BYTES, end_pretty STRING, table_id INT8, database_name STRING, schema_name STRING, table_name STRING, index_name STRING, replicas INT8[], replica_localities STRING[], voting_replicas INT8[], non_voting_replicas INT8[], learner_replicas INT8[], split_enforced_until TIMESTAMP, lease_holder INT8, range_size INT8",
        "range_id INT8, start_key BYTES, start_pretty STRING, end_key BYTES, end_pretty STRING, replicas INT8[], replica_localities STRING[], voting_replicas INT8[], non_voting_replicas INT8[], learner_replicas INT8[], split_enforced_until TIMESTAMP, lease_holder INT8, range_size INT8",
        fill_ranges,
    ),
    Def::both(
        "zones",
        "zone_id INT8, subzone_id INT8, target STRING, range_name STRING, database_name STRING, schema_name STRING, table_name STRING, index_name STRING, partition_name STRING, raw_config_yaml STRING, raw_config_sql STRING, raw_config_protobuf BYTES, full_config_yaml STRING, full_config_sql STRING",
        fill_zones,
    ),
    Def::each(
        "cluster_settings",
        "variable STRING, value STRING, type STRING, public BOOL, description STRING",
        "variable STRING, value STRING, type STRING, public BOOL, description STRING, default_value STRING, origin STRING, key STRING",
        fill_settings,
    ),
    Def::both(
        "databases",
        "id INT8, name STRING, owner STRING, primary_region STRING, regions STRING[], survival_goal STRING, placement_policy STRING, create_statement STRING",
        fill_databases,
    ),
    Def::both(
        "gossip_nodes",
        "node_id INT8, network STRING, address STRING, advertise_address STRING, sql_network STRING, sql_address STRING, advertise_sql_address STRING, attrs JSONB, locality STRING, cluster_name STRING, server_version STRING, build_tag STRING, started_at TIMESTAMP, is_live BOOL, ranges INT8, leases INT8",
        fill_nodes,
    ),
    Def::both(
        "gossip_liveness",
        "node_id INT8, epoch INT8, expiration STRING, draining BOOL, decommissioning BOOL, membership STRING, updated_at TIMESTAMP",
        fill_liveness,
    ),
    Def::both(
        "kv_node_liveness",
        "node_id INT8, epoch INT8, expiration STRING, draining BOOL, membership STRING",
        fill_kv_liveness,
    ),
    Def::each(
        "kv_protected_ts_records",
        "",
        "id UUID, ts DECIMAL, meta_type STRING, meta BYTES, num_spans INT8, spans BYTES, verified BOOL, target BYTES, decoded_meta JSONB, decoded_target JSONB, internal_meta JSONB, num_ranges INT8, last_updated DECIMAL",
        fill_protected,
    ),
    Def::each(
        "invalid_objects",
        "id INT8, database_name STRING, schema_name STRING, obj_name STRING, error STRING",
        "id INT8, database_name STRING, schema_name STRING, obj_name STRING, error STRING, error_redactable STRING",
        |_| Ok(Vec::new()),
    ),
    Def::each(
        "table_spans",
        "",
        "descriptor_id INT8, start_key BYTES, end_key BYTES, dropped BOOL",
        fill_table_spans,
    ),
    Def::each(
        "create_statements",
        "database_id INT8, database_name STRING, schema_name STRING, descriptor_id INT8, descriptor_type STRING, descriptor_name STRING, create_statement STRING, state STRING, create_nofks STRING, alter_statements STRING[], validate_statements STRING[], has_partitions BOOL, is_multi_region BOOL, is_virtual BOOL, is_temporary BOOL",
        "database_id INT8, database_name STRING, schema_name STRING, descriptor_id INT8, descriptor_type STRING, descriptor_name STRING, create_statement STRING, state STRING, create_nofks STRING, policy_statements STRING[], alter_statements STRING[], validate_statements STRING[], create_redactable STRING, has_partitions BOOL, is_multi_region BOOL, is_virtual BOOL, is_temporary BOOL",
        fill_create_statements,
    ),
    Def::each(
        "system_jobs",
        "",
        "id INT8, status STRING, created TIMESTAMP, payload BYTES, progress BYTES, created_by_type STRING, created_by_id INT8, claim_session_id BYTES, claim_instance_id INT8, num_runs INT8, last_run TIMESTAMP, job_type STRING",
        fill_system_jobs,
    ),
    Def::each(
        "kv_catalog_namespace",
        "",
        "parent_id INT8, parent_schema_id INT8, name STRING, id INT8",
        fill_namespace,
    ),
];

type Filled = Result<Vec<Vec<Datum>>, Error>;

fn micros(nanos: i64) -> Datum {
    Datum::Timestamp(nanos / 1000)
}

fn logical(ts: Timestamp) -> Datum {
    Datum::decimal(Decimal::parse(&ts.to_decimal_string()).unwrap_or_else(|_| Decimal::zero()))
}

fn state_word(state: State) -> &'static str {
    match state {
        State::Public => "PUBLIC",
        State::Add => "ADD",
        State::Drop => "DROP",
        State::Offline => "OFFLINE",
    }
}

/// The name of a database; `[id]` if it is gone.
fn database_name(snapshot: &Snapshot, id: u32) -> Datum {
    if id == 0 {
        return Datum::Null;
    }
    match snapshot.database(id) {
        Some(db) => text(&db.name),
        None => Datum::from(format!("[{id}]")),
    }
}

fn fill_tables(view: &mut View<'_, '_>) -> Filled {
    let snapshot = &view.snapshot;
    Ok(snapshot
        .tables()
        .map(|desc| {
            let modified: Timestamp = desc.modification_time.into();
            let drop = if desc.drop_time == 0 { Datum::Null } else { micros(desc.drop_time) };
            let schema = desc.unexposed_parent_schema_id;
            vec![
                int(desc.id),
                int(desc.parent_id),
                text(&desc.name),
                database_name(snapshot, desc.parent_id),
                Datum::Int(i64::try_from(desc.version).unwrap_or(i64::MAX)),
                micros(modified.wall),
                logical(modified),
                text("InterleavedFormatVersion"),
                text(state_word(desc.state())),
                Datum::Null,
                Datum::Null,
                drop,
                text("DISABLED"),
                text(snapshot.schema_name(schema)),
                int(schema),
                Datum::Null,
            ]
        })
        .collect())
}

fn fill_jobs(view: &mut View<'_, '_>) -> Filled {
    let late = view.cx.rules.jobs_timestamptz();
    let time = |micros: i64| match micros {
        0 => Datum::Null,
        at if late => Datum::TimestampTz(at),
        at => Datum::Timestamp(at),
    };
    let user = view.cx.session.user.clone();
    let users = &view.snapshot.users;
    let sees_all =
        users.has_option(&user, "CONTROLJOB") || users.may_system(&user, Privilege::ViewJob);
    let backoff = jobs::Backoff::of(&view.snapshot);
    let now = jobs::record::micros(view.cx.clock.now());
    let mut rows = Vec::new();
    for job in jobs::all(&mut view.cx.sys()?)? {
        if !sees_all && job.payload.username != user {
            continue;
        }
        let payload = &job.payload;
        let ids = payload.descriptor_ids.iter().map(|id| int(*id)).collect();
        let status = job.progress.running_status.as_str();
        let mut row = vec![
            Datum::Int(job.id.0),
            text(job.kind().words()),
            text(&payload.description),
            Datum::from(payload.statement.join("; ")),
            text(&payload.username),
            Datum::array(ids),
            text(&backoff.shown(&job, now)),
            if status.is_empty() { Datum::Null } else { text(status) },
            time(job.created_micros),
            time(payload.started_micros),
            time(payload.finished_micros),
            time(job.progress.modified_micros),
            job.fraction().map_or(Datum::Null, |fraction| Datum::Float(f64::from(fraction))),
            Datum::Null,
            text(&payload.error),
            job.claimed_by.map_or(Datum::Null, Datum::Int),
            Datum::Null,
        ];
        if !late {
            let last = time(job.last_run_micros.unwrap_or(0));
            let next = time(backoff.next_run_micros(&job).unwrap_or(0));
            row.extend([last, next, Datum::Int(job.num_runs)]);
        }
        row.push(jobs::show::execution_errors(&job));
        rows.push(row);
    }
    Ok(rows)
}

fn fill_ranges_no_leases(view: &mut View<'_, '_>) -> Filled {
    let mut rows = fill_ranges(view)?;
    for row in &mut rows {
        row.truncate(row.len() - 2);
    }
    Ok(rows)
}

fn fill_ranges(view: &mut View<'_, '_>) -> Filled {
    let snapshot = std::sync::Arc::clone(&view.snapshot);
    view.cx.require_admin(&snapshot, "read crdb_internal.ranges")?;
    let with_names = view.cx.rules.show_ranges_lease_holder();
    let kv = &view.cx.kv;
    let mut rows = Vec::new();
    for range in kv.ranges() {
        let span = range.span();
        let mut row = vec![
            Datum::Int(i64::try_from(range.id().0).unwrap_or(i64::MAX)),
            Datum::bytes(span.start.clone()),
            Datum::from(crate::pretty::key(&span.start)),
            Datum::bytes(span.end.clone()),
            Datum::from(crate::pretty::key(&span.end)),
        ];
        if with_names {
            row.extend(names_at(span, &snapshot));
        }
        let nodes: Vec<_> = range.replicas().iter().map(|replica| replica.node).collect();
        let list = Datum::array(nodes.iter().map(|node| int(node.0)).collect());
        let places = nodes.iter().map(|node| Datum::from(crate::exec::locality_of(kv, *node)));
        let none = Datum::array(Vec::new());
        row.extend([list.clone(), Datum::array(places.collect()), list, none.clone(), none]);
        let size = i64::try_from(range.stats().total_bytes()).unwrap_or(i64::MAX);
        row.extend([Datum::Null, int(range.leaseholder().0), Datum::Int(size)]);
        rows.push(row);
    }
    Ok(rows)
}

/// Table id and names of the table and index in which a range begins.
fn names_at(span: &Span, snapshot: &Snapshot) -> [Datum; 5] {
    let found = snapshot.tables().find(|desc| {
        let prefix = system::table_prefix(desc.id);
        span.start.starts_with(&prefix)
    });
    let Some(desc) = found else {
        return [Datum::Int(0), text(""), text(""), text(""), text("")];
    };
    let [_, schema, name] = snapshot.full_name(desc);
    let index = desc
        .indexes
        .iter()
        .find(|index| span.start.starts_with(&system::index_prefix(desc.id, index.id)))
        .map_or("", |index| &index.name);
    let db = snapshot.database(desc.parent_id).map_or("", |db| &db.name);
    [int(desc.id), text(db), Datum::from(schema), Datum::from(name), text(index)]
}

fn fill_zones(view: &mut View<'_, '_>) -> Filled {
    use wire::Message;
    let snapshot = &view.snapshot;
    let mut rows = Vec::new();
    for (id, row) in snapshot.zones.iter() {
        let Some(target) = crate::exec::zone_target_name(id, snapshot) else { continue };
        let full = match snapshot.table_desc(id) {
            Some(table) => snapshot.zones.effective(&snapshot.zones.chain(table, None)),
            None => snapshot.zones.effective(&[row]),
        };
        let table = snapshot.table_desc(id);
        let names = table.map(|desc| snapshot.full_name(desc));
        let part = |at: usize| {
            names.as_ref().and_then(|names| names.get(at)).map_or(Datum::Null, |name| text(name))
        };
        let database = match snapshot.database(id) {
            Some(db) => text(&db.name),
            None => part(0),
        };
        rows.push(vec![
            int(id),
            Datum::Int(0),
            text(&target),
            target.strip_prefix("RANGE ").map_or(Datum::Null, text),
            database,
            part(1),
            part(2),
            Datum::Null,
            Datum::Null,
            Datum::from(zone_text::fields(row).join("\n").replace(" = ", ": ")),
            Datum::from(zone_text::statement(&target, row)),
            Datum::bytes(row.encode_to_vec()),
            Datum::from(zone_text::fields(&full).join("\n").replace(" = ", ": ")),
            Datum::from(zone_text::statement(&target, &full)),
        ]);
    }
    Ok(rows)
}

fn fill_settings(view: &mut View<'_, '_>) -> Filled {
    let rules = *view.cx.rules;
    let values = &view.snapshot.settings;
    Ok(settings::all(rules)
        .filter(|setting| !setting.hidden)
        .map(|setting| {
            let stored = values.stored(setting.name);
            let default = setting.default(rules);
            vec![
                text(setting.name),
                text(stored.unwrap_or(default)),
                text(setting.kind.letter()),
                Datum::Bool(setting.public),
                text(setting.description),
                text(default),
                text(if stored.is_some() { "override" } else { "default" }),
                text(setting.name),
            ]
        })
        .map(|mut row| {
            row.truncate(if rules.job_info_table() { 8 } else { 5 });
            row
        })
        .collect())
}

fn fill_databases(view: &mut View<'_, '_>) -> Filled {
    let snapshot = &view.snapshot;
    Ok(snapshot
        .databases()
        .filter(|db| db.state() == State::Public)
        .map(|db| {
            let owner = db.privileges.as_ref().map_or("", |privileges| &privileges.owner);
            vec![
                int(db.id),
                text(&db.name),
                text(owner),
                Datum::Null,
                Datum::array(Vec::new()),
                Datum::Null,
                Datum::Null,
                Datum::from(format!("CREATE DATABASE {}", crate::print::name_to_string(&db.name))),
            ]
        })
        .collect())
}

fn fill_nodes(view: &mut View<'_, '_>) -> Filled {
    let kv = &view.cx.kv;
    let tag = view.cx.rules.version().tag();
    let (major, minor) = view.cx.rules.version().numbers();
    Ok(kv
        .nodes()
        .iter()
        .map(|node| {
            let id = node.config.id;
            let address = format!("node{id}:26257");
            let held = kv.ranges().filter(|range| range.replicas().iter().any(|r| r.node == id));
            let leases = kv.ranges().filter(|range| range.leaseholder() == id).count();
            let at = || Datum::from(address.as_str());
            vec![
                int(id.0),
                text("tcp"),
                at(),
                at(),
                text("tcp"),
                at(),
                at(),
                Datum::Null,
                Datum::from(crate::exec::locality_of(kv, id)),
                text(""),
                Datum::from(format!("{major}.{minor}")),
                text(tag),
                Datum::Null,
                Datum::Bool(node.live),
                Datum::Int(base::num::to_i64(held.count())),
                Datum::Int(base::num::to_i64(leases)),
            ]
        })
        .collect())
}

fn fill_liveness(view: &mut View<'_, '_>) -> Filled {
    Ok(liveness(view, true))
}

fn fill_kv_liveness(view: &mut View<'_, '_>) -> Filled {
    Ok(liveness(view, false))
}

/// Liveness records: a node that is heard has one that holds for some seconds more.
fn liveness(view: &View<'_, '_>, gossip: bool) -> Vec<Vec<Datum>> {
    let now = view.cx.clock.now();
    let kv = &view.cx.kv;
    kv.nodes()
        .iter()
        .map(|node| {
            let mut row = vec![
                int(node.config.id.0),
                Datum::Int(i64::try_from(node.epoch).unwrap_or(i64::MAX)),
                Datum::from(kv.liveness_until(node, now).to_string()),
                Datum::Bool(node.draining),
            ];
            if gossip {
                row.push(Datum::Bool(node.membership == kv::Membership::Decommissioning));
            }
            row.push(text(node.membership.word()));
            if gossip {
                row.push(Datum::Null);
            }
            row
        })
        .collect()
}

fn fill_protected(view: &mut View<'_, '_>) -> Filled {
    let snapshot = std::sync::Arc::clone(&view.snapshot);
    let records = protected::records(&mut view.cx.sys()?)?;
    Ok(records
        .into_iter()
        .map(|record| {
            let spans = protected::target_spans(&record.target, &snapshot);
            let ranges: usize = spans.iter().map(|span| view.cx.kv.ranges_in(span).count()).sum();
            let mut row = vec![
                Datum::Uuid(record.id.0),
                logical(record.ts),
                text(&record.meta_type),
                Datum::bytes(record.meta.to_string().into_bytes()),
                Datum::Int(0),
                Datum::bytes(Vec::new()),
                Datum::Bool(false),
                Datum::Null,
            ];
            row.extend([Datum::Null, Datum::Null, Datum::Null]);
            row.push(Datum::Int(base::num::to_i64(ranges)));
            row
        })
        .collect())
}

fn fill_table_spans(view: &mut View<'_, '_>) -> Filled {
    let with_keys = |desc: &&std::sync::Arc<TableDescriptor>| kind_of(desc) != Kind::View;
    Ok(view
        .snapshot
        .tables()
        .filter(with_keys)
        .map(|desc| {
            vec![
                int(desc.id),
                Datum::bytes(system::table_prefix(desc.id)),
                Datum::bytes(system::table_prefix(desc.id + 1)),
                Datum::Bool(desc.state() == State::Drop),
            ]
        })
        .collect())
}

fn fill_create_statements(view: &mut View<'_, '_>) -> Filled {
    let snapshot = &view.snapshot;
    let rules = *view.cx.rules;
    let db = snapshot.database_by_name(view.database).map(|db| db.id);
    let mut rows = Vec::new();
    for desc in snapshot.tables() {
        if desc.state() != State::Public || db.is_some_and(|db| db != desc.parent_id) {
            continue;
        }
        let statement = crate::exec::show_create::create_text(desc, snapshot, rules);
        let [database, schema, name] = snapshot.full_name(desc);
        let none = || Datum::array(Vec::new());
        let mut row = vec![
            int(desc.parent_id),
            Datum::from(database),
            Datum::from(schema),
            int(desc.id),
            text(kind_of(desc).word()),
            Datum::from(name),
            text(&statement),
            text("PUBLIC"),
            text(&statement),
        ];
        if rules.job_info_table() {
            row.push(none());
        }
        row.extend([none(), none()]);
        if rules.job_info_table() {
            row.push(text(&statement));
        }
        row.extend([false, false, false, desc.temporary].map(Datum::Bool));
        rows.push(row);
    }
    Ok(rows)
}

fn fill_system_jobs(view: &mut View<'_, '_>) -> Filled {
    use wire::Message;
    let jobs = jobs::all(&mut view.cx.sys()?)?;
    Ok(jobs
        .into_iter()
        .map(|job| {
            let by = job.created_by.as_ref();
            vec![
                Datum::Int(job.id.0),
                text(job.status.word()),
                Datum::Timestamp(job.created_micros),
                Datum::bytes(job.payload.encode_to_vec()),
                Datum::bytes(job.progress.encode_to_vec()),
                by.map_or(Datum::Null, |by| text(&by.kind)),
                by.map_or(Datum::Null, |by| Datum::Int(by.id)),
                Datum::Null,
                job.claimed_by.map_or(Datum::Null, Datum::Int),
                Datum::Int(job.num_runs),
                job.last_run_micros.map_or(Datum::Null, Datum::Timestamp),
                text(job.kind().words()),
            ]
        })
        .collect())
}

fn fill_namespace(view: &mut View<'_, '_>) -> Filled {
    Ok(view
        .snapshot
        .all_names()
        .map(|(parent, schema, name, id)| vec![int(parent), int(schema), text(name), int(id)])
        .collect())
}
