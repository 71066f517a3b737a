//! SHOW BACKUP: every object of every layer.
//!
//! ```text
//!   layer 1 (full)         shop │ customers 4120 B, 60 rows │ orders 9318 B, 120 rows
//!   layer 2 (incremental)  shop │ customers    0 B,  0 rows │ orders  231 B,   3 rows      all objects, also untouched ones
//! ```
//!
//! Shape: layer by layer in order of time; inside a layer by id. Sizes and rows are of tables only. Units: logical bytes.
//! *Source*: `spec/show-backup.md` §3 to §7, `spec/v26.2.md` §3.2, `spec/error-messages.md` §6. Errors: those of reading
//! a chain.

use std::fmt::Write as _;

use base::hlc::Timestamp;
use base::map::Map;
use sql::ast::backup::{BackupDetail, ShowBackup, ShowBackupOptions};
use sql::catalog::Snapshot as Catalog;
use sql::catalog::descpb::{Descriptor, PrivilegeDescriptor, State, Union};
use sql::catalog::privilege::Privilege;
use sql::exec::show_create::create_text;
use sql::outcome::{Column, Notice, Rows};
use sql::rules::Rules;
use sql::types::{Datum, Type};

use super::{files, json};
use crate::connection;
use crate::cx::Cx;
use crate::dest::chain::{self, Chain, Layer};
use crate::dest::{self, collection, home, ids, names};
use crate::error::Error;
use crate::keyspan;
use crate::manifest::invariants;
use crate::manifest::model::RowCount;
use crate::restore::newest_by_id;
use crate::statement::{self, text, texts};
use crate::sys;
use crate::targets::{Snapshot, parents};

/// What a chain holds, as the statement wants it told.
///
/// *Errors*: see the module.
pub fn backup(stmt: &ShowBackup, cx: &mut Cx<'_, '_>) -> Result<Rows, Error> {
    let rules = cx.rules();
    let options = &stmt.options;
    check_options(options, rules)?;
    let chain = open(stmt, cx)?;
    let file_bytes = options.check_files.then(|| files::check(&chain, cx)).transpose()?;
    if options.as_json {
        return Ok(json::rows(&chain));
    }
    match stmt.detail {
        BackupDetail::Files => Ok(files::files(&chain, file_bytes.is_some(), cx)),
        BackupDetail::Ranges => Ok(files::ranges(&chain)),
        BackupDetail::Validate => Ok(validate(&chain)),
        BackupDetail::Default | BackupDetail::Schemas => {
            let form = Form {
                rules,
                debug_ids: options.debug_ids,
                schemas: stmt.detail == BackupDetail::Schemas,
                privileges: options.privileges,
                file_bytes,
            };
            Ok(form.rows(&chain))
        }
    }
}

/// What is wrong with the descriptors and lists of each layer, in one text.
fn validate(chain: &Chain) -> Rows {
    let mut text = String::new();
    for layer in &chain.layers {
        for wrong in invariants::check(&layer.manifest) {
            let _ = writeln!(text, "{}: {} ({})", layer.subdir, wrong.rule, wrong.found);
        }
        let snapshot: Snapshot = layer.manifest.descriptors().collect();
        for descriptor in snapshot.by_id.values().filter(|d| d.state() != State::Drop) {
            let (database, _) = parents(descriptor);
            if database != 0 && snapshot.database(database).is_none() {
                let (id, name) = (descriptor.id(), descriptor.name());
                let _ = writeln!(
                    text,
                    "{}: {name} ({id}): referenced database ID {database}: referenced descriptor not found",
                    layer.subdir
                );
            }
        }
    }
    let end = if text.is_empty() { "No problems found!" } else { "ERROR: validation failed" };
    text.push_str(end);
    Rows {
        columns: vec![Column::new("validation_status", Type::STRING)],
        rows: vec![vec![Datum::string(text)]],
    }
}

fn check_options(options: &ShowBackupOptions, rules: Rules) -> Result<(), Error> {
    if options.check_files && !rules.show_backup_regions() {
        return Err(Error::BadOption { text: "invalid option \"check_files\"".to_owned() });
    }
    Ok(())
}

/// Reads the chain that the statement names, by a collection and a path in it, or by a whole path.
fn open(stmt: &ShowBackup, cx: &mut Cx<'_, '_>) -> Result<Chain, Error> {
    let rules = cx.rules();
    let catalog = sys::catalog_now(cx)?;
    let path = text(&stmt.path, "SHOW BACKUP")?;
    let mut nanos = 0;
    let mut homes = Vec::new();
    let is_whole = stmt.collection.is_empty();
    let typed = if is_whole { vec![path.clone()] } else { texts(&stmt.collection, "SHOW BACKUP")? };
    let info_dir = stmt.options.encryption_info_dir.as_ref();
    let info_dir = info_dir.map(|dir| text(dir, "encryption_info_dir")).transpose()?;
    let below = texts(&stmt.options.incremental_location, "incremental_location")?;
    for uris in [typed, below, info_dir.iter().cloned().collect()] {
        statement::check_uris("SHOW BACKUP from", &uris, &catalog, cx)?;
        let uris = connection::resolve_all(&uris, cx)?;
        homes.push(if uris.is_empty() { None } else { Some(cx.home(&home::listed(&uris))?) });
    }
    let info_home = homes.pop().flatten();
    let incrementals = homes.pop().flatten();
    let Some(home) = homes.pop().flatten() else {
        return Err(dest::Error::refused("invalid base backup specified").into());
    };
    let mut by_id = None;
    if !is_whole {
        by_id = if path.eq_ignore_ascii_case("latest") {
            newest_by_id(&home.main, cx, &mut nanos)?
        } else {
            ids::find(&home.main, &path, cx.buckets, rules, &mut nanos)?
        };
    }
    let full_subdir = if is_whole {
        String::new()
    } else if let Some(named) = &by_id {
        named.full_subdir.clone()
    } else if path.eq_ignore_ascii_case("latest") {
        collection::read_latest(&home.main, cx.buckets, rules, &mut nanos).map_err(|cause| {
            if rules.latest_in_metadata() {
                dest::Error::LatestPath(Box::new(cause))
            } else {
                cause
            }
        })?
    } else {
        names::normal_subdir(&path)
    };
    let options = &stmt.options;
    let mut sealing =
        statement::sealing(options.encryption_passphrase.as_ref(), &options.kms, rules)?;
    let info_at = info_home.map_or_else(|| home.main.join(&full_subdir), |info| info.main);
    sealing.unlock(&info_at, false, cx.buckets, &mut nanos).map_err(dest::Error::Info)?;
    let key = sealing.key(&cx.buckets.kms).map_err(dest::Error::Info)?;
    let place = chain::Place {
        home: &home,
        full_subdir: &full_subdir,
        incrementals: incrementals.as_ref(),
        key: key.as_ref(),
    };
    let mut chain = chain::read(place, cx.buckets, rules, chain::Reader::Show, &mut nanos)?;
    if let Some(named) = by_id {
        // An id means one backup, not its chain.
        chain.layers.retain(|layer| layer.subdir == named.subdir);
    }
    tell_of_localities(&chain, 1 + home.parts.len(), cx);
    Ok(chain)
}

/// A list that leaves out stores of the backup shows less than there is.
fn tell_of_localities(chain: &Chain, uris: usize, cx: &mut Cx<'_, '_>) {
    let Some(first) = chain.layers.first() else { return };
    let localities = first.manifest.locality_kvs.len() + 1;
    if localities > uris && cx.rules().show_backup_regions() {
        let words = format!(
            "The backup contains {localities} localities; however, the SHOW BACKUP command contains only {uris} URIs. To \
             capture all locality aware data, pass every locality aware URI from the backup"
        );
        cx.sql.notice(Notice::new(words));
    }
}

/// Which columns are wanted.
struct Form {
    rules: Rules,
    debug_ids: bool,
    schemas: bool,
    privileges: bool,
    /// Physical bytes by layer and table, if files were checked.
    file_bytes: Option<Map<(usize, u32), i64>>,
}

impl Form {
    fn rows(&self, chain: &Chain) -> Rows {
        let mut rows = Vec::new();
        for (i, layer) in chain.layers.iter().enumerate() {
            let snapshot: Snapshot = layer.manifest.descriptors().collect();
            let counts = counts_by_table(layer);
            let all = layer.manifest.descriptors();
            let catalog = self.schemas.then(|| Catalog::of_descriptors(all, self.rules));
            for descriptor in snapshot.by_id.values().filter(|d| d.state() != State::Drop) {
                let known = (&snapshot, catalog.as_ref());
                rows.push(self.row(descriptor, known, (i, layer), &counts));
            }
        }
        Rows { columns: self.columns(), rows }
    }

    fn columns(&self) -> Vec<Column> {
        let time =
            if self.rules.show_backup_timestamptz() { Type::TIMESTAMPTZ } else { Type::TIMESTAMP };
        let text = |name: &str| Column::new(name, Type::STRING);
        let int = |name: &str| Column::new(name, Type::INT);
        let mut columns = Vec::new();
        for (name, id) in [
            ("database_name", "database_id"),
            ("parent_schema_name", "parent_schema_id"),
            ("object_name", "object_id"),
        ] {
            columns.push(text(name));
            if self.debug_ids {
                columns.push(int(id));
            }
        }
        columns.extend([text("object_type"), text("backup_type")]);
        columns.push(Column::new("start_time", time.clone()));
        columns.push(Column::new("end_time", time));
        columns.extend([int("size_bytes"), int("rows")]);
        columns.push(Column::new("is_full_cluster", Type::Bool));
        if self.rules.show_backup_regions() {
            columns.push(text("regions"));
        }
        if self.schemas {
            columns.push(text("create_statement"));
        }
        if self.privileges {
            columns.extend([text("privileges"), text("owner")]);
        }
        if self.file_bytes.is_some() {
            columns.push(int("file_bytes"));
        }
        columns
    }

    fn row(
        &self,
        descriptor: &Descriptor,
        (snapshot, catalog): (&Snapshot, Option<&Catalog>),
        (layer_number, layer): (usize, &Layer),
        counts: &Map<u32, RowCount>,
    ) -> Vec<Datum> {
        let manifest = &layer.manifest;
        let kind = kind_of(descriptor);
        let (database, schema) = parents(descriptor);
        let in_schema = matches!(kind, Kind::Table | Kind::Type);
        let id = |id: u32| if id == 0 { Datum::Null } else { Datum::Int(i64::from(id)) };
        let database_name =
            snapshot.database(database).map_or(Datum::Null, |d| Datum::from(d.name.as_str()));
        let schema_name =
            if in_schema { Datum::from(snapshot.schema_name(schema)) } else { Datum::Null };
        let mut row = Vec::new();
        for (name, number) in [
            (database_name, id(database)),
            (schema_name, if in_schema { id(schema) } else { Datum::Null }),
            (Datum::from(descriptor.name()), id(descriptor.id())),
        ] {
            row.push(name);
            if self.debug_ids {
                row.push(number);
            }
        }
        row.push(Datum::from(kind.word()));
        row.push(Datum::from(if manifest.is_full() { "full" } else { "incremental" }));
        row.push(if manifest.is_full() { Datum::Null } else { self.time(manifest.start()) });
        row.push(self.time(manifest.end()));
        let count = counts.get(&descriptor.id()).copied().unwrap_or_default();
        let of_table = |n: i64| if kind == Kind::Table { Datum::Int(n) } else { Datum::Null };
        row.extend([of_table(count.data_size), of_table(count.rows)]);
        row.push(Datum::Bool(manifest.is_cluster()));
        if self.rules.show_backup_regions() {
            row.push(Datum::Null);
        }
        if self.schemas {
            row.push(create_statement(descriptor, catalog, self.rules));
        }
        if self.privileges {
            let granted = descriptor.privileges();
            row.push(Datum::string(grants(descriptor.name(), kind, granted, self.rules)));
            row.push(granted.map_or(Datum::Null, |granted| Datum::from(granted.owner.as_str())));
        }
        if let Some(bytes) = &self.file_bytes {
            let own = bytes.get(&(layer_number, descriptor.id())).copied().unwrap_or(0);
            row.push(of_table(own));
        }
        row
    }

    /// A moment with microseconds, rounded.
    fn time(&self, at: Timestamp) -> Datum {
        let micros = (at.wall + 500).div_euclid(1000);
        if self.rules.show_backup_timestamptz() {
            Datum::TimestampTz(micros)
        } else {
            Datum::Timestamp(micros)
        }
    }
}

/// What an object is called in a listing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Database,
    Schema,
    Table,
    Type,
    Function,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Schema => "schema",
            Self::Table => "table",
            Self::Type => "type",
            Self::Function => "function",
        }
    }
}

fn kind_of(descriptor: &Descriptor) -> Kind {
    match &descriptor.union {
        Some(Union::Database(_)) => Kind::Database,
        Some(Union::Schema(_)) => Kind::Schema,
        Some(Union::Type(_)) => Kind::Type,
        Some(Union::Function(_)) => Kind::Function,
        Some(Union::Table(_)) | None => Kind::Table,
    }
}

fn counts_by_table(layer: &Layer) -> Map<u32, RowCount> {
    let mut counts: Map<u32, RowCount> = Map::new();
    for file in &layer.manifest.files {
        if let Some(table) = keyspan::table_of(&file.span.key) {
            counts.entry(table).or_default().add(file.entry_counts);
        }
    }
    counts
}

/// The statement that makes an object, with its foreign keys only where the other table is in the backup too, and its
/// own name without a schema.
fn create_statement(descriptor: &Descriptor, catalog: Option<&Catalog>, rules: Rules) -> Datum {
    let (Some(Union::Table(table)), Some(catalog)) = (&descriptor.union, catalog) else {
        return Datum::Null;
    };
    let text = create_text(table, catalog, rules);
    let schema = catalog.schema_name(table.unexposed_parent_schema_id);
    Datum::string(text.replacen(&format!(" {schema}."), " ", 1))
}

/// Grants in one line: `GRANT ALL ON TABLE orders TO admin; GRANT SELECT ON TABLE orders TO clerk; `.
fn grants(name: &str, kind: Kind, granted: Option<&PrivilegeDescriptor>, rules: Rules) -> String {
    let mut text = String::new();
    let words = |bits: u64| -> String {
        let all: Vec<&str> = Privilege::of_bits(bits).into_iter().map(Privilege::word).collect();
        all.join(", ")
    };
    let on = kind.word().to_uppercase();
    for user in granted.iter().flat_map(|granted| &granted.users) {
        let mut plain = user.privileges;
        if rules.grant_options() && user.with_grant_option != 0 {
            let list = words(user.with_grant_option);
            let _ =
                write!(text, "GRANT {list} ON {on} {name} TO {} WITH GRANT OPTION; ", user.user);
            plain &= !user.with_grant_option;
        }
        if plain != 0 {
            let _ = write!(text, "GRANT {} ON {on} {name} TO {}; ", words(plain), user.user);
        }
    }
    text
}
