//! Backup schedules: when each runs next, what came of its last run, and the statements that change it.

use protocol::schedules::{LastRun, Schedule, SchedulesView};
use protocol::time::Nanos;

use super::agenda::empty;
use super::jobs::tone;
use super::map_panel::statement;
use crate::el::{El, On, button, el, of};
use crate::format;
use crate::state::{Intent, shell};

const STARTER: &str = "CREATE SCHEDULE nightly FOR BACKUP DATABASE bank INTO 's3://acme/prod?AUTH=implicit' RECURRING '@hourly' FULL BACKUP '@daily' WITH SCHEDULE OPTIONS first_run = 'now';";

/// The tab.
pub(crate) fn schedules(view: &SchedulesView, now: Nanos, on: &On) -> Vec<El> {
    if view.schedules.is_empty() {
        let words = "A schedule takes incrementals as often as it says, and a full whenever its chain should begin anew. Its runs stand hollow in the map before they happen.";
        return vec![empty("No schedules yet.", words).maybe(statement(STARTER, on))];
    }
    let mut parts =
        vec![of("ol", "jobs").kids(view.schedules.iter().map(|found| schedule(found, now, on)))];
    if let Some(at) = view.last_completed {
        let words = ["Last completed backup: ", &format::near(at, now)].concat();
        parts.push(of("p", "muted").text(&words));
    }
    if view.more > 0 {
        parts.push(of("p", "muted").text(&[&view.more.to_string(), " newer schedules"].concat()));
    }
    parts
}

fn schedule(one: &Schedule, now: Nanos, on: &On) -> El {
    let active = one.status == "ACTIVE";
    let name = of("span", "job-name")
        .kid(el("b").text(&one.label))
        .text(" ")
        .kid(of("span", "muted").text(&[&one.backup_type, " · ", &one.id].concat()));
    let tag = of("span", if active { "tag tone-good" } else { "tag tone-hold" });
    let next = match one.next_run {
        Some(at) => ["next ", &format::near(at, now), ", ", &format::due(at, now)].concat(),
        None => "no next run".to_owned(),
    };
    let words = [&one.recurrence, " · ", &next, " · owner ", &one.owner].concat();
    let rules = [
        "while one runs: ",
        &one.on_previous_running,
        " · on failure: ",
        &one.on_execution_failure,
    ];
    let held = one.protects_from.map(|at| {
        let words = ["holds garbage collection back since ", &format::near(at, now)].concat();
        of("p", "muted").kid(of("span", "tag tone-hold").text("protects")).text(" ").text(&words)
    });
    of("li", "job")
        .key(&one.id)
        .kid(of("div", "job-head").kid(name).kid(tag.text(&one.status)))
        .kid(of("code", "job-statement").text(&one.command))
        .kid(el("p").text(&words))
        .kid(of("p", "muted").text(&rules.concat()))
        .maybe(one.state.as_ref().map(|state| of("p", "muted").text(state)))
        .maybe(held)
        .maybe(one.last.as_ref().map(|last| last_run(last, now)))
        .kid(buttons(one, active, on))
}

fn last_run(last: &LastRun, now: Nanos) -> El {
    let words =
        [" job ", &last.job, " at ", &format::near(last.finished.unwrap_or(last.started), now)];
    let error = last.error.as_ref().map(|error| of("span", "bad").text(": ").text(error));
    of("p", "muted")
        .text("last run ")
        .kid(of("span", tone(&last.status)).text(&last.status))
        .text(&words.concat())
        .maybe(error)
}

fn buttons(one: &Schedule, active: bool, on: &On) -> El {
    let act = |words: &str, line: String| {
        let run = Intent::Shell(shell::Intent::Run(vec![line.clone()]));
        button("small", words, on, run).set("title", &line)
    };
    let of_schedule = |verb: &str| [verb, " SCHEDULE ", &one.id, ";"].concat();
    let turn = if active {
        act("Pause", of_schedule("PAUSE"))
    } else {
        act("Resume", of_schedule("RESUME"))
    };
    let now = ["ALTER BACKUP SCHEDULE ", &one.id, " EXECUTE IMMEDIATELY;"].concat();
    of("div", "row").kid(turn).kid(act("Run now", now)).kid(act("Drop", of_schedule("DROP")))
}
