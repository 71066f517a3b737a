//! Class `Cluster`: a world that answers at once.
//!
//! ```js
//! const cluster = new Cluster({ scenario: "bank" });
//! cluster.exec("BACKUP DATABASE bank INTO 's3://acme/prod?AUTH=implicit';");
//! cluster.sim("advance 26h");
//! cluster.query("chain_map").collections[0].chains[0].state;   // "torn" or "broken"
//! ```

use protocol::message::Load;
use protocol::query::Query;
use simulator::input::TEXT_BYTES_MAX;
use simulator::world::World;
use simulator::{load, text};
use wasm_bindgen::prelude::*;

use crate::convert::{from_js, refusal, to_js};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../../../www/api.d.ts");

/// A world with one shell, one clock, buckets and clusters.
#[wasm_bindgen]
pub struct Cluster {
    pub(crate) world: World,
}

fn thrown(text: impl AsRef<str>) -> JsError {
    JsError::new(text.as_ref())
}

#[wasm_bindgen]
impl Cluster {
    /// A world at its first moment.
    ///
    /// # Errors
    /// An option that is none.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "Options")] options: JsValue,
    ) -> Result<Cluster, JsError> {
        let wanted = if options.is_undefined() || options.is_null() {
            Load::default()
        } else {
            from_js(options).map_err(thrown)?
        };
        Ok(Self { world: World::new(load::config(&wanted).map_err(thrown)?) })
    }

    /// Runs statements and `\sim` lines, one after the other; a result for each.
    ///
    /// # Errors
    /// A text longer than the engine takes.
    #[wasm_bindgen(unchecked_return_type = "StatementResult[]")]
    pub fn exec(&mut self, sql: &str) -> Result<JsValue, JsError> {
        if sql.len() > TEXT_BYTES_MAX {
            return Err(thrown(format!("the text has more than {TEXT_BYTES_MAX} bytes")));
        }
        to_js(&self.world.exec(sql)).map_err(thrown)
    }

    /// Runs one `\sim` line, with or without the `\sim`.
    ///
    /// # Errors
    /// None that a call can cause.
    #[wasm_bindgen(unchecked_return_type = "StatementResult")]
    pub fn sim(&mut self, command: &str) -> Result<JsValue, JsError> {
        to_js(&self.world.sim(command)).map_err(thrown)
    }

    /// Answers a question about the world. Never moves time.
    ///
    /// # Errors
    /// A question that is none.
    #[wasm_bindgen(unchecked_return_type = "any")]
    pub fn query(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Query")] view: JsValue,
    ) -> Result<JsValue, JsError> {
        let query: Query = from_js(view).map_err(thrown)?;
        to_js(&self.world.view(&query)).map_err(thrown)
    }

    /// The trace from event `since` on.
    ///
    /// # Errors
    /// None that a call can cause.
    #[wasm_bindgen(unchecked_return_type = "EventsView")]
    pub fn events(&mut self, since: u32) -> Result<JsValue, JsError> {
        let query = Query::Events { since: u64::from(since), limit: u32::MAX };
        to_js(&self.world.view(&query)).map_err(thrown)
    }

    /// The tokens of a text, for its colours. Offsets are UTF-16 units.
    ///
    /// # Errors
    /// None that a call can cause.
    #[wasm_bindgen(unchecked_return_type = "Token[]")]
    pub fn tokens(&self, text: &str) -> Result<JsValue, JsError> {
        to_js(&text::tokens(text)).map_err(thrown)
    }

    /// What may stand at the cursor. Offsets are UTF-16 units.
    ///
    /// # Errors
    /// None that a call can cause.
    #[wasm_bindgen(unchecked_return_type = "Completions")]
    pub fn complete(&mut self, text: &str, cursor: u32) -> Result<JsValue, JsError> {
        to_js(&text::complete(&mut self.world, text, cursor)).map_err(thrown)
    }

    /// The log of inputs and the hash they lead to.
    pub fn snapshot(&self) -> Vec<u8> {
        self.world.snapshot()
    }

    /// Replays a snapshot in place of this world.
    ///
    /// # Errors
    /// Bytes that are no snapshot, or that lead to another hash. The world stays as it was.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), JsError> {
        self.world = World::restore(bytes).map_err(|error| thrown(refusal(&error)))?;
        Ok(())
    }

    /// The state hash, 32 hexadecimal digits: equal for equal runs, natively and in wasm.
    pub fn hash(&self) -> String {
        format!("{:032x}", self.world.hash())
    }
}
