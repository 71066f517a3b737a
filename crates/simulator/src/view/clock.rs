//! Where the world stands.

use base::num;
use protocol::time::{Clock, Nanos, Policy, Prompt};
use sql::session::TxnState;

use crate::input;
use crate::scenario;
use crate::state::State;
use crate::world::World;

pub(super) fn clock(world: &World) -> Clock {
    let state = &world.state;
    let line = &world.lines[world.line];
    Clock {
        now: Nanos(state.now().wall),
        logical: state.now().logical,
        start: Nanos(state.config.start.wall),
        policy: match state.config.policy {
            input::Policy::Auto => Policy::Auto,
            input::Policy::Manual => Policy::Manual,
        },
        scenario: scenario::parse(scenario::text(&state.config.scenario))
            .map_or(String::new(), |script| script.name.to_owned()),
        seed: state.config.seed.to_string(),
        version: format!("v{}", state.config.version.short()),
        branch: line.name.clone(),
        branches: world.lines.iter().map(|line| line.name.clone()).collect(),
        inputs: num::to_u64(world.cursor),
        events: world.event_count(),
        next_due: state.agenda.next_due().map(|due| Nanos(due.wall)),
        prompt: prompt(state),
    }
}

fn prompt(state: &State) -> Prompt {
    let cluster = state.clusters.get(&state.current);
    let seat = cluster.and_then(|cluster| {
        cluster.seats.iter().find(|(who, _)| who.is_shell()).map(|(_, seat)| seat)
    });
    let (user, database, txn) = match seat {
        Some(seat) => {
            let session = &seat.session;
            let txn = match &session.txn {
                TxnState::Open(open) if !open.implicit => "OPEN",
                TxnState::Aborted(_) => "ERROR",
                TxnState::Idle | TxnState::Open(_) => "",
            };
            (session.user.clone(), session.database.clone(), txn)
        }
        None => ("root".to_owned(), "defaultdb".to_owned(), ""),
    };
    let nodes = cluster.map(|cluster| cluster.kv.nodes()).unwrap_or_default();
    Prompt {
        user,
        host: "amber:26257".to_owned(),
        database,
        txn: txn.to_owned(),
        cluster: state.current.clone(),
        nodes_live: num::to_u32(nodes.iter().filter(|node| node.live).count()),
        nodes: num::to_u32(nodes.len()),
    }
}
