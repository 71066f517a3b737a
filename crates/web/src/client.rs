//! What the page asks of the engine, and what the engine says.
//!
//! ```text
//!   Ask ── {id, method, params} ──▶ port        kept by id until
//!   Said ◀── {id, result | error} ── port       the reply comes
//! ```
//!
//! Shape: two closed enums; all JavaScript values are turned into plain types here.
//! Errors: a refused request is [`Said::Refused`]. Source: `spec/embedding.md` 3.

use std::rc::Rc;

use js_sys::{Array, JSON, Object, Reflect, Uint8Array};
use protocol::message::{Info, Load, RpcError, method};
use protocol::query::Query;
use protocol::result::StatementResult;
use protocol::text::{Completions, Token};
use protocol::time::{Clock, Nanos};
use protocol::{agenda, chain, cluster, data, event, jobs, moment, plots, schedules, storage};
use wasm_bindgen::JsValue;

use crate::decode::{Decode, field};
use crate::num;

/// Whose text is coloured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Painted {
    /// What is being typed.
    Input,
    /// An entry of the log.
    Entry(u32),
}

/// A request to the engine.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Ask {
    /// What are you?
    Info,
    /// Begin anew.
    Load(Load),
    /// Run statements for an entry of the log.
    Exec(u32, String),
    /// Run a `\sim` line for an entry of the log.
    Sim(u32, String),
    /// Take a text apart for its colours.
    Tokens(Painted, String),
    /// What may stand at the cursor?
    Complete(String, u32),
    /// Show something.
    View(Query),
    /// Let time run at this rate.
    Play(Nanos),
    /// Hold time.
    Pause,
    /// Give the log of inputs up to now.
    Export,
    /// Give the logs of all branches.
    Keep,
    /// Begin from a log of inputs.
    Import(Vec<u8>),
}

/// A view that came.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Seen {
    /// Where time stands.
    Clock(Rc<Clock>),
    /// The chain map.
    Map(Rc<chain::ChainMap>),
    /// What a restore would read.
    Plan(Rc<chain::RestorePlan>),
    /// The agenda.
    Agenda(Rc<agenda::AgendaView>),
    /// Buckets.
    Storage(Rc<storage::StorageView>),
    /// An object.
    Object(Rc<storage::ObjectView>),
    /// Nodes and ranges.
    Cluster(Rc<cluster::ClusterView>),
    /// Jobs.
    Jobs(Rc<jobs::JobsView>),
    /// Schedules.
    Schedules(Rc<schedules::SchedulesView>),
    /// Tables.
    Tables(Rc<data::TablesView>),
    /// Rows.
    Rows(Rc<data::RowsView>),
    /// Versions of a key.
    Versions(Rc<data::VersionsView>),
    /// Branches and inputs.
    Moments(Rc<moment::MomentsView>),
    /// The trace.
    Events(Rc<event::EventsView>),
    /// Sizes over time.
    Plots(Rc<plots::PlotsView>),
}

/// What the engine says.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Said {
    /// It is there.
    Info(Info),
    /// A new world stands.
    Loaded(Info),
    /// Results for an entry, each with its JSON for the next visit.
    Results(u32, Vec<(StatementResult, String)>),
    /// Colours.
    Tokens(Painted, Vec<Token>),
    /// What may stand at the cursor.
    Completions(Completions),
    /// A view.
    View(Seen),
    /// Time runs.
    Playing(Nanos),
    /// Time stands.
    Paused,
    /// The log of inputs up to now.
    Exported(Vec<u8>),
    /// The logs of all branches.
    Kept(Vec<u8>),
    /// A world stands again as its log says.
    Imported,
    /// The host of a cell changed the world.
    Changed,
    /// Time moved while playing.
    Time(Rc<Clock>),
    /// It would not.
    Refused(Ask, RpcError),
    /// The engine is gone; why.
    Died(String),
}

/// Requests on their way.
#[derive(Default)]
pub(crate) struct Client {
    next_id: u32,
    pending: Vec<(u32, Ask)>,
}

impl Client {
    /// The message that asks, remembered until its reply.
    pub(crate) fn ask(&mut self, ask: Ask) -> JsValue {
        self.next_id = self.next_id.wrapping_add(1);
        let id = self.next_id;
        let (method, params) = request(&ask);
        self.pending.push((id, ask));
        object(&[("id", id.into()), ("method", text(method)), ("params", params)])
    }

    /// What a message from the port says; `None` if it is not for us.
    pub(crate) fn hear(&mut self, message: &JsValue) -> Option<Said> {
        if let Some(event) = field(message, "event").as_string() {
            let data = field(message, "data");
            return match event.as_str() {
                "changed" => Some(Said::Changed),
                "time" => Some(Said::Time(Rc::new(Clock::decode(&data)))),
                "error" => Some(Said::Died(String::decode(&data))),
                _ => None,
            };
        }
        let id = field(message, "id").as_f64()?;
        let id = u32::try_from(num::whole(id)).ok()?;
        let place = self.pending.iter().position(|(asked, _)| *asked == id)?;
        let (_, ask) = self.pending.remove(place);
        match Option::<RpcError>::decode(&field(message, "error")) {
            Some(error) => Some(Said::Refused(ask, error)),
            None => Some(answer(&ask, &field(message, "result"))),
        }
    }

    /// Forgets what was asked of an engine that is gone.
    pub(crate) fn forget(&mut self) {
        self.pending.clear();
    }
}

/// An object of named values.
fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a field of a plain object cannot fail.
        let _set = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object.into()
}

fn text(text: &str) -> JsValue {
    JsValue::from_str(text)
}

fn optional(value: Option<&String>) -> JsValue {
    value.map_or(JsValue::NULL, |value| text(value))
}

fn nanos(t: Nanos) -> JsValue {
    text(&t.0.to_string())
}

/// The method and the parameters of a request.
fn request(ask: &Ask) -> (&'static str, JsValue) {
    match ask {
        Ask::Info => (method::INFO, JsValue::NULL),
        Ask::Load(load) => {
            let fields = [
                ("scenario", optional(load.scenario.as_ref())),
                ("version", optional(load.version.as_ref())),
                ("seed", optional(load.seed.as_ref())),
                ("start", load.start.map_or(JsValue::NULL, nanos)),
            ];
            (method::LOAD, object(&fields))
        }
        Ask::Exec(_, line) => (method::EXEC, object(&[("text", text(line))])),
        Ask::Sim(_, line) => (method::SIM, object(&[("text", text(line))])),
        Ask::Tokens(_, line) => (method::TOKENS, object(&[("text", text(line))])),
        Ask::Complete(line, cursor) => {
            (method::COMPLETE, object(&[("text", text(line)), ("cursor", (*cursor).into())]))
        }
        Ask::View(query) => (method::QUERY, question(query)),
        Ask::Play(rate) => (method::PLAY, object(&[("rate", nanos(*rate))])),
        Ask::Pause => (method::PAUSE, JsValue::NULL),
        Ask::Export => (method::EXPORT, JsValue::NULL),
        Ask::Keep => (method::KEEP, JsValue::NULL),
        Ask::Import(bytes) => (method::IMPORT, Uint8Array::from(bytes.as_slice()).into()),
    }
}

/// A query as its JSON has it: a name, or an object with one field.
fn question(query: &Query) -> JsValue {
    let (name, fields): (&str, Vec<(&str, JsValue)>) = match query {
        Query::Clock => return text("clock"),
        Query::ChainMap => return text("chain_map"),
        Query::Storage => return text("storage"),
        Query::Cluster => return text("cluster"),
        Query::Jobs => return text("jobs"),
        Query::Schedules => return text("schedules"),
        Query::Tables => return text("tables"),
        Query::Moments => return text("moments"),
        Query::Plots => return text("plots"),
        Query::RestorePlan { collection, subdir, at } => (
            "restore_plan",
            vec![
                ("collection", text(collection)),
                ("subdir", optional(subdir.as_ref())),
                ("at", nanos(*at)),
            ],
        ),
        Query::Agenda { limit } => ("agenda", vec![("limit", (*limit).into())]),
        Query::Object { bucket, path } => {
            ("object", vec![("bucket", text(bucket)), ("path", text(path))])
        }
        Query::Rows { table, at, limit } => (
            "rows",
            vec![
                ("table", (*table).into()),
                ("at", at.map_or(JsValue::NULL, nanos)),
                ("limit", (*limit).into()),
            ],
        ),
        Query::Versions { table, key } => {
            ("versions", vec![("table", (*table).into()), ("key", text(key))])
        }
        Query::Events { since, limit } => {
            let since = num::small(usize::try_from(*since).unwrap_or(usize::MAX));
            ("events", vec![("since", since.into()), ("limit", (*limit).into())])
        }
    };
    object(&[(name, object(&fields))])
}

fn answer(ask: &Ask, result: &JsValue) -> Said {
    match ask {
        Ask::Info => Said::Info(Info::decode(result)),
        Ask::Load(_) => Said::Loaded(Info::decode(result)),
        Ask::Exec(entry, _) => {
            let list = Array::from(result);
            Said::Results(*entry, list.iter().map(|value| one_result(&value)).collect())
        }
        Ask::Sim(entry, _) => Said::Results(*entry, vec![one_result(result)]),
        Ask::Tokens(whose, _) => Said::Tokens(*whose, Vec::decode(result)),
        Ask::Complete(..) => Said::Completions(Completions::decode(result)),
        Ask::View(query) => Said::View(view(query, result)),
        Ask::Play(rate) => Said::Playing(*rate),
        Ask::Pause => Said::Paused,
        Ask::Export => Said::Exported(Uint8Array::new(result).to_vec()),
        Ask::Keep => Said::Kept(Uint8Array::new(result).to_vec()),
        Ask::Import(_) => Said::Imported,
    }
}

fn one_result(value: &JsValue) -> (StatementResult, String) {
    let json = JSON::stringify(value).map(String::from).unwrap_or_default();
    (StatementResult::decode(value), json)
}

/// Results kept from an earlier visit.
pub(crate) fn kept_results(json: &str) -> Option<Vec<StatementResult>> {
    JSON::parse(json).ok().map(|value| Vec::decode(&value))
}

fn view(query: &Query, result: &JsValue) -> Seen {
    match query {
        Query::Clock => Seen::Clock(Rc::new(Decode::decode(result))),
        Query::ChainMap => Seen::Map(Rc::new(Decode::decode(result))),
        Query::RestorePlan { .. } => Seen::Plan(Rc::new(Decode::decode(result))),
        Query::Agenda { .. } => Seen::Agenda(Rc::new(Decode::decode(result))),
        Query::Storage => Seen::Storage(Rc::new(Decode::decode(result))),
        Query::Object { .. } => Seen::Object(Rc::new(Decode::decode(result))),
        Query::Cluster => Seen::Cluster(Rc::new(Decode::decode(result))),
        Query::Jobs => Seen::Jobs(Rc::new(Decode::decode(result))),
        Query::Schedules => Seen::Schedules(Rc::new(Decode::decode(result))),
        Query::Tables => Seen::Tables(Rc::new(Decode::decode(result))),
        Query::Rows { .. } => Seen::Rows(Rc::new(Decode::decode(result))),
        Query::Versions { .. } => Seen::Versions(Rc::new(Decode::decode(result))),
        Query::Moments => Seen::Moments(Rc::new(Decode::decode(result))),
        Query::Plots => Seen::Plots(Rc::new(Decode::decode(result))),
        Query::Events { .. } => Seen::Events(Rc::new(Decode::decode(result))),
    }
}
