//! The cluster: nodes, then ranges with where their GC threshold stands.

use std::rc::Rc;

use protocol::cluster::{ClusterView, Node, Range};
use protocol::time::Nanos;
use yew::virtual_dom::ListenerKind;

use super::map_panel::region;
use crate::el::{El, On, el, of};
use crate::format;
use crate::map::table::head;
use crate::state::Intent;
use crate::state::inspect::{self, Inspector};

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
    let nodes = ["Node", "State", "Locality", "#Replicas", "#Leases", "#Bytes"];
    let ranges =
        ["Range", "Span", "Replicas", "#Live", "#Garbage", "TTL", "GC threshold", "Next visit"];
    let mut parts = vec![
        el("h3").text("Nodes"),
        facts("Nodes", &nodes, view.nodes.iter().map(node)),
        of("div", "head-row").kid(el("h3").text("Ranges")).kid(label),
        facts("Ranges", &ranges, shown.map(|found| range(found, now))),
    ];
    if view.more_ranges > 0 {
        parts
            .push(of("p", "muted").text(&[&view.more_ranges.to_string(), " more ranges"].concat()));
    }
    parts
}

fn row_head(sign: &str, id: &str) -> El {
    el("th").set("scope", "row").text(&[sign, id].concat())
}

fn node(node: &Node) -> El {
    let dot = if node.is_live { "dot dot-good" } else { "dot dot-bad" };
    let state = el("td").kid(of("span", dot).set("aria-hidden", "true"));
    el("tr")
        .kid(row_head("n", &node.id.to_string()))
        .kid(state.text(" ").text(&node.liveness))
        .kid(el("td").text(&node.locality))
        .kid(number(&node.replicas.to_string()))
        .kid(number(&node.leases.to_string()))
        .kid(number(&format::bytes(node.size_bytes)))
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
    let down = (!range.available).then(|| of("span", "tag tone-broken").text("unavailable"));
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
