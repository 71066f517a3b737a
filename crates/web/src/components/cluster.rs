//! The cluster: nodes, then ranges with where their GC threshold stands.

use std::rc::Rc;

use protocol::cluster::{ClusterView, Node, Range};
use protocol::time::Nanos;
use yew::prelude::*;

use crate::format;
use crate::state::{Intent, inspect};

/// What the tab needs.
#[derive(Properties, PartialEq)]
pub(crate) struct ClusterProps {
    /// The view.
    pub(crate) view: Rc<ClusterView>,
    /// Now.
    pub(crate) now: Nanos,
    /// Whether ranges of system tables are shown.
    pub(crate) system: bool,
    /// Where intents go.
    pub(crate) on: Callback<Intent>,
}

/// The tab.
#[component]
pub(crate) fn ClusterTab(props: &ClusterProps) -> Html {
    let view = &props.view;
    let system = props.on.reform(|_: Event| Intent::Inspect(inspect::Intent::SystemRanges));
    let hidden = view.ranges.iter().filter(|range| range.is_system).count();
    let shown = view.ranges.iter().filter(|range| props.system || !range.is_system);
    html! {
        <>
            <h3>{ "Nodes" }</h3>
            <div class="scroll" role="region" aria-label="Nodes" tabindex="0">
                <table class="facts">
                    <thead><tr>
                        <th scope="col">{ "Node" }</th><th scope="col">{ "State" }</th><th scope="col">{ "Locality" }</th>
                        <th scope="col" class="num">{ "Replicas" }</th><th scope="col" class="num">{ "Leases" }</th><th scope="col" class="num">{ "Bytes" }</th>
                    </tr></thead>
                    <tbody>{ for view.nodes.iter().map(node) }</tbody>
                </table>
            </div>
            <div class="head-row">
                <h3>{ "Ranges" }</h3>
                <label class="check"><input type="checkbox" checked={props.system} onchange={system} />{ format!("system tables ({hidden})") }</label>
            </div>
            <div class="scroll" role="region" aria-label="Ranges" tabindex="0">
                <table class="facts">
                    <thead><tr>
                        <th scope="col">{ "Range" }</th><th scope="col">{ "Span" }</th><th scope="col">{ "Replicas" }</th>
                        <th scope="col" class="num">{ "Live" }</th><th scope="col" class="num">{ "Garbage" }</th>
                        <th scope="col">{ "TTL" }</th><th scope="col">{ "GC threshold" }</th><th scope="col">{ "Next visit" }</th>
                    </tr></thead>
                    <tbody>{ for shown.map(|found| range(found, props.now)) }</tbody>
                </table>
            </div>
            if view.more_ranges > 0 { <p class="muted">{ format!("{} more ranges", view.more_ranges) }</p> }
        </>
    }
}

fn node(node: &Node) -> Html {
    let dot = if node.is_live { "dot dot-good" } else { "dot dot-bad" };
    html! {
        <tr>
            <th scope="row">{ format!("n{}", node.id) }</th>
            <td><span class={dot} aria-hidden="true"></span>{ " " }{ &node.liveness }</td>
            <td>{ &node.locality }</td>
            <td class="num">{ node.replicas }</td>
            <td class="num">{ node.leases }</td>
            <td class="num">{ format::bytes(node.size_bytes) }</td>
        </tr>
    }
}

fn range(range: &Range, now: Nanos) -> Html {
    let replicas = range.replicas.iter().map(|node| {
        let lease = range.leaseholder == Some(*node);
        let words = if lease { format!("n{node} holds the lease") } else { format!("n{node}") };
        html! { <span class={if lease { "replica lease" } else { "replica" }} title={words.clone()} aria-label={words}>{ *node }</span> }
    });
    let threshold = if range.gc_threshold.0 == 0 {
        "–".to_owned()
    } else {
        format::near(range.gc_threshold, now)
    };
    html! {
        <tr>
            <th scope="row">{ format!("r{}", range.id) }</th>
            <td>
                { range.table.as_ref().map(|table| html! { <b>{ table }{ " " }</b> }) }
                <span class="muted">{ &range.start }{ " – " }{ &range.end }</span>
                if !range.available { <span class="tag tone-broken">{ "unavailable" }</span> }
            </td>
            <td class="replicas">{ for replicas }</td>
            <td class="num">{ format::bytes(range.live_bytes) }</td>
            <td class="num">{ format::bytes(range.garbage_bytes) }</td>
            <td>{ format::ttl(range.ttl_secs) }</td>
            <td>{ threshold }</td>
            <td>{ range.next_visit.map(|at| format::due(at, now)) }</td>
        </tr>
    }
}
