//! CREATE FUNCTION and PROCEDURE; what is shown of them.
//!
//! *Source*: CockroachDB's pages CREATE FUNCTION, CREATE PROCEDURE, SHOW CREATE. Left out: several functions of one name.

use base::sqlstate::SqlState;

use super::ddl::{self, Draft, JobNote};
use super::show::{name_text, texts};
use super::{ddl_query, default_privileges};
use crate::ast::ddl::{CreateFunction, Param};
use crate::ast::{ObjectName, Statement};
use crate::catalog::descpb::{
    FunctionDescriptor, FunctionParam, FunctionReturn, LANG_SQL, SqlType, State, class, volatility,
};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::names::Place;
use crate::catalog::privilege::{self, Privilege};
use crate::catalog::snapshot::Snapshot;
use crate::catalog::users;
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::{Outcome, Rows};
use crate::plan::Planner;
use crate::plan::routine::unknown;
use crate::print;
use crate::types::{Datum, Type, wire};

fn refused(text: impl Into<String>) -> CatalogError {
    CatalogError::refused(SqlState::INVALID_FUNCTION_DEFINITION, text)
}

/// Runs CREATE FUNCTION and CREATE PROCEDURE.
pub(crate) fn create(stmt: &CreateFunction, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    let tag = if stmt.procedure { "CREATE PROCEDURE" } else { "CREATE FUNCTION" };
    cx.check_writable(tag)?;
    if !cx.rules.user_functions() {
        let text = "unimplemented: this syntax";
        return Err(CatalogError::refused(SqlState::FEATURE_NOT_SUPPORTED, text)
            .with_hint("You have attempted to use a feature that is not yet implemented.\nSee: https://go.crdb.dev/issue-v/17511/v21.2")
            .into());
    }
    let snapshot = cx.snapshot()?;
    let place = snapshot.place_for(&stmt.name, cx.name_scope())?;
    cx.require_create_in(&snapshot, &place)?;
    let mut made = describe(stmt, &place, &snapshot, cx)?;
    let old = snapshot.functions().find(|known| {
        (known.parent_id, known.parent_schema_id) == (place.database, place.schema)
            && known.name == made.name
            && known.state == i32::from(State::Public)
    });
    if let Some(old) = old {
        may_replace(stmt, old, &made)?;
        made = FunctionDescriptor {
            id: old.id,
            version: old.version,
            privileges: old.privileges.clone(),
            ..made
        };
    }
    check_body(&mut made, &snapshot, cx)?;
    let replaces = old.is_some();
    let mut draft = Draft::new(snapshot);
    if replaces {
        *draft.function(made.id)? = made.clone();
    } else {
        made.id = cx.new_desc_id()?;
        draft.add_function(made.clone());
    }
    draft.write(cx)?;
    let full = ObjectName { parts: place.full(&made.name).split('.').map(str::to_owned).collect() };
    let named = CreateFunction { name: full, ..stmt.clone() };
    let description = ddl::describe(&Statement::CreateFunction(Box::new(named)));
    let note = JobNote { description: &description, ids: &[made.id], of_type: false };
    ddl::note_job(&note, cx)?;
    Ok(Outcome::tag(tag))
}

fn may_replace(
    stmt: &CreateFunction,
    old: &FunctionDescriptor,
    new: &FunctionDescriptor,
) -> Result<(), Error> {
    let types = |desc: &FunctionDescriptor| -> Vec<Option<SqlType>> {
        desc.inputs().map(|param| param.ty.clone()).collect()
    };
    if types(old) != types(new) {
        return Err(CatalogError::unsupported("several functions of one name").into());
    }
    if !stmt.replace {
        let text = format!("function \"{}\" already exists with same argument types", old.name);
        return Err(CatalogError::refused(SqlState::DUPLICATE_FUNCTION, text).into());
    }
    if old.is_procedure != new.is_procedure {
        let what = if old.is_procedure { "procedure" } else { "function" };
        return Err(CatalogError::refused(
            SqlState::WRONG_OBJECT_TYPE,
            "cannot change routine kind",
        )
        .with_detail(format!("\"{}\" is a {what}.", old.name))
        .into());
    }
    if old.return_type != new.return_type {
        return Err(refused("cannot change return type of existing function").into());
    }
    Ok(())
}

fn describe(
    stmt: &CreateFunction,
    place: &Place,
    snapshot: &Snapshot,
    cx: &Cx<'_>,
) -> Result<FunctionDescriptor, Error> {
    let language = stmt.language.as_deref().ok_or_else(|| refused("no language specified"))?;
    let lang = match language {
        "SQL" => LANG_SQL,
        "PLPGSQL" => LANG_SQL + 1,
        other => {
            let text = format!("language \"{}\" does not exist", other.to_lowercase());
            return Err(CatalogError::refused(SqlState::UNDEFINED_OBJECT, text).into());
        }
    };
    let body = stmt.body.clone().ok_or_else(|| refused("no function body specified"))?;
    let source = snapshot.type_source(cx.name_scope());
    let mut params = Vec::with_capacity(stmt.params.len());
    for param in &stmt.params {
        params.push(param_of(param, wire::to_message(&wire::from_ast(&param.ty, &source)?)));
    }
    let out: Vec<&FunctionParam> =
        params.iter().filter(|param| matches!(param.class, class::OUT | class::IN_OUT)).collect();
    let ty = match (&stmt.returns, out.as_slice()) {
        (Some(ty), _) => Some(record(ty, snapshot, cx)?),
        (None, []) if stmt.procedure => None,
        (None, []) => return Err(refused("function result type must be specified").into()),
        (None, [one]) => one.ty.clone(),
        (None, _) => Some(wire::to_message(&Type::tuple(Vec::new()))),
    };
    let types = params.iter().filter_map(|param| param.ty.as_ref()).chain(&ty);
    let mut depends_on_types: Vec<u32> = types.flat_map(|ty| snapshot.types_in(ty)).collect();
    depends_on_types.sort_unstable();
    depends_on_types.dedup();
    let mut privileges =
        default_privileges::for_new(&cx.session.user, Kind::Function, place, snapshot);
    privilege::grant(&mut privileges, users::PUBLIC, Privilege::Execute.bit(), false);
    Ok(FunctionDescriptor {
        name: stmt.name.object().to_owned(),
        parent_id: place.database,
        parent_schema_id: place.schema,
        params,
        return_type: FunctionReturn { ty, is_set: stmt.is_set },
        lang,
        function_body: body,
        volatility: stmt.volatility,
        leak_proof: stmt.leak_proof,
        null_input_behavior: stmt.on_null,
        privileges: Some(privileges),
        depends_on_types,
        is_procedure: stmt.procedure,
        security: i32::from(stmt.definer),
        ..Default::default()
    })
}

/// A type that a function gives: also RECORD, and the rows of a table.
fn record(ty: &crate::ast::TypeName, snapshot: &Snapshot, cx: &Cx<'_>) -> Result<SqlType, Error> {
    let text = print::type_to_string(ty);
    if text.eq_ignore_ascii_case("record") || text.eq_ignore_ascii_case("trigger") {
        return Ok(wire::to_message(&Type::tuple(Vec::new())));
    }
    let unknown = match wire::from_ast(ty, &snapshot.type_source(cx.name_scope())) {
        Ok(ty) => return Ok(wire::to_message(&ty)),
        Err(unknown) => unknown,
    };
    let name = super::host::parse_name(&text);
    let Ok(table) = snapshot.resolve_relation(&name, cx.name_scope()) else {
        return Err(unknown.into());
    };
    let columns = table.columns.iter().filter(|column| !column.hidden);
    let types = columns.filter_map(|column| snapshot.hydrate(column.ty.as_ref()?).ok());
    Ok(wire::to_message(&Type::tuple(types.collect())))
}

fn param_of(param: &Param, ty: SqlType) -> FunctionParam {
    FunctionParam {
        class: param.class,
        name: param.name.clone().unwrap_or_default(),
        ty: Some(ty),
        default_expr: param
            .default
            .as_ref()
            .map(|expr| print::expr_to_string(expr, &print::Flags::default())),
    }
}

/// Gives the body's relations their full names, notes them, and sees that the body can be planned.
fn check_body(
    made: &mut FunctionDescriptor,
    snapshot: &Snapshot,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    if made.lang != LANG_SQL {
        made.function_body = made.function_body.trim().to_owned();
        return Ok(());
    }
    let mut lines = Vec::new();
    for parsed in crate::parser::parse(&made.function_body)? {
        let mut stmt = parsed.stmt;
        if !matches!(
            stmt,
            Statement::Select(_)
                | Statement::Insert(_)
                | Statement::Update(_)
                | Statement::Delete(_)
        ) {
            return Err(CatalogError::unsupported("this statement in a function's body").into());
        }
        made.depends_on.extend(ddl_query::qualify_statement(&mut stmt, snapshot, cx.name_scope())?);
        let flags = print::Flags { show_secrets: true, ..Default::default() };
        lines.push(format!("{};", print::to_string(&stmt, &flags)));
    }
    made.depends_on.sort_unstable();
    made.depends_on.dedup();
    made.function_body = lines.join("\n");
    Planner::new(cx).check_routine(made)
}

/// A function or procedure that a statement names.
pub(crate) fn resolve<'a>(
    name: &ObjectName,
    snapshot: &'a Snapshot,
    cx: &Cx<'_>,
) -> Result<&'a FunctionDescriptor, Error> {
    snapshot.find_function(name, cx.name_scope()).ok_or_else(|| unknown(name))
}

/// Runs CALL.
pub(crate) fn call(call: &crate::ast::expr::Function, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    let relation = Planner::new(cx).call_procedure(call)?;
    let rows = super::run_planned(relation, cx)?;
    if matches!(rows.columns.as_slice(), [only] if matches!(only.ty, Type::Void)) {
        return Ok(Outcome::tag("CALL"));
    }
    Ok(Outcome::Rows(rows, "CALL".to_owned()))
}

/// The name of a type in SQL, its array and row forms too.
fn type_text(message: Option<&SqlType>, snapshot: &Snapshot) -> String {
    match message.map(|message| snapshot.hydrate(message)) {
        Some(Ok(Type::Tuple(tuple))) if tuple.types.is_empty() => "RECORD".to_owned(),
        Some(Ok(ty)) => ty.to_string(),
        Some(Err(_)) | None => "VOID".to_owned(),
    }
}

/// The parameters between parentheses; `shown` as SHOW CREATE has them, else the types that a call gives.
fn params_text(desc: &FunctionDescriptor, shown: bool, snapshot: &Snapshot) -> String {
    let mut parts = Vec::new();
    for param in desc.params.iter().filter(|param| shown || param.class != class::OUT) {
        let mut words = Vec::new();
        if shown && param.class != class::IN {
            words.push(if param.class == class::OUT { "OUT" } else { "INOUT" }.to_owned());
        }
        if shown && !param.name.is_empty() {
            words.push(name_text(&param.name));
        }
        words.push(type_text(param.ty.as_ref(), snapshot));
        if shown && let Some(default) = &param.default_expr {
            words.push(format!("DEFAULT {default}"));
        }
        parts.push(words.join(" "));
    }
    parts.join(", ")
}

const fn volatility_word(number: i32) -> &'static str {
    match number {
        volatility::IMMUTABLE => "immutable",
        volatility::STABLE => "stable",
        _ => "volatile",
    }
}

/// `name(types)`, as grants name it.
pub(crate) fn signature(desc: &FunctionDescriptor, snapshot: &Snapshot) -> String {
    format!("{}({})", desc.name, params_text(desc, false, snapshot).to_lowercase())
}

/// The statement that would make it.
pub(crate) fn create_text(desc: &FunctionDescriptor, snapshot: &Snapshot) -> String {
    let schema = snapshot.schema_name(desc.parent_schema_id);
    let kind = if desc.is_procedure { "PROCEDURE" } else { "FUNCTION" };
    let mut lines = vec![format!(
        "CREATE {kind} {}.{}({})",
        name_text(schema),
        name_text(&desc.name),
        params_text(desc, true, snapshot)
    )];
    if !desc.is_procedure {
        let set = if desc.return_type.is_set { "SETOF " } else { "" };
        lines.push(format!("RETURNS {set}{}", type_text(desc.return_type.ty.as_ref(), snapshot)));
        lines.push(volatility_word(desc.volatility).to_uppercase());
        lines.push(if desc.leak_proof { "LEAKPROOF" } else { "NOT LEAKPROOF" }.to_owned());
        let on_null = match desc.null_input_behavior {
            2 => "RETURNS NULL ON NULL INPUT",
            3 => "STRICT",
            _ => "CALLED ON NULL INPUT",
        };
        lines.push(on_null.to_owned());
    }
    lines.push(format!("LANGUAGE {}", if desc.lang == LANG_SQL { "SQL" } else { "plpgsql" }));
    lines.push(format!("SECURITY {}", if desc.security == 1 { "DEFINER" } else { "INVOKER" }));
    let body = desc.function_body.replace('\n', "\n\t");
    lines.push(format!("AS $$\n\t{body}\n$$"));
    lines.join("\n\t")
}

/// SHOW FUNCTIONS and SHOW PROCEDURES.
pub(crate) fn show(
    procedures: bool,
    from: Option<&ObjectName>,
    cx: &mut Cx<'_>,
) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let (db, schema) = match from {
        Some(name)
            if name.parts.len() == 1 && snapshot.database_by_name(name.object()).is_some() =>
        {
            (snapshot.resolve_database(name.object())?.id, None)
        }
        Some(name) => {
            let place = snapshot.resolve_schema(name, cx.name_scope())?;
            (place.database, Some(place.schema))
        }
        None => (snapshot.resolve_database(&cx.session.database)?.id, None),
    };
    let mut rows = Vec::new();
    for desc in snapshot.functions().filter(|desc| {
        desc.parent_id == db
            && desc.is_procedure == procedures
            && desc.state == i32::from(State::Public)
            && schema.is_none_or(|schema| schema == desc.parent_schema_id)
    }) {
        let text = |text: &str| Datum::from(text);
        let mut row = vec![text(snapshot.schema_name(desc.parent_schema_id)), text(&desc.name)];
        let args = params_text(desc, false, &snapshot).to_lowercase();
        if procedures {
            row.push(Datum::from(args));
        } else {
            let result = type_text(desc.return_type.ty.as_ref(), &snapshot).to_lowercase();
            row.extend([Datum::from(result), Datum::from(args), text("func")]);
            row.push(text(volatility_word(desc.volatility)));
        }
        rows.push(row);
    }
    rows.sort();
    let columns = if procedures {
        texts(&["schema_name", "procedure_name", "argument_data_types"])
    } else {
        texts(&[
            "schema_name",
            "function_name",
            "result_data_type",
            "argument_data_types",
            "function_type",
            "volatility",
        ])
    };
    Ok(Rows { columns, rows })
}
