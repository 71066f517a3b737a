//! One object of a bucket, decoded; and what may be done to it.

use protocol::storage::{ObjectView, Section};

use super::cluster::facts;
use crate::el::{El, On, button, el, of};
use crate::format;
use crate::state::{Intent, inspect, shell};

/// The pane.
pub(crate) fn object_pane(bucket: &str, path: &str, view: Option<&ObjectView>, on: &On) -> Vec<El> {
    let uri = [bucket, "/", path].concat();
    let back = Intent::Inspect(inspect::Intent::Object(None));
    let mut parts = vec![
        button("small", "← All objects", on, back),
        of("h3", "object-path").kid(el("code").text(&uri)),
    ];
    if let Some(view) = view {
        parts.extend(decoded(view, &uri, on));
    }
    vec![of("div", "object").kids(parts)]
}

fn decoded(view: &ObjectView, uri: &str, on: &On) -> Vec<El> {
    let act = |words: &str, verb: &str| {
        let line = ["\\sim bucket ", verb, " '", uri, "'"].concat();
        button("", words, on, Intent::Shell(shell::Intent::Run(vec![line.clone()])))
            .set("title", &line)
    };
    let (class, sound) =
        if view.sound { ("tag tone-good", "sound") } else { ("tag tone-broken", "damaged") };
    let facts = [" ", &view.kind, " · ", &format::bytes(view.size_bytes)].concat();
    let mut parts = vec![
        el("p").kid(of("span", class).text(sound)).kid(of("span", "muted").text(&facts)),
        el("p").text(&view.words),
    ];
    parts.extend(view.sections.iter().flat_map(section));
    if !view.hex.is_empty() {
        let hex = of("pre", "hex").set("tabindex", "0").text(&view.hex.join("\n"));
        parts.push(el("details").kid(el("summary").text("Bytes")).kid(hex));
    }
    parts.push(
        of("div", "row")
            .kid(act("Flip a bit", "flip"))
            .kid(act("Cut off half", "truncate"))
            .kid(act("Delete", "rm")),
    );
    parts
}

fn section(section: &Section) -> Vec<El> {
    let heads: Vec<&str> = section.columns.iter().map(String::as_str).collect();
    let rows =
        section.rows.iter().map(|row| el("tr").kids(row.iter().map(|cell| el("td").text(cell))));
    let mut parts = vec![el("h4").text(&section.title), facts(&section.title, &heads, rows)];
    if section.more > 0 {
        parts.push(of("p", "muted").text(&[&section.more.to_string(), " more"].concat()));
    }
    parts
}
