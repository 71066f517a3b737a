//! Jobs, in the DB Console's columns and words.

use protocol::jobs::{Job, JobsView};
use protocol::time::Nanos;

use super::agenda::empty;
use crate::el::{El, On, button, el, of};
use crate::format;
use crate::state::inspect::{self, Inspector};
use crate::state::{Intent, shell};

/// The tab.
pub(crate) fn jobs(view: &JobsView, now: Nanos, at: &Inspector, on: &On) -> Vec<El> {
    if view.jobs.is_empty() {
        return vec![empty(
            "No jobs yet.",
            "BACKUP, RESTORE and schema changes run as jobs. Each can be paused, resumed and cancelled.",
        )];
    }
    let rows =
        view.jobs.iter().map(|found| job(found, now, at.job.as_ref() == Some(&found.id), on));
    let mut parts = vec![of("ol", "jobs").kids(rows)];
    if view.more > 0 {
        parts.push(of("p", "muted").text(&[&view.more.to_string(), " older jobs"].concat()));
    }
    parts
}

/// The tag of a job's status.
pub(crate) fn tone(status: &str) -> &'static str {
    match status {
        "succeeded" => "tag tone-good",
        "failed" | "revert-failed" => "tag tone-broken",
        "running" | "reverting" => "tag tone-warn",
        "paused" | "pause-requested" => "tag tone-hold",
        _ => "tag tone-neutral",
    }
}

fn job(job: &Job, now: Nanos, open: bool, on: &On) -> El {
    let toggle = Intent::Inspect(inspect::Intent::Job(job.id.clone()));
    let name = of("button", "job-name")
        .truth("aria-expanded", open)
        .click(on, toggle)
        .kid(el("b").text(&job.kind))
        .text(" ")
        .kid(of("span", "muted").text(&job.id));
    let state = job.running_status.as_ref().unwrap_or(&job.status);
    let progress = (job.finished.is_none() && job.permille > 0).then(|| {
        el("progress")
            .set("max", "1000")
            .set("value", &job.permille.to_string())
            .set("aria-label", "Fraction completed")
    });
    let span = format::duration(job.finished.unwrap_or(now).since(job.created));
    let verb = if job.finished.is_none() { " · running for " } else { " · took " };
    let words = [&job.user, " · ", &format::near(job.created, now), verb, &span].concat();
    of("li", "job")
        .key(&job.id)
        .kid(of("div", "job-head").kid(name).kid(of("span", tone(&job.status)).text(state)))
        .kid(of("code", "job-statement").text(&job.description))
        .maybe(progress)
        .kid(of("p", "muted").text(&words))
        .maybe(job.error.as_ref().map(|error| of("p", "bad").text(error)))
        .maybe(buttons(job, on))
        .maybe(open.then(|| steps(job, now)))
}

fn buttons(job: &Job, on: &On) -> Option<El> {
    let act = |can: bool, verb: &str, words: &str| {
        let line = [verb, " JOB ", &job.id, ";"].concat();
        let run = Intent::Shell(shell::Intent::Run(vec![line.clone()]));
        can.then(|| button("small", words, on, run).set("title", &line))
    };
    (job.can_pause || job.can_resume || job.can_cancel).then(|| {
        of("div", "row")
            .maybe(act(job.can_pause, "PAUSE", "Pause"))
            .maybe(act(job.can_resume, "RESUME", "Resume"))
            .maybe(act(job.can_cancel, "CANCEL", "Cancel"))
    })
}

fn steps(job: &Job, now: Nanos) -> El {
    if job.steps.is_empty() {
        return of("p", "muted").text("No trace is kept for this job.");
    }
    of("ol", "steps").kids(job.steps.iter().map(|step| {
        el("li")
            .kid(of("span", "due").text(&format::near(step.at, now)))
            .kid(el("span").text(&step.words))
    }))
}
