//! A session behind a port: messages of version 1 in, replies and events out; time that runs by itself.
//!
//! ```text
//!   receive({id, method, params}) ─▶ post({id, result | error})
//!   tick(now) ─▶ advance, post({event: "time", …})      while it plays; told in real milliseconds, logged in virtual time
//! ```
//!
//! Errors: an unknown method, parameters that do not fit, a text over the limit; the message names the offender.
//! Source: `spec/embedding.md` 3.

use js_sys::{Function, Uint8Array};
use protocol::message::{Complete, Event, Load, Play, Reply, RpcError, Text, method};
use protocol::query::{Query, View};
use protocol::time::{Clock, Nanos};
use simulator::input::TEXT_BYTES_MAX;
use simulator::world::World;
use simulator::{load, text};
use wasm_bindgen::prelude::*;

use crate::convert::{from_js, nanos, refusal, to_js, whole};

/// Real time that one tick makes up for at most: after a pause of the tab, time does not leap.
const TICK_MILLIS_MAX: f64 = 100.0;
/// Slowest and fastest that time may run. *Units*: virtual nanoseconds a real second.
const RATE_MAX: i64 = 30 * 86_400 * protocol::time::NANOS_PER_SEC;

/// One world behind one port.
#[wasm_bindgen]
pub struct Session {
    post: Function,
    world: World,
    rate: Option<i64>,
    last_millis: Option<f64>,
    seq: u64,
}

/// Why a request is not answered.
struct Refusal(RpcError);

impl Refusal {
    fn new(code: &str, message: impl Into<String>) -> Self {
        Self(RpcError { code: code.to_owned(), message: message.into() })
    }
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Self::new("bad_params", message)
    }
}

#[wasm_bindgen]
impl Session {
    /// A session that answers through `post`.
    ///
    /// # Errors
    /// None that a call can cause.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "(message: unknown) => void")] post: Function,
    ) -> Result<Session, JsError> {
        let config = load::config(&Load::default()).map_err(|text| JsError::new(&text))?;
        Ok(Self { post, world: World::new(config), rate: None, last_millis: None, seq: 0 })
    }

    /// Takes one request and posts its reply.
    ///
    /// # Errors
    /// What `post` throws.
    pub fn receive(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "unknown")] message: &JsValue,
    ) -> Result<(), JsValue> {
        let field = |name: &str| js_sys::Reflect::get(message, &JsValue::from_str(name));
        // What carries no number is not a request: another protocol may share the port.
        let Ok(Some(id)) = field("id").map(|id| id.as_f64()) else { return Ok(()) };
        let name = field("method")?.as_string().unwrap_or_default();
        let reply = match self.answer(&name, field("params")?) {
            Ok(result) => {
                let reply = js_sys::Object::new();
                js_sys::Reflect::set(&reply, &"id".into(), &id.into())?;
                js_sys::Reflect::set(&reply, &"result".into(), &result)?;
                reply.into()
            }
            Err(Refusal(error)) => {
                to_js(&Reply::<()> { id: whole(id), result: None, error: Some(error) })?
            }
        };
        self.send(&reply)
    }

    /// Lets time run if it plays; whether it still does. `now` is the real time in milliseconds.
    ///
    /// # Errors
    /// What `post` throws.
    pub fn tick(&mut self, now: f64) -> Result<bool, JsValue> {
        let Some(rate) = self.rate else { return Ok(false) };
        let elapsed = self.last_millis.map_or(0.0, |last| (now - last).clamp(0.0, TICK_MILLIS_MAX));
        self.last_millis = Some(now);
        let passed = nanos(rate, elapsed);
        if passed > 0 {
            self.world.play(passed);
            let clock = self.clock();
            self.event("time", &clock)?;
        }
        Ok(true)
    }

    /// Whether time runs.
    #[wasm_bindgen(getter)]
    pub fn playing(&self) -> bool {
        self.rate.is_some()
    }
}

impl Session {
    fn send(&self, message: &JsValue) -> Result<(), JsValue> {
        self.post.call1(&JsValue::NULL, message).map(drop)
    }

    fn event(&mut self, event: &str, clock: &Clock) -> Result<(), JsValue> {
        self.seq += 1;
        let event =
            Event { event: event.to_owned(), seq: self.seq, at: clock.now, data: clock.clone() };
        self.send(&to_js(&event)?)
    }

    fn clock(&mut self) -> Clock {
        match self.world.view(&Query::Clock) {
            View::Clock(clock) => clock,
            View::ChainMap(_)
            | View::RestorePlan(_)
            | View::Agenda(_)
            | View::Storage(_)
            | View::Object(_)
            | View::Cluster(_)
            | View::Jobs(_)
            | View::Schedules(_)
            | View::Tables(_)
            | View::Rows(_)
            | View::Versions(_)
            | View::Moments(_)
            | View::Plots(_)
            | View::Events(_) => Clock::default(),
        }
    }

    fn answer(&mut self, name: &str, params: JsValue) -> Result<JsValue, Refusal> {
        match name {
            method::INFO => Ok(to_js(&load::info())?),
            method::LOAD => {
                let wanted = if params.is_null() { Load::default() } else { from_js(params)? };
                self.world = World::new(load::config(&wanted)?);
                self.stop();
                Ok(to_js(&load::info())?)
            }
            method::EXEC => Ok(to_js(&self.world.exec(&short(params)?))?),
            method::SIM => Ok(to_js(&self.world.sim(&short(params)?))?),
            method::TOKENS => Ok(to_js(&text::tokens(&short(params)?))?),
            method::COMPLETE => {
                let Complete { text, cursor } = from_js(params)?;
                Ok(to_js(&text::complete(&mut self.world, &text, cursor))?)
            }
            method::QUERY => {
                let query: Query = from_js(params)?;
                Ok(to_js(&self.world.view(&query))?)
            }
            method::PLAY => {
                let Play { rate } = from_js(params)?;
                self.play(rate)?;
                Ok(to_js(&self.clock())?)
            }
            method::PAUSE => {
                self.stop();
                Ok(to_js(&self.clock())?)
            }
            method::EXPORT => Ok(Uint8Array::from(self.world.snapshot().as_slice()).into()),
            method::KEEP => Ok(Uint8Array::from(self.world.keep().as_slice()).into()),
            method::IMPORT => {
                let bytes: Uint8Array =
                    params.dyn_into().map_err(|_| "params is no Uint8Array".to_owned())?;
                self.world = World::restore(&bytes.to_vec())
                    .map_err(|error| Refusal::new("bad_snapshot", refusal(&error)))?;
                self.stop();
                Ok(to_js(&self.clock())?)
            }
            method::HASH => Ok(JsValue::from_str(&format!("{:032x}", self.world.hash()))),
            other => Err(Refusal::new("unknown_method", format!("there is no method \"{other}\""))),
        }
    }

    fn play(&mut self, rate: Nanos) -> Result<(), Refusal> {
        if !(1..=RATE_MAX).contains(&rate.0) {
            return Err(Refusal::new("bad_params", format!("rate {} is out of bounds", rate.0)));
        }
        self.rate = Some(rate.0);
        self.last_millis = None;
        Ok(())
    }

    fn stop(&mut self) {
        self.rate = None;
        self.last_millis = None;
    }
}

/// A text within the limit.
fn short(params: JsValue) -> Result<String, Refusal> {
    let Text { text } = from_js(params)?;
    if text.len() > TEXT_BYTES_MAX {
        return Err(Refusal::new("too_big", format!("text has more than {TEXT_BYTES_MAX} bytes")));
    }
    Ok(text)
}
