//! The past: lines of inputs, checkpoints on them, and how to come back to any moment.
//!
//! ```text
//!   main     ●──1──2──3──◆──4──5──6──7──▶        ● beginning   ◆ checkpoint (a clone of the state)
//!                         └──────5'──6'──▶       what-if: another line that leaves main after input 4
//!   goto #5 = the checkpoint before it, then inputs 4 and 5 again
//! ```
//!
//! Shape: a line owns its whole log, so that a line needs no other one; entries are shared between lines by `Arc`.
//! Checkpoints come when enough work has been done since the last one, and are thinned where they are old.

use std::sync::Arc;

use base::hlc::{NANOS_PER_SEC, Timestamp};

use crate::event::Event;
use crate::input::Input;
use crate::state::State;

/// How much work may lie between two checkpoints while little is stored. *Units*: see `State::work`.
const CHECKPOINT_WORK: u64 = 4_000;

/// With each so many bytes stored, as much work more: what has been written since holds copies of what was there.
const SPREAD_BYTES: u64 = 8 << 20;

/// How many checkpoints a line keeps besides its beginning: at least, at most.
const CHECKPOINTS: (u64, u64) = (4, 32);

/// What all checkpoints may come to, should each hold everything anew. *Units*: bytes.
const CHECKPOINTS_BYTES: u64 = 192 << 20;

/// How long one passing of time grows: ten years, well below what one input may let pass.
const GROWN_NANOS_MAX: i64 = 10 * 365 * 86_400 * NANOS_PER_SEC;

/// One input with the time at which it came.
#[derive(Clone, Debug)]
pub(crate) struct Logged {
    pub(crate) input: Arc<Input>,
    /// Virtual time before it.
    pub(crate) before: Timestamp,
}

/// A state to come back to.
#[derive(Clone, Debug)]
struct Checkpoint {
    /// How many inputs had been applied.
    position: usize,
    /// How many events there were.
    events: usize,
    state: State,
}

/// A named line of moments.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    /// The line that it left, if any.
    pub(crate) parent: Option<String>,
    /// When it left.
    pub(crate) forked_at: Timestamp,
    pub(crate) log: Vec<Logged>,
    /// Where it ends.
    pub(crate) head: Timestamp,
    pub(crate) events: Vec<Event>,
    checkpoints: Vec<Checkpoint>,
}

impl Line {
    /// A line that begins with `state`.
    pub(crate) fn new(name: &str, state: &State) -> Self {
        Self {
            name: name.to_owned(),
            parent: None,
            forked_at: state.now(),
            log: Vec::new(),
            head: state.now(),
            events: Vec::new(),
            checkpoints: vec![Checkpoint { position: 0, events: 0, state: state.clone() }],
        }
    }

    /// A line that shares this one's first `position` inputs; `events` of them have been seen by then.
    pub(crate) fn fork(&self, name: &str, position: usize, events: usize, at: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            parent: Some(self.name.clone()),
            forked_at: at,
            log: self.log[..position].to_vec(),
            head: at,
            events: self.events[..events.min(self.events.len())].to_vec(),
            checkpoints: self
                .checkpoints
                .iter()
                .filter(|checkpoint| checkpoint.position <= position)
                .cloned()
                .collect(),
        }
    }

    /// Lets the last input, a passing of time, last longer; answers whether it may: no checkpoint stands inside an input, and an
    /// input that is too much work would make every rewind slow.
    pub(crate) fn grow(&mut self, by: i64, state: &State) -> bool {
        let Some(logged) = self.log.last_mut().filter(|_| state.work < CHECKPOINT_WORK) else {
            return false;
        };
        let Input::Advance { nanos } = *logged.input else { return false };
        let nanos = nanos.saturating_add(by);
        if nanos > GROWN_NANOS_MAX {
            return false;
        }
        logged.input = Arc::new(Input::Advance { nanos });
        true
    }

    /// Keeps a checkpoint of `state`, which stands at the end of the log, if enough work was done since the last one.
    pub(crate) fn checkpoint(&mut self, state: &mut State) {
        let stored = state.stored_bytes();
        if state.work < CHECKPOINT_WORK.saturating_mul(1 + stored / SPREAD_BYTES) {
            return;
        }
        state.work = 0;
        self.checkpoints.push(Checkpoint {
            position: self.log.len(),
            events: self.events.len(),
            state: state.clone(),
        });
        let room = (CHECKPOINTS_BYTES / stored.max(1)).clamp(CHECKPOINTS.0, CHECKPOINTS.1);
        while base::num::to_u64(self.checkpoints.len()) > room {
            self.thin();
        }
    }

    /// Drops every second one of the older half: what is long ago is far apart.
    fn thin(&mut self) {
        let half = self.checkpoints.len() / 2;
        let mut place = 0;
        self.checkpoints.retain(|_| {
            place += 1;
            place > half || place % 2 == 1
        });
    }

    /// The state after the first `position` inputs, and how many events there were by then.
    pub(crate) fn state_at(&self, position: usize) -> (State, usize) {
        let mut best = &self.checkpoints[0];
        for checkpoint in &self.checkpoints {
            if checkpoint.position <= position {
                best = checkpoint;
            }
        }
        let (mut state, mut events) = (best.state.clone(), best.events);
        for logged in &self.log[best.position..position] {
            state.apply(&logged.input);
            events += state.outbox.len();
            state.outbox.clear();
        }
        (state, events)
    }

    /// The seed of its beginning: a line that was reseeded has another than the line it left.
    pub(crate) fn seed(&self) -> u64 {
        self.checkpoints[0].state.config.seed
    }

    /// How many inputs it shares with the line that it left.
    pub(crate) fn shared(&self, parent: &Self) -> usize {
        if self.seed() != parent.seed() {
            return 0;
        }
        let pairs = self.log.iter().zip(&parent.log);
        pairs.take_while(|(own, theirs)| Arc::ptr_eq(&own.input, &theirs.input)).count()
    }

    /// The time after the first `position` inputs.
    pub(crate) fn time_at(&self, position: usize) -> Timestamp {
        self.log.get(position).map_or(self.head, |next| next.before)
    }

    /// The most inputs that fit before or at `at`.
    pub(crate) fn position_at(&self, at: Timestamp) -> usize {
        if self.head <= at {
            return self.log.len();
        }
        // `before` of input i is the time after i inputs; times never fall along the log.
        self.log.partition_point(|logged| logged.before <= at).saturating_sub(1)
    }
}
