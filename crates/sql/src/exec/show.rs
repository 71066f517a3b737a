//! SHOW: which form is answered where, and the words that several forms share.
//!
//! *Source*: `spec/system-tables.md` §5. Left out: sessions and queries of other clients, statistics (never collected),
//! partitions; each answers with its columns and no rows, or is refused as not simulated.

use base::ids::JobId;

use super::{ddl_query, set, show_cluster, show_create, show_grants, show_objects, show_ranges};
use crate::ast::show::{Show, ShowJobs, ShowJobsWhich};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::snapshot::Snapshot;
use crate::cx::Cx;
use crate::error::Error;
use crate::jobs;
use crate::outcome::{Column, Outcome, Rows};
use crate::print;
use crate::types::{Datum, Type};

/// Runs SHOW. `None` for forms that others answer.
pub(crate) fn run(show: &Show, cx: &mut Cx<'_>) -> Result<Option<Outcome>, Error> {
    let rows = match show {
        Show::Databases { with_comment } => show_objects::databases(*with_comment, cx)?,
        Show::Schemas { database, with_comment } => {
            show_objects::schemas(database.as_deref(), *with_comment, cx)?
        }
        Show::Tables { from, with_comment } => {
            show_objects::tables(from.as_ref(), *with_comment, cx)?
        }
        Show::Columns { table, with_comment } => show_objects::columns(table, *with_comment, cx)?,
        Show::Indexes { table, with_comment } => show_objects::indexes(table, *with_comment, cx)?,
        Show::DatabaseIndexes { database, with_comment } => {
            show_objects::database_indexes(database, *with_comment, cx)?
        }
        Show::Constraints(table) => show_objects::constraints(table, cx)?,
        Show::Sequences(database) => show_objects::sequences(database.as_deref(), cx)?,
        Show::Types => show_objects::types(false, cx)?,
        Show::Enums(_) => show_objects::types(true, cx)?,
        Show::Create { kind, name } => show_create::one(*kind, name, cx)?,
        Show::CreateAll(kind) => show_create::all(*kind, cx)?,
        Show::Users | Show::Roles => show_grants::users(cx)?,
        Show::Grants { on, grantees } => show_grants::grants(on.as_ref(), grantees, cx)?,
        Show::RoleGrants { roles, grantees } => show_grants::role_grants(roles, grantees, cx)?,
        Show::SystemGrants(grantees) => show_grants::system_grants(grantees, cx)?,
        Show::Ranges { target, options } => show_ranges::ranges(target, options, cx)?,
        Show::RangeForRow { table, index, row } => {
            show_ranges::for_row(table, index.as_deref(), row, cx)?
        }
        Show::Zone(target) => show_cluster::zone(target, cx)?,
        Show::Zones => show_cluster::zones(cx)?,
        Show::ClusterSetting(name) => show_cluster::setting(name, cx)?,
        Show::ClusterSettings { all } => show_cluster::settings(*all, cx)?,
        Show::Var(name) => variable(name, cx)?,
        Show::TransactionStatus => {
            let text = set::value("transaction_status", cx)?;
            one_text("TRANSACTION STATUS", text)
        }
        Show::Jobs(which) => show_jobs(which, cx)?,
        Show::Statistics { using_json, table } => super::statistics::show(*using_json, table, cx)?,
        Show::Fingerprints(table) => show_objects::fingerprints(table, cx)?,
        Show::DefaultPrivileges { .. } => show_grants::default_privileges(cx)?,
        Show::Locality => show_cluster::locality(cx),
        Show::Regions(from) => show_cluster::regions(from, cx),
        Show::Partitions(_) => Rows::default(),
        Show::Schedules(_)
        | Show::CreateSchedules(_)
        | Show::CreateExternalConnections(_)
        | Show::ExternalConnections(_) => return Ok(None),
        Show::Functions { procedures, from } => {
            super::routine::show(*procedures, from.as_ref(), cx)?
        }
        Show::Triggers(_)
        | Show::SavepointStatus
        | Show::Histogram(_)
        | Show::Sessions { .. }
        | Show::Queries { .. }
        | Show::Transactions { .. }
        | Show::SurvivalGoal(_)
        | Show::VirtualClusters
        | Show::LastQueryStatistics
        | Show::Syntax(_)
        | Show::Completions { .. }
        | Show::FullTableScans
        | Show::CommitTimestamp => {
            return Err(CatalogError::unsupported("this form of SHOW").into());
        }
    };
    Ok(Some(Outcome::show(rows)))
}

/// A name as SQL writes it: in quotes where it must be.
pub(crate) fn name_text(name: &str) -> String {
    print::name_to_string(name)
}

/// Names in a list.
pub(crate) fn name_list<S: AsRef<str>>(names: &[S]) -> String {
    names.iter().map(|name| name_text(name.as_ref())).collect::<Vec<_>>().join(", ")
}

/// A text as SQL writes it.
pub(crate) fn quote(text: &str) -> String {
    print::quote(text)
}

/// Columns of these names, all STRING.
pub(crate) fn texts(names: &[&str]) -> Vec<Column> {
    names.iter().map(|name| Column::new(*name, Type::STRING)).collect()
}

/// One row with one text.
pub(crate) fn one_text(column: &str, text: impl Into<String>) -> Rows {
    Rows { columns: texts(&[column]), rows: vec![vec![Datum::from(text.into())]] }
}

/// The current database.
///
/// *Errors*: there is none.
pub(crate) fn current_database(cx: &Cx<'_>) -> Result<String, Error> {
    if cx.session.database.is_empty() {
        return Err(CatalogError::NoDatabase.into());
    }
    Ok(cx.session.database.clone())
}

/// The owner of an object.
pub(crate) fn owner_of(snapshot: &Snapshot, id: u32) -> Datum {
    let privileges = snapshot.descriptor(id).and_then(|desc| desc.privileges());
    privileges.map_or(Datum::Null, |privileges| Datum::from(privileges.owner.as_str()))
}

fn variable(name: &str, cx: &mut Cx<'_>) -> Result<Rows, Error> {
    let name = name.to_lowercase();
    if name == "all" {
        let mut rows = Vec::new();
        for name in set::names() {
            rows.push(vec![Datum::from(name), Datum::from(set::value(name, cx)?)]);
        }
        return Ok(Rows { columns: texts(&["variable", "value"]), rows });
    }
    let shown = if name == "time zone" { "timezone" } else { &name };
    Ok(one_text(shown, set::value(&name, cx)?))
}

fn show_jobs(show: &ShowJobs, cx: &mut Cx<'_>) -> Result<Rows, Error> {
    use jobs::show::Form;
    let snapshot = cx.snapshot()?;
    let (form, wanted) = match &show.which {
        ShowJobsWhich::All => (Form::List, Wanted::All),
        ShowJobsWhich::Automatic | ShowJobsWhich::Changefeed => (Form::List, Wanted::None),
        ShowJobsWhich::Ids(ids) => (Form::Chosen, Wanted::Ids(integers(ids, cx)?)),
        ShowJobsWhich::ForSchedules(ids) => (Form::Chosen, Wanted::Schedules(integers(ids, cx)?)),
    };
    let mut all = jobs::all(&mut cx.sys()?)?;
    let user = &cx.session.user;
    let sees_all = snapshot.users.has_option(user, "CONTROLJOB")
        || snapshot.users.may_system(user, crate::catalog::privilege::Privilege::ViewJob);
    all.retain(|job| (sees_all || job.payload.username == *user) && wanted.holds(job));
    if let (Wanted::Ids(ids), true) = (&wanted, all.is_empty())
        && let [id] = ids.as_slice()
    {
        return Err(CatalogError::undefined(Kind::Job, id.to_string()).into());
    }
    Ok({
        let details = show.options.iter().any(|option| option == "execution details");
        let form = if details { Form::Details } else { form };
        let backoff = jobs::Backoff::of(&snapshot);
        jobs::show::rows(*cx.rules, form, all, backoff, cx.clock.now())
    })
}

enum Wanted {
    All,
    None,
    Ids(Vec<i64>),
    Schedules(Vec<i64>),
}

impl Wanted {
    fn holds(&self, job: &jobs::Record) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Ids(ids) => ids.iter().any(|id| job.id == JobId(*id)),
            Self::Schedules(ids) => job.created_by.as_ref().is_some_and(|by| ids.contains(&by.id)),
        }
    }
}

/// The integers that a query of one column answers.
pub(crate) fn integers(select: &crate::ast::Select, cx: &mut Cx<'_>) -> Result<Vec<i64>, Error> {
    let rows = ddl_query::rows(select, cx)?;
    Ok(rows.rows.iter().filter_map(|row| row.first().and_then(Datum::as_int)).collect())
}
