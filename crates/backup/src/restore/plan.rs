//! Planning a RESTORE: all checks in the real order, then the job's row.
//!
//! ```text
//!   switched on? ─ options ─ alone? ─ privileges ─ URIs ─ AS OF ─ cluster empty? ─ LATEST ─ manifests ─ layers ─
//!   version ─ targets ─ complete? ─ views ─ holes ─ dependencies ─ places ─▶ row of system.jobs
//! ```
//!
//! *Source*: `spec/error-messages.md` §4, `spec/restore.md` §4 to §11, `spec/v26.2.md` §2. Errors: see [`Error`]; none
//! leaves anything behind but numbers drawn. Left out, refused with 0A000: ids of backups. The data of an online restore are
//! there before its tables open, so the job that downloads them has nothing left to do.

use base::hlc::Timestamp;
use base::ids::JobId;
use base::map::Set;
use base::num::to_u32;
use base::span::Span;
use cloud::store::Store;
use sql::ast::backup::{Restore, RestoreOptions, Targets};
use sql::ast::{Statement, TablePattern};
use sql::catalog::Snapshot as Catalog;
use sql::catalog::privilege::Privilege;
use sql::catalog::system::ids;
use sql::jobs::Record;
use sql::jobs::jobspb::{Details, RestoreDetails};
use sql::outcome::Notice;

use super::contents;
use super::covering;
use super::empty;
use super::error::Error as RestoreError;
use super::missing::{self, Skips};
use super::place::{self, Places, Restored};
use super::spec::{Job, LayerAt, Plan, Stores};
use crate::connection;
use crate::crypt::info::Sealing;
use crate::cx::{Cx, Planned};
use crate::dest::chain::{self, Chain, Layer};
use crate::dest::ids::{self as backup_ids, Named};
use crate::dest::{self, collection, home, names};
use crate::error::Error;
use crate::jobrow;
use crate::keyspan;
use crate::manifest::model::BackupManifest;
use crate::statement::{self, text, texts};
use crate::sys;
use crate::targets::{self, Scope, Selection, Snapshot};

/// Where the fine-grained model is explained.
pub(super) const NEW_MODEL: &str = "The existing privileges are being deprecated in favour of a fine-grained privilege \
    model explained here https://www.cockroachlabs.com/docs/stable/restore.html#required-privileges. In a future \
    release, to run";

/// What the statement says, as values.
#[derive(Clone, Debug)]
struct Said {
    /// None without IN: then each list of URIs is a layer.
    subdir: Option<String>,
    uris: Vec<Vec<String>>,
    incrementals: Vec<String>,
    sealing: Sealing,
    /// `unsafe_restore_incompatible_version`
    any_version: bool,
    into_db: Option<String>,
    new_db_name: Option<String>,
    skips: Skips,
}

/// What is found in the collection.
struct Found {
    homes: Vec<Stores>,
    /// Whether every layer has stores of its own.
    is_listed: bool,
    chain: Chain,
    sealing: Sealing,
    layers: usize,
    at: Timestamp,
    snapshot: Snapshot,
}

impl Found {
    fn manifests(&self) -> Vec<&BackupManifest> {
        self.chain.layers.iter().take(self.layers).map(|layer| &layer.manifest).collect()
    }
}

/// Checks a RESTORE and makes its job.
///
/// *Errors*: whatever is wrong with it, the first thing first.
pub fn plan(stmt: &Restore, cx: &mut Cx<'_, '_>) -> Result<Planned, Error> {
    let rules = cx.rules();
    let catalog = sys::catalog_now(cx)?;
    statement::check_enabled("RESTORE", "feature.restore.enabled", &catalog, rules)?;
    let said = read(stmt, cx)?;
    statement::check_alone("RESTORE", stmt.options.detached, cx)?;
    check_privileges(stmt, &catalog, cx)?;
    let mut homes = Vec::new();
    for uris in said.uris.iter().chain([&said.incrementals]).filter(|uris| !uris.is_empty()) {
        statement::check_uris("RESTORE from", uris, &catalog, cx)?;
        homes.push(Stores { uris: connection::resolve_all(uris, cx)? });
    }
    statement::execution(stmt.options.execution_locality.as_ref(), cx)?;
    check_simulated(stmt)?;
    let at = as_of(stmt, cx)?;
    if stmt.targets.is_none() && !stmt.system_users {
        empty::check(&catalog, rules)?;
    }
    let found = find(&said, homes, at, cx)?;
    let selection = select(stmt, &found, at.is_some(), cx)?;
    let ids = restored_ids(stmt, &found.snapshot, selection, said.skips)?;
    let wanted = wanted_spans(&found.snapshot, &ids);
    chain::check_covered(&found.manifests(), &wanted, rules, keyspan::words)?;
    let places = place(stmt, &said, (&found.snapshot, &ids), &catalog, cx)?;

    let id = JobId(cx.sql.ints.next(cx.sql.clock.now(), cx.sql.node));
    let job = make(stmt, &said, id, found, &ids, places, cx);
    jobrow::create(cx, &job.record())?;
    Ok(Planned { job: id, detached: stmt.options.detached })
}

fn read(stmt: &Restore, cx: &Cx<'_, '_>) -> Result<Said, Error> {
    let options = &stmt.options;
    let rules = cx.rules();
    let passphrase = options.encryption_passphrase.as_ref();
    let sealing = statement::sealing(passphrase, &options.kms, rules)?;
    check_known(options, cx)?;
    if options.verify_backup_table_data && !options.schema_only {
        return Err(RestoreError::VerifyWithoutSchemaOnly.into());
    }
    if options.verify_backup_table_data
        && (options.experimental_copy || options.experimental_deferred_copy)
    {
        let text = "cannot run online restore with verify_backup_table_data".to_owned();
        return Err(Error::BadOption { text });
    }
    if stmt.system_users {
        let misuse = [(&options.into_db, "into_db"), (&options.new_db_name, "new_db_name")];
        if let Some((_, name)) = misuse.into_iter().find(|(given, _)| given.is_some()) {
            let text = format!("cannot set {name} option when only restoring system users");
            return Err(Error::BadOption { text });
        }
    }
    let is_one_database =
        matches!(&stmt.targets, Some(Targets::Databases(names)) if names.len() == 1);
    if options.new_db_name.is_some() && !is_one_database && rules.restore_new_db_name() {
        return Err(RestoreError::NewDbNameMisuse.into());
    }
    if options.into_db.is_some() && matches!(&stmt.targets, Some(Targets::Databases(_))) {
        return Err(RestoreError::IntoDbWithDatabase.into());
    }
    if stmt.subdir.is_none() && !options.incremental_location.is_empty() {
        return Err(dest::Error::refused(
            "incremental_location can only be used with the following syntax: 'RESTORE [target] FROM [subdirectory] IN \
             [destination]'",
        )
        .into());
    }
    let lists = stmt.from.iter().map(|uris| texts(uris, "RESTORE"));
    let named =
        |expr: &Option<sql::ast::Expr>, what| expr.as_ref().map(|e| text(e, what)).transpose();
    Ok(Said {
        subdir: named(&stmt.subdir, "RESTORE FROM")?,
        uris: lists.collect::<Result<_, _>>()?,
        incrementals: texts(&options.incremental_location, "incremental_location")?,
        sealing,
        any_version: options.unsafe_restore_incompatible_version,
        into_db: named(&options.into_db, "into_db")?,
        new_db_name: named(&options.new_db_name, "new_db_name")?,
        skips: Skips {
            foreign_keys: options.skip_missing_foreign_keys,
            sequences: options.skip_missing_sequences,
            sequence_owners: options.skip_missing_sequence_owners,
            views: options.skip_missing_views,
        },
    })
}

/// Refuses options that the version does not have.
fn check_known(options: &RestoreOptions, cx: &Cx<'_, '_>) -> Result<(), Error> {
    let rules = cx.rules();
    let late = [
        (options.new_db_name.is_some() && !rules.restore_new_db_name(), "new_db_name"),
        (options.schema_only && !rules.restore_schema_only(), "schema_only"),
        (options.experimental_copy && !rules.restore_fast_copy(), "experimental copy"),
        (
            options.experimental_deferred_copy && !rules.restore_fast_copy(),
            "experimental deferred copy",
        ),
        (options.grants && !rules.restore_grants(), "grants"),
        (options.execution_locality.is_some() && !rules.execution_locality(), "execution locality"),
    ];
    match late.into_iter().find(|(is_late, _)| *is_late) {
        Some((_, name)) => Err(Error::BadOption { text: format!("invalid option \"{name}\"") }),
        None => Ok(()),
    }
}

/// Refuses what the statement asks for and Amber does not do.
fn check_simulated(stmt: &Restore) -> Result<(), Error> {
    let options = &stmt.options;
    let wanted = [(options.remove_regions, "remove_regions")];
    match wanted.into_iter().find(|(is_wanted, _)| *is_wanted) {
        Some((_, what)) => Err(Error::NotSimulated { what: what.to_owned() }),
        None => Ok(()),
    }
}

fn check_privileges(stmt: &Restore, catalog: &Catalog, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let user = &cx.sql.session.user.clone();
    let is_new = cx.rules().restore_privilege();
    if catalog.users.is_admin(user)
        || (is_new && catalog.users.may_system(user, Privilege::Restore))
    {
        return Ok(());
    }
    match &stmt.targets {
        None => {
            let text = if is_new {
                format!(
                    "only users with the admin role or the RESTORE system privilege are allowed to perform a cluster \
                     restore: user {user} does not have RESTORE system privilege"
                )
            } else {
                "only users with the admin role are allowed to restore full cluster backups"
                    .to_owned()
            };
            Err(Error::Denied { text, hint: None })
        }
        Some(Targets::Databases(_)) => {
            let future = is_new.then(|| {
                format!(
                    "{NEW_MODEL} RESTORE DATABASE, user {user} will exclusively require the RESTORE system privilege."
                )
            });
            if !catalog.users.has_option(user, "CREATEDB") {
                let text =
                    "only users with the CREATEDB privilege can restore databases".to_owned();
                return Err(Error::Denied { text, hint: future });
            }
            cx.sql.notices.extend(future.map(Notice::new));
            Ok(())
        }
        // Tables: the database in which they go decides.
        Some(_) => Ok(()),
    }
}

fn as_of(stmt: &Restore, cx: &mut Cx<'_, '_>) -> Result<Option<Timestamp>, Error> {
    let Some(expr) = &stmt.as_of else { return Ok(None) };
    let now = cx.sql.clock.tick();
    let cause = |error: sql::types::Error| Error::from(sql::error::Error::from(error));
    sql::types::as_of::eval(expr, now).map(Some).map_err(cause)
}

/// Reads the chain and finds out which of its layers hold the moment.
fn find(
    said: &Said,
    stores: Vec<Stores>,
    at: Option<Timestamp>,
    cx: &Cx<'_, '_>,
) -> Result<Found, Error> {
    let rules = cx.rules();
    let mut nanos = 0;
    let mut homes = Vec::with_capacity(stores.len());
    for one in &stores {
        homes.push(cx.home(&home::listed(&one.uris))?);
    }
    let Some(home) = homes.first() else {
        return Err(dest::Error::refused("invalid base backup specified").into());
    };
    let mut by_id = None;
    let full_subdir = match &said.subdir {
        None => String::new(),
        Some(word) if word.eq_ignore_ascii_case("latest") => {
            by_id = newest_by_id(&home.main, cx, &mut nanos)?;
            match &by_id {
                Some(named) => named.full_subdir.clone(),
                None => collection::read_latest(&home.main, cx.buckets, rules, &mut nanos)?,
            }
        }
        Some(typed) => {
            by_id = backup_ids::find(&home.main, typed, cx.buckets, rules, &mut nanos)?;
            by_id.as_ref().map_or_else(|| names::normal_subdir(typed), |n| n.full_subdir.clone())
        }
    };
    let mut sealing = said.sealing.clone();
    let full = home.main.join(&full_subdir);
    sealing.unlock(&full, false, cx.buckets, &mut nanos).map_err(dest::Error::Info)?;
    let key = sealing.key(&cx.buckets.kms).map_err(dest::Error::Info)?;
    let key = key.as_ref();
    let reader = chain::Reader::Restore;
    // One URI without IN stands for itself and the layers inside it; several stand for a layer each.
    let is_listed = said.subdir.is_none() && homes.len() > 1;
    let mut chain = if is_listed {
        let one = |home| chain::read_layer(home, "", key, cx.buckets, reader, &mut nanos);
        Chain { full_subdir, layers: homes.iter().map(one).collect::<Result<_, _>>()? }
    } else {
        let place =
            chain::Place { home, full_subdir: &full_subdir, incrementals: homes.get(1), key };
        chain::read(place, cx.buckets, rules, reader, &mut nanos)?
    };
    if let Some(named) = by_id {
        chain.end_at(&named.subdir);
    }
    let manifests = chain.manifests();
    let (layers, at) = covering::layers_for(&manifests, at)?;
    let used = manifests.get(..layers).unwrap_or(&manifests);
    contents::check_version(used, rules, said.any_version)?;
    let snapshot =
        used.last().map_or_else(Snapshot::default, |last| contents::descriptors_at(last, at));
    Ok(Found { homes: stores, is_listed, chain, sealing, layers, at, snapshot })
}

/// With ids on, LATEST is the newest backup by its end, whatever the LATEST file says.
///
/// *Errors*: a collection without any.
pub(crate) fn newest_by_id(
    home: &Store,
    cx: &Cx<'_, '_>,
    nanos: &mut i64,
) -> Result<Option<Named>, Error> {
    let rules = cx.rules();
    if !rules.show_backups_with_ids() || !cx.sql.session.flag("use_backups_with_ids", false) {
        return Ok(None);
    }
    let newest = backup_ids::all(home, cx.buckets, rules, nanos)?.into_iter().next();
    let none = || dest::Error::refused("no backups found in collection").into();
    newest.map(Some).ok_or_else(none)
}

fn select(stmt: &Restore, found: &Found, timed: bool, cx: &Cx<'_, '_>) -> Result<Selection, Error> {
    let rules = cx.rules();
    let manifests = found.manifests();
    let first_is_cluster = manifests.first().is_some_and(|layer| layer.is_cluster());
    if stmt.targets.is_none() && !first_is_cluster {
        return Err(RestoreError::NotAClusterBackup.into());
    }
    let scope = Scope {
        database: &cx.sql.session.database,
        search_path: &cx.sql.session.search_path,
        timed,
    };
    let what = if rules.restore_privilege() { "RESTORE statement" } else { "RESTORE stmt" };
    let selection = targets::resolve(&found.snapshot, stmt.targets.as_ref(), scope, rules)
        .map_err(|cause| Error::Target { what, cause })?;
    let held: Set<u32> =
        manifests.last().map_or_else(Set::new, |last| last.complete_dbs.iter().copied().collect());
    if stmt.targets.is_some() && !selection.complete_dbs.is_subset(&held) {
        return Err(RestoreError::NotACompleteDatabase { what: expansion(stmt) }.into());
    }
    Ok(selection)
}

/// What the statement asked to be expanded: `DATABASE`, or the first pattern.
fn expansion(stmt: &Restore) -> String {
    let Some(Targets::Tables(patterns)) = &stmt.targets else { return "DATABASE".to_owned() };
    let first = patterns.iter().find_map(|pattern| match pattern {
        TablePattern::All(prefix) => Some(format!("{}.*", prefix.join("."))),
        TablePattern::Name(_) => None,
    });
    first.unwrap_or_else(|| "DATABASE".to_owned())
}

/// The descriptors that come: with tables as targets, databases and schemas are looked up here instead.
fn restored_ids(
    stmt: &Restore,
    snapshot: &Snapshot,
    selection: Selection,
    skips: Skips,
) -> Result<Set<u32>, Error> {
    let mut ids = selection.ids;
    if matches!(&stmt.targets, Some(Targets::Tables(_))) {
        ids.retain(|id| snapshot.table(*id).is_some() || snapshot.user_type(*id).is_some());
    }
    if stmt.system_users {
        let of_users = [ids::USERS, ids::ROLE_MEMBERS, ids::ROLE_OPTIONS];
        ids.retain(|id| of_users.contains(id));
    }
    if stmt.targets.is_none() {
        return Ok(ids);
    }
    let ids = missing::filter_views(snapshot, ids, skips)?;
    missing::check(snapshot, &ids, skips)?;
    Ok(ids)
}

fn wanted_spans(snapshot: &Snapshot, ids: &Set<u32>) -> Vec<Span> {
    let tables = ids.iter().filter_map(|id| snapshot.table(*id));
    targets::merge_by_table(tables.flat_map(keyspan::spans_of).collect())
}

fn place(
    stmt: &Restore,
    said: &Said,
    (snapshot, ids): (&Snapshot, &Set<u32>),
    catalog: &Catalog,
    cx: &mut Cx<'_, '_>,
) -> Result<Places, Error> {
    let restored = Restored {
        snapshot,
        ids,
        new_db_name: said.new_db_name.as_deref(),
        into_db: said.into_db.as_deref(),
    };
    match &stmt.targets {
        None => Ok(Places::default()),
        Some(Targets::Databases(_)) => place::databases(restored, catalog, cx),
        Some(Targets::Tables(_) | Targets::VirtualCluster(_)) => {
            place::tables(restored, catalog, cx)
        }
    }
}

fn make(
    stmt: &Restore,
    said: &Said,
    id: JobId,
    found: Found,
    ids: &Set<u32>,
    places: Places,
    cx: &mut Cx<'_, '_>,
) -> Job {
    let download_job = if stmt.options.experimental_deferred_copy {
        cx.sql.ints.next(cx.sql.clock.now(), cx.sql.node)
    } else {
        0
    };
    let mut shown = stmt.clone();
    shown.subdir = shown.subdir.map(|_| statement::literal(&found.chain.full_subdir));
    let last_home = to_u32(found.homes.len()).saturating_sub(1);
    let layers = || found.chain.layers.iter().take(found.layers);
    let at = |(i, layer): (usize, &Layer)| LayerAt {
        home: if found.is_listed { to_u32(i) } else { last_home.min(to_u32(i)) },
        subdir: layer.subdir.clone(),
    };
    let plan = Plan {
        layers: layers().enumerate().map(at).collect(),
        ids: ids.iter().copied().collect(),
        is_cluster: stmt.targets.is_none() && !stmt.system_users,
        databases: places.databases,
        schema_only: stmt.options.schema_only,
        verify_data: stmt.options.verify_backup_table_data,
        sealing: found.sealing,
        homes: found.homes,
        download_job,
        grants: stmt.options.grants,
        system_users: stmt.system_users,
    };
    let details = RestoreDetails {
        descriptor_rewrites: places.rewrites,
        uris: layers().map(|layer| layer.dir.bare()).collect(),
        end_time: Some(found.at.into()),
        override_db: said.into_db.clone().unwrap_or_default(),
        descriptor_coverage: i32::from(stmt.targets.is_none()) + i32::from(stmt.system_users),
        ..RestoreDetails::default()
    };
    let now = cx.now();
    let description = statement::description(&Statement::Restore(Box::new(shown)), cx.rules());
    let kind = Details::Restore(Box::default());
    let mut record = Record::new(id, &cx.sql.session.user, description, kind, now);
    record.claimed_by = Some(i64::from(cx.sql.node.0));
    let written = details.descriptor_rewrites.values().filter(|to| !to.to_existing);
    record.payload.descriptor_ids = written.map(|to| to.id).collect();
    Job::new(record, plan, details)
}
