//! Jobs, in the DB Console's columns and words.

use std::rc::Rc;

use protocol::jobs::{Job, JobsView};
use protocol::time::Nanos;
use yew::prelude::*;

use crate::format;
use crate::state::{Intent, inspect, shell};

/// What the tab needs.
#[derive(Properties, PartialEq)]
pub(crate) struct JobsProps {
    /// The view.
    pub(crate) view: Rc<JobsView>,
    /// Now.
    pub(crate) now: Nanos,
    /// The job that is open.
    pub(crate) opened: Option<String>,
    /// Where intents go.
    pub(crate) on: Callback<Intent>,
}

/// The tab.
#[component]
pub(crate) fn JobsTab(props: &JobsProps) -> Html {
    let view = &props.view;
    if view.jobs.is_empty() {
        return html! {
            <div class="empty">
                <p><b>{ "No jobs yet." }</b></p>
                <p class="muted">{ "BACKUP, RESTORE and schema changes run as jobs. Each can be paused, resumed and cancelled, and survives the loss of its node." }</p>
            </div>
        };
    }
    html! {
        <>
            <ol class="jobs">{ for view.jobs.iter().map(|found| job(found, props)) }</ol>
            if view.more > 0 { <p class="muted">{ format!("{} older jobs", view.more) }</p> }
        </>
    }
}

fn status(job: &Job) -> &'static str {
    match job.status.as_str() {
        "succeeded" => "tag tone-good",
        "failed" | "revert-failed" => "tag tone-broken",
        "running" | "reverting" => "tag tone-warn",
        "paused" | "pause-requested" => "tag tone-hold",
        _ => "tag tone-neutral",
    }
}

fn job(job: &Job, props: &JobsProps) -> Html {
    let open = props.opened.as_ref() == Some(&job.id);
    let id = job.id.clone();
    let toggle =
        props.on.reform(move |_: MouseEvent| Intent::Inspect(inspect::Intent::Job(id.clone())));
    let end = job.finished.unwrap_or(props.now);
    let running = job.finished.is_none();
    let words = format!(
        "{} · {} · {} {}",
        job.user,
        format::near(job.created, props.now),
        if running { "running for" } else { "took" },
        format::duration(end.since(job.created))
    );
    html! {
        <li key={job.id.clone()} class="job">
            <div class="job-head">
                <button class="job-name" aria-expanded={open.to_string()} onclick={toggle}><b>{ &job.kind }</b>{ " " }<span class="muted">{ &job.id }</span></button>
                <span class={status(job)}>{ job.running_status.as_ref().unwrap_or(&job.status) }</span>
            </div>
            <code class="job-statement">{ &job.description }</code>
            if running {
                <progress max="1000" value={job.permille.to_string()} aria-label="Fraction completed">{ job.permille / 10 }{ " %" }</progress>
            }
            <p class="muted">{ words }</p>
            { job.error.as_ref().map(|error| html! { <p class="bad">{ error }</p> }) }
            { buttons(job, &props.on) }
            if open { { steps(job, props.now) } }
        </li>
    }
}

fn buttons(job: &Job, on: &Callback<Intent>) -> Html {
    let act = |verb: &'static str, words: &'static str, can: bool| {
        let line = format!("{verb} JOB {};", job.id);
        let title = line.clone();
        let onclick =
            on.reform(move |_: MouseEvent| Intent::Shell(shell::Intent::Run(vec![line.clone()])));
        can.then(|| html! { <button class="small" {title} {onclick}>{ words }</button> })
    };
    if !(job.can_pause || job.can_resume || job.can_cancel) {
        return Html::default();
    }
    html! {
        <div class="row">
            { act("PAUSE", "Pause", job.can_pause) }
            { act("RESUME", "Resume", job.can_resume) }
            { act("CANCEL", "Cancel", job.can_cancel) }
        </div>
    }
}

fn steps(job: &Job, now: Nanos) -> Html {
    if job.steps.is_empty() {
        return html! { <p class="muted">{ "No trace is kept for this job." }</p> };
    }
    html! {
        <ol class="steps">{ for job.steps.iter().map(|step| html! {
            <li><span class="due">{ format::near(step.at, now) }</span><span>{ &step.words }</span></li>
        }) }</ol>
    }
}
