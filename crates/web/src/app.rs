//! The root: holds the state and the runtime, passes intents between them.

use yew::prelude::*;

use crate::components::page::page;
use crate::runtime::{self, Runtime};
use crate::state::{Intent, UiState};

/// The root component.
pub(crate) struct App {
    state: UiState,
    runtime: Runtime,
    on: Callback<Intent>,
}

impl Component for App {
    type Message = Intent;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let on = ctx.link().callback(|intent| intent);
        let mut runtime = Runtime::start(on.clone());
        let (state, effects) = UiState::open(runtime::startup());
        runtime.run(effects);
        Self { state, runtime, on }
    }

    fn update(&mut self, _: &Context<Self>, intent: Intent) -> bool {
        let effects = self.state.apply(intent);
        self.runtime.run(effects);
        true
    }

    fn view(&self, _: &Context<Self>) -> Html {
        page(&self.state, &self.on)
    }

    fn rendered(&mut self, _: &Context<Self>, first: bool) {
        self.runtime.drawn(first);
    }
}
