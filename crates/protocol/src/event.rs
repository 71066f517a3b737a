//! The trace: what followed from the inputs.

use serde::{Deserialize, Serialize};

use crate::agenda::Tone;
use crate::time::Nanos;

/// One thing that happened.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct SimEvent {
    /// Its number, from 1, without gaps on a branch.
    pub seq: u64,
    /// When.
    pub at: Nanos,
    /// `statement`, `job`, `gc`, `backup`, `restore`, `bucket`, `schedule`, `fault`, `branch`, `protection`, `time`.
    pub kind: String,
    /// How it is drawn.
    pub tone: Tone,
    /// In one sentence without full stop.
    pub words: String,
    /// The job it belongs to.
    pub job_id: Option<String>,
}

/// Events from some number on.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct EventsView {
    /// Events in order.
    pub events: Vec<SimEvent>,
    /// The number to ask from next.
    pub next: u64,
}
