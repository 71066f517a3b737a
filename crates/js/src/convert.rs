//! Plain types to plain JavaScript objects and back.

use serde::Serialize;
use serde::de::DeserializeOwned;
use simulator::replay::SnapshotError;
use wasm_bindgen::JsValue;

/// A value as JavaScript has it: maps are objects, nothing is `null`.
///
/// It crosses as one text: what JavaScript makes of that by itself is quicker than a call for each field of a row.
///
/// *Errors*: never for the types of `protocol`; the text would name the offender.
pub(crate) fn to_js(value: &impl Serialize) -> Result<JsValue, String> {
    let text = serde_json::to_string(value).map_err(|error| error.to_string())?;
    js_sys::JSON::parse(&text).map_err(|_| "a value that is no JSON".to_owned())
}

/// A value that JavaScript handed in.
///
/// *Errors*: an unknown field, a missing one, another type; the text names it.
pub(crate) fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, String> {
    serde_wasm_bindgen::from_value(value).map_err(|error| error.to_string())
}

/// The number of a request. Saturates.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "JavaScript has no other numbers; the cast saturates by definition"
)]
pub(crate) const fn whole(number: f64) -> u32 {
    number as u32
}

/// The virtual time that passes in `millis` of real time. *Units*: `rate` is nanoseconds a second. Saturates.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "real time is a float; what it becomes is logged as a whole number, so a replay never computes it again"
)]
pub(crate) const fn nanos(rate: i64, millis: f64) -> i64 {
    (rate as f64 * (millis / 1000.0)) as i64
}

/// Why a snapshot is refused, in words.
pub(crate) fn refusal(error: &SnapshotError) -> String {
    error.to_string()
}
