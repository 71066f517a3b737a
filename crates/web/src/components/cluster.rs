//! The cluster: nodes, then ranges with where their GC threshold stands.

use std::rc::Rc;

use protocol::cluster::{ClusterView, Node, Range};
use protocol::time::Nanos;
use yew::virtual_dom::ListenerKind;

use super::map_panel::region;
use crate::el::{El, On, button, el, of};
use crate::format;
use crate::map::table::head;
use crate::state::inspect::{self, Inspector};
use crate::state::{Intent, shell};

/// A table with heads; those that begin with `#` are of numbers.
pub(crate) fn facts(label: &str, heads: &[&str], rows: impl Iterator<Item = El>) -> El {
    let heads = heads.iter().map(|words| match words.strip_prefix('#') {
        Some(words) => head(words).set("class", "num"),
        None => head(words),
    });
    let table =
        of("table", "facts").kid(el("thead").kid(el("tr").kids(heads))).kid(el("tbody").kids(rows));
    region("scroll", label).kid(table)
}

/// A cell of a number.
pub(crate) fn number(words: &str) -> El {
    of("td", "num").text(words)
}

/// The tab.
pub(crate) fn cluster(view: &ClusterView, now: Nanos, at: &Inspector, on: &On) -> Vec<El> {
    // What holds no table of the user is the system's, whatever it holds.
    let is_system = |range: &Range| range.is_system || range.table.is_none();
    let hidden = view.ranges.iter().filter(|range| is_system(range)).count();
    let toggle = Rc::new(|_: &web_sys::Event| Some(Intent::Inspect(inspect::Intent::SystemRanges)));
    let mut check = el("input").set("type", "checkbox").hear(ListenerKind::onchange, on, toggle);
    check = check.property("checked", at.system_ranges);
    let label = of("label", "check")
        .kid(check)
        .text(&["system ranges (", &hidden.to_string(), ")"].concat());
    let shown = view.ranges.iter().filter(|range| at.system_ranges || !is_system(range));
    let ranges =
        ["Range", "Span", "Replicas", "#Live", "#Garbage", "TTL", "GC threshold", "Next visit"];
    let mut parts = vec![
        of("div", "head-row").kid(el("h3").text("Nodes")).kid(whole(view, on)),
        of("ul", "nodes").kids(view.nodes.iter().map(|found| node(found, view, on))),
    ];
    parts.extend(view.queue.as_ref().map(|queue| of("p", "muted").text(queue)));
    parts.push(of("div", "head-row").kid(el("h3").text("Ranges")).kid(label));
    parts.push(facts("Ranges", &ranges, shown.map(|found| range(found, now))));
    if view.more_ranges > 0 {
        parts
            .push(of("p", "muted").text(&[&view.more_ranges.to_string(), " more ranges"].concat()));
    }
    parts
}

fn row_head(sign: &str, id: &str) -> El {
    el("th").set("scope", "row").text(&[sign, id].concat())
}

/// The cluster as a whole: what does not answer, and what ends a cut.
fn whole(view: &ClusterView, on: &On) -> El {
    let many = |n: u32, words: &str, class: &str| {
        let count = format::counted(u64::from(n), "range", "ranges");
        (n > 0).then(|| of("span", class).text(&[&count, " ", words].concat()))
    };
    of("div", "row-inline")
        .maybe(many(view.unavailable, "unavailable", "tag tone-broken"))
        .maybe(many(view.under_replicated, "under-replicated", "tag tone-warn"))
        .maybe(view.is_cut.then(|| act("Heal the network", "\\sim heal", on)))
        .kid(act("Add a node", "\\sim node join", on))
}

fn act(words: &str, line: &str, on: &On) -> El {
    let run = Intent::Shell(shell::Intent::Run(vec![line.to_owned()]));
    button("small", words, on, run).set("title", line)
}

/// What may befall a node as it stands: words and verb.
fn verbs(node: &Node) -> &'static [(&'static str, &'static str)] {
    match (node.process.as_str(), node.membership.as_str()) {
        ("lost", _) | (_, "decommissioned") => &[],
        ("stopped", _) => &[("Restart", "restart"), ("Lose for ever", "kill")],
        (_, "decommissioning") => &[("Stop", "stop"), ("Recommission", "recommission")],
        _ if node.draining => &[("Stop", "stop"), ("Undrain", "undrain")],
        _ => &[
            ("Stop", "stop"),
            ("Drain", "drain"),
            ("Decommission", "decommission"),
            ("Lose for ever", "kill"),
        ],
    }
}

fn node(node: &Node, view: &ClusterView, on: &On) -> El {
    let id = node.id.to_string();
    let dot = if node.is_live { "dot dot-good" } else { "dot dot-bad" };
    let name = of("p", "node-name")
        .kid(of("span", dot).set("aria-hidden", "true"))
        .kid(el("b").text(&["n", &id].concat()))
        .text(&node.liveness);
    let count = |n: u32, one: &str, many: &str| format::counted(u64::from(n), one, many);
    let (replicas, leases) =
        (count(node.replicas, "replica", "replicas"), count(node.leases, "lease", "leases"));
    let mut holds = [&replicas, " · ", &leases, " · ", &format::bytes(node.size_bytes)].concat();
    if node.lagging > 0 {
        holds.extend([" · ", &count(node.lagging, "replica lags", "replicas lag")]);
    }
    if node.clock_offset.0 != 0 {
        let sign = if node.clock_offset.0 > 0 { " · clock ahead " } else { " · clock behind " };
        holds.extend([sign, &format::duration(node.clock_offset)]);
    }
    let side = (node.side > 0)
        .then(|| of("span", "tag tone-warn").text(&["side ", &node.side.to_string()].concat()));
    let others: Vec<String> =
        view.nodes.iter().filter(|one| one.id != node.id).map(|one| one.id.to_string()).collect();
    let cut = ["\\sim partition ", &id, " | ", &others.join(",")].concat();
    let can_cut = node.is_live && !view.is_cut && !others.is_empty();
    let buttons = verbs(node)
        .iter()
        .map(|(words, verb)| act(words, &["\\sim node ", &id, " ", verb].concat(), on));
    of("li", if node.is_live { "node" } else { "node node-down" })
        .key(&id)
        .kid(name.maybe(side))
        .kid(of("p", "muted").text(&node.locality))
        .kid(of("p", "muted").text(&holds))
        .kid(of("div", "row").kids(buttons).maybe(can_cut.then(|| act("Cut off", &cut, on))))
}

fn range(range: &Range, now: Nanos) -> El {
    let replicas = range.replicas.iter().map(|node| {
        let lease = range.leaseholder == Some(*node);
        let number = node.to_string();
        let words = ["n", &number, if lease { " holds the lease" } else { "" }].concat();
        of("span", if lease { "replica lease" } else { "replica" })
            .set("title", &words)
            .text(&number)
            .kid(of("span", "sr").text(if lease { " holds the lease" } else { "" }))
    });
    let threshold = if range.gc_threshold.0 == 0 {
        "–".to_owned()
    } else {
        format::near(range.gc_threshold, now)
    };
    let span = [&range.start, " – ", &range.end].concat();
    let table = range.table.as_ref().map(|table| el("b").text(table).text(" "));
    let down = (!range.available)
        .then(|| of("span", "tag tone-broken").set("title", &range.standing).text("unavailable"));
    let visit = range.next_visit.map(|at| format::due(at, now)).unwrap_or_default();
    el("tr")
        .kid(row_head("r", &range.id))
        .kid(el("td").maybe(table).kid(of("span", "muted").text(&span)).maybe(down))
        .kid(of("td", "replicas").kids(replicas))
        .kid(number(&format::bytes(range.live_bytes)))
        .kid(number(&format::bytes(range.garbage_bytes)))
        .kid(of("td", "short").text(&format::ttl(range.ttl_secs)))
        .kid(of("td", "short").text(&threshold))
        .kid(of("td", "short").text(&visit))
}
