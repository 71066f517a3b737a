//! The page: a client of the engine over messages.
//!
//! ```text
//!   worker ⇄ client ⇄ runtime ─ Intent ─▶ state ─▶ components ─▶ DOM
//! ```
//!
//! Shape: one reducer, components that are functions of their props, all effects in one place.
//! Left out: the engine. It is another wasm module in a worker; see `www/boot.js`.

mod app;
mod base64;
mod client;
mod components;
mod decode;
mod el;
#[cfg(test)]
mod fixture;
mod format;
mod map;
mod meta;
mod num;
mod runtime;
mod scan;
mod state;

fn main() {
    yew::Renderer::<app::App>::new().render();
}
