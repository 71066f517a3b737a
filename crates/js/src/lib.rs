//! The engine for JavaScript: Node, a page, a worker.
//!
//! ```text
//!   your code ──▶ Cluster          synchronous: exec, sim, query …            api.rs
//!   a port ⇄ Session ─▶ Cluster    messages of version 1, and time that runs  session.rs
//! ```
//!
//! Shape: plain objects out, typed by `www/api.d.ts`; values in their SQL text form, since a job id exceeds 2^53.
//! Errors: what is wrong with SQL stands in a result; only what is wrong with a call throws.
//! Never knows: the DOM.

pub mod api;
mod convert;
pub mod session;

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn error(text: &str);
}

/// Runs when the module is loaded: a bug says its name in the console before the module ends.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|info| error(&info.to_string())));
}
