//! What the page asks of the engine, and what the engine says.
//!
//! ```text
//!   Ask ── {id, method, params} ──▶ port        kept by id until
//!   Said ◀── {id, result | error} ── port       the reply comes
//! ```
//!
//! Shape: two closed enums; all JavaScript values are turned into plain types here.
//! Errors: a refused or unreadable reply is [`Said::Refused`]. Source: `spec/embedding.md` 3.

use std::collections::BTreeMap;
use std::rc::Rc;

use js_sys::{JSON, Object, Reflect, Uint8Array};
use protocol::message::{Complete, Info, Load, Play, Request, RpcError, Text, method};
use protocol::query::Query;
use protocol::result::StatementResult;
use protocol::text::{Completions, Token};
use protocol::time::{Clock, Nanos};
use protocol::{agenda, chain, cluster, data, event, jobs, moment, storage};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

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
    /// Give the log of inputs.
    Export,
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
    /// The log of inputs.
    Exported(Vec<u8>),
    /// A world stands again as its log says.
    Imported,
    /// Time moved while playing.
    Time(Clock),
    /// It would not.
    Refused(Ask, RpcError),
    /// The engine is gone; why.
    Died(String),
}

/// Requests on their way.
#[derive(Default)]
pub(crate) struct Client {
    next_id: u32,
    pending: BTreeMap<u32, Ask>,
}

impl Client {
    /// The message that asks, remembered until its reply.
    pub(crate) fn ask(&mut self, ask: Ask) -> Result<JsValue, String> {
        self.next_id = self.next_id.wrapping_add(1);
        let id = self.next_id;
        let message = match &ask {
            Ask::Info => request(id, method::INFO, ()),
            Ask::Load(load) => request(id, method::LOAD, load),
            Ask::Exec(_, text) => request(id, method::EXEC, Text { text: text.clone() }),
            Ask::Sim(_, text) => request(id, method::SIM, Text { text: text.clone() }),
            Ask::Tokens(_, text) => request(id, method::TOKENS, Text { text: text.clone() }),
            Ask::Complete(text, cursor) => {
                request(id, method::COMPLETE, Complete { text: text.clone(), cursor: *cursor })
            }
            Ask::View(query) => request(id, method::QUERY, query),
            Ask::Play(rate) => request(id, method::PLAY, Play { rate: *rate }),
            Ask::Pause => request(id, method::PAUSE, ()),
            Ask::Export => request(id, method::EXPORT, ()),
            Ask::Import(bytes) => import(id, bytes),
        }?;
        self.pending.insert(id, ask);
        Ok(message)
    }

    /// What a message from the port says; `None` if it is not for us.
    pub(crate) fn hear(&mut self, message: &JsValue) -> Option<Said> {
        if let Some(event) = field(message, "event").as_string() {
            let data = field(message, "data");
            return match event.as_str() {
                "time" => from_js(data).ok().map(Said::Time),
                "error" => Some(Said::Died(data.as_string().unwrap_or_default())),
                _ => None,
            };
        }
        let id = field(message, "id").as_f64()?;
        let ask = self.pending.remove(&u32::try_from(crate::num::whole(id)).ok()?)?;
        let error = field(message, "error");
        if !error.is_undefined() && !error.is_null() {
            let error = from_js(error).unwrap_or_else(unreadable);
            return Some(Said::Refused(ask, error));
        }
        let said = answer(&ask, field(message, "result"));
        Some(said.unwrap_or_else(|text| Said::Refused(ask, unreadable(text))))
    }

    /// Forgets what was asked of an engine that is gone.
    pub(crate) fn forget(&mut self) {
        self.pending.clear();
    }
}

fn unreadable(message: String) -> RpcError {
    RpcError { code: "bad_reply".to_owned(), message }
}

/// A field of a JavaScript object, `undefined` if it has none.
pub(crate) fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

fn request<P: Serialize>(id: u32, method: &str, params: P) -> Result<JsValue, String> {
    let request = Request { id, method: method.to_owned(), params };
    request
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .map_err(|error| error.to_string())
}

/// Bytes go as a `Uint8Array`, not as a list of numbers.
fn import(id: u32, bytes: &[u8]) -> Result<JsValue, String> {
    let message = request(id, method::IMPORT, ())?;
    let object: &Object = message.unchecked_ref();
    match Reflect::set(object, &JsValue::from_str("params"), &Uint8Array::from(bytes)) {
        Ok(true) => Ok(message),
        _ => Err("the message cannot carry bytes".to_owned()),
    }
}

fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, String> {
    serde_wasm_bindgen::from_value(value).map_err(|error| error.to_string())
}

fn answer(ask: &Ask, result: JsValue) -> Result<Said, String> {
    Ok(match ask {
        Ask::Info => Said::Info(from_js(result)?),
        Ask::Load(_) => Said::Loaded(from_js(result)?),
        Ask::Exec(entry, _) => {
            let list: js_sys::Array = result.dyn_into().map_err(|_| "no list of results")?;
            Said::Results(*entry, list.iter().map(one_result).collect::<Result<_, _>>()?)
        }
        Ask::Sim(entry, _) => Said::Results(*entry, vec![one_result(result)?]),
        Ask::Tokens(whose, _) => Said::Tokens(*whose, from_js(result)?),
        Ask::Complete(..) => Said::Completions(from_js(result)?),
        Ask::View(query) => Said::View(view(query, result)?),
        Ask::Play(rate) => Said::Playing(*rate),
        Ask::Pause => Said::Paused,
        Ask::Export => {
            Said::Exported(result.dyn_into::<Uint8Array>().map_err(|_| "no bytes")?.to_vec())
        }
        Ask::Import(_) => Said::Imported,
    })
}

fn one_result(value: JsValue) -> Result<(StatementResult, String), String> {
    let json = JSON::stringify(&value).map(String::from).unwrap_or_default();
    Ok((from_js(value)?, json))
}

/// Results kept from an earlier visit.
pub(crate) fn kept_results(json: &str) -> Option<Vec<StatementResult>> {
    from_js(JSON::parse(json).ok()?).ok()
}

fn view(query: &Query, result: JsValue) -> Result<Seen, String> {
    Ok(match query {
        Query::Clock => Seen::Clock(Rc::new(from_js(result)?)),
        Query::ChainMap => Seen::Map(Rc::new(from_js(result)?)),
        Query::RestorePlan { .. } => Seen::Plan(Rc::new(from_js(result)?)),
        Query::Agenda { .. } => Seen::Agenda(Rc::new(from_js(result)?)),
        Query::Storage => Seen::Storage(Rc::new(from_js(result)?)),
        Query::Object { .. } => Seen::Object(Rc::new(from_js(result)?)),
        Query::Cluster => Seen::Cluster(Rc::new(from_js(result)?)),
        Query::Jobs => Seen::Jobs(Rc::new(from_js(result)?)),
        Query::Tables => Seen::Tables(Rc::new(from_js(result)?)),
        Query::Rows { .. } => Seen::Rows(Rc::new(from_js(result)?)),
        Query::Versions { .. } => Seen::Versions(Rc::new(from_js(result)?)),
        Query::Moments => Seen::Moments(Rc::new(from_js(result)?)),
        Query::Events { .. } => Seen::Events(Rc::new(from_js(result)?)),
    })
}
