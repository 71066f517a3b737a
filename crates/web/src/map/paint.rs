//! From the picture to SVG. Colours and strokes are classes of `www/map.css`; here are only places and shapes.

use protocol::chain::LayerKind;
use yew::prelude::*;

use super::lane::{Block, Failure, Row, Tail, Words};
use super::layout::{Lane, Picture};
use crate::num::px;
use crate::state::Intent;
use crate::state::map::{self, Mark};

/// What is drawn beside the picture itself.
pub(crate) struct Extras<'a> {
    /// The summary that stands for the picture.
    pub(crate) summary: String,
    /// The mark chosen.
    pub(crate) chosen: Option<&'a Mark>,
    /// Where intents go.
    pub(crate) on: &'a Callback<Intent>,
}

/// The whole picture.
pub(crate) fn paint(picture: &Picture, extras: &Extras<'_>) -> Html {
    let (width, height) = (px(picture.width), px(picture.height));
    html! {
        <svg class="map" width={width.clone()} height={height.clone()} viewBox={format!("0 0 {width} {height}")}
            role="img" aria-label={extras.summary.clone()}>
            { defs(picture) }
            { background(picture) }
            { writes(picture) }
            { for picture.lanes.iter().enumerate().map(|(place, lane)| {
                let under_cursor = picture.cursor.is_some_and(|(_, chosen)| chosen == place);
                paint_lane(picture, lane, under_cursor, extras)
            }) }
            { edges(picture) }
            { pins(picture) }
            { now(picture) }
            { for picture.foot.iter().map(words) }
            { cursor(picture) }
        </svg>
    }
}

fn defs(picture: &Picture) -> Html {
    let wide = px(picture.scale.right - picture.scale.left + 10.0);
    html! {
        <defs>
            <pattern id="hatch-gone" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
                <line class="hatch-gone" x1="0" y1="0" x2="0" y2="6" />
            </pattern>
            <pattern id="hatch-band" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <line class="hatch-band" x1="0" y1="0" x2="0" y2="5" />
            </pattern>
            <clipPath id="map-plot">
                <rect x={px(picture.scale.left - 10.0)} y="0" width={wide} height={px(picture.height)} />
            </clipPath>
        </defs>
    }
}

fn background(picture: &Picture) -> Html {
    let (top, bottom) = picture.body();
    let future = picture.future.map(|x| {
        html! { <rect class="future" x={px(x)} y="0" width={px((picture.width - x).max(0.0))} height={px(picture.height)} /> }
    });
    let ticks = picture.ticks.iter().map(|tick| {
        let class = if tick.day { "tick tick-day" } else { "tick" };
        html! {
            <g key={tick.label.clone()}>
                <line class={class} x1={px(tick.x)} y1={px(top - 4.0)} x2={px(tick.x)} y2={px(bottom)} />
                <text class="tick-words" x={px(tick.x)} y="18" text-anchor="middle">{ &tick.label }</text>
            </g>
        }
    });
    html! { <>{ future }<g clip-path="url(#map-plot)">{ for ticks }</g></> }
}

fn paint_lane(picture: &Picture, lane: &Lane, under_cursor: bool, extras: &Extras<'_>) -> Html {
    let (name_x, name_y) = if picture.narrow {
        (12.0, lane.y + 16.0)
    } else {
        (18.0, lane.y + lane.height.min(92.0) / 2.0 - 2.0)
    };
    let tint = under_cursor.then(|| {
        html! { <rect class="lane-chosen" x="0" y={px(lane.y)} width={px(picture.width)} height={px(lane.height)} /> }
    });
    let forecast = lane.forecast.iter().map(|(x, full, title)| {
        let y = lane.y + lane.rows.last().map_or(lane.height / 2.0, |row| row.y);
        let shape = if *full {
            html! { <rect class="ghost" x={px(x - 7.0)} y={px(y - 10.0)} width="14" height="20" rx="3" /> }
        } else {
            html! { <circle class="ghost" cx={px(*x)} cy={px(y)} r="6.5" /> }
        };
        html! { <g><title>{ title }</title>{ shape }</g> }
    });
    html! {
        <g key={lane.name.clone()}>
            { tint }
            { name_words(picture, lane, name_x, name_y) }
            <g clip-path="url(#map-plot)">
                { for lane.rows.iter().map(|row| paint_row(lane, row, extras)) }
                { for forecast }
            </g>
        </g>
    }
}

/// A lane's name, cut in the middle of what a gutter holds, whole for a pointer that rests on it.
fn name_words(picture: &Picture, lane: &Lane, x: f64, y: f64) -> Html {
    let (name, words) = if picture.narrow {
        (lane.name.clone(), String::new())
    } else {
        (shorten(&lane.name, 22), cut(&lane.words, 25))
    };
    html! {
        <g>
            <title>{ format!("{} · {}", lane.name, lane.words) }</title>
            <text class="lane-name" x={px(x)} y={px(y)}>{ name }</text>
            <text class="lane-words" x={px(x)} y={px(y + 17.0)}>{ words }</text>
        </g>
    }
}

/// At most so many characters, cut at the end.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most - 1).collect();
    format!("{}…", head.trim_end())
}

/// At most so many characters, cut in the middle; the end is what tells collections apart.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most / 2 - 1).collect();
    let tail: String = text.chars().skip(count - (most - most / 2)).collect();
    format!("{head}…{tail}")
}

fn paint_row(lane: &Lane, row: &Row, extras: &Extras<'_>) -> Html {
    let y = lane.y + row.y;
    html! {
        <g>
            { tail(row, y) }
            { for row.blocks.iter().filter_map(|block| band(block, y)) }
            { for row.blocks.iter().filter_map(|block| link(block, y)) }
            { for row.blocks.iter().map(|block| paint_block(block, y, extras)) }
            { for row.failures.iter().map(|failure| paint_failure(failure, y, extras)) }
            { for row.words.iter().map(|found| words(&Words { y: lane.y + found.y, ..found.clone() })) }
        </g>
    }
}

fn band(block: &Block, y: f64) -> Option<Html> {
    let (left, right) = block.band?;
    let (x, top, wide) = (px(left), px(y - 15.0), px(right - left));
    Some(html! {
        <g>
            <rect class="band" x={x.clone()} y={top.clone()} width={wide.clone()} height="30" rx="5" />
            <rect class="band-hatch" x={x} y={top} width={wide} height="30" rx="5" />
        </g>
    })
}

fn link(block: &Block, y: f64) -> Option<Html> {
    let from = block.from?;
    let to = block.x - block.half;
    (to > from).then(|| {
        html! { <line class="link" x1={px(from)} y1={px(y)} x2={px(to)} y2={px(y)} /> }
    })
}

fn paint_block(block: &Block, y: f64, extras: &Extras<'_>) -> Html {
    let (kind, shape) = match block.kind {
        LayerKind::Full => {
            let (top, high) = (px(y - block.half), px(block.half * 2.0));
            (
                "full",
                html! { <rect class="full" x={px(block.x - 10.0)} y={top} width="20" height={high} rx="4.5" /> },
            )
        }
        LayerKind::Incremental => {
            let class = if block.half < 4.5 { "ring ring-small" } else { "ring" };
            (
                "incremental",
                html! { <circle class={class} cx={px(block.x)} cy={px(y)} r={px(block.half)} /> },
            )
        }
    };
    let fault = block.fault.then(|| {
        let (x, y) = (block.x + 9.0, y - block.half - 3.0);
        html! { <path class="fault" d={format!("M{} {} l-5 9 h10 z", px(x), px(y - 5.0))} /> }
    });
    let chosen = (extras.chosen == Some(&block.mark)).then(|| {
        html! { <circle class="chosen" cx={px(block.x)} cy={px(y)} r={px(block.half.max(10.0) + 5.0)} /> }
    });
    html! {
        <g class="mark" data-layer={kind} onclick={choose(extras, &block.mark)}>
            <title>{ &block.title }</title>
            <circle class="hit" cx={px(block.x)} cy={px(y)} r="12" />
            { chosen }{ shape }{ fault }
        </g>
    }
}

fn choose(extras: &Extras<'_>, mark: &Mark) -> Callback<MouseEvent> {
    let mark = mark.clone();
    extras.on.reform(move |_| Intent::Map(map::Intent::Choose(Some(mark.clone()))))
}

fn tail(row: &Row, y: f64) -> Option<Html> {
    let last = row.blocks.last();
    let from = last.map_or(0.0, |block| block.x + block.half);
    match row.tail {
        Tail::None => None,
        Tail::Open(to, inside) => {
            let cap = inside.then(|| {
                let (up, down) = (px(y - 8.0), px(y + 8.0));
                html! { <line class="deadline" x1={px(to)} y1={up} x2={px(to)} y2={down} /> }
            });
            (to > from).then(|| {
                html! {
                    <g>
                        <title>{ "can be extended until here" }</title>
                        <line class="open" x1={px(from)} y1={px(y)} x2={px(to)} y2={px(y)} />{ cap }
                    </g>
                }
            })
        }
        Tail::Cut { to, at, for_good } => {
            let state = if for_good { "broken" } else { "torn" };
            let sign =
                row.failures.is_empty().then(|| if for_good { cross(at, y) } else { tear(at, y) });
            let gap = if for_good { "cut" } else { "cut cut-torn" };
            Some(html! {
                <g data-chain={state}>
                    <title>{ if for_good { "cannot be extended" } else { "refused now; a longer TTL would cure it" } }</title>
                    <line class={gap} x1={px(from)} y1={px(y)} x2={px(to)} y2={px(y)} />
                    { sign }
                </g>
            })
        }
    }
}

/// A cross in a circle: lost for good, or a backup that failed.
fn cross(x: f64, y: f64) -> Html {
    let d = format!("M{} {} l7 7 m0 -7 l-7 7", px(x - 3.5), px(y - 3.5));
    html! {
        <g class="cross">
            <circle cx={px(x)} cy={px(y)} r="11" />
            <path d={d} />
        </g>
    }
}

/// A torn edge: refused, but not lost.
fn tear(x: f64, y: f64) -> Html {
    let d = format!("M{} {} l6 5 l-6 5 l6 5 l-6 5", px(x - 3.0), px(y - 10.0));
    html! { <g class="tear"><circle cx={px(x)} cy={px(y)} r="13" /><path d={d} /></g> }
}

fn paint_failure(failure: &Failure, y: f64, extras: &Extras<'_>) -> Html {
    let chosen = (extras.chosen == Some(&failure.mark)).then(|| {
        html! { <circle class="chosen" cx={px(failure.x)} cy={px(y)} r="16" /> }
    });
    html! {
        <g class="mark" data-failure="true" onclick={choose(extras, &failure.mark)}>
            <title>{ &failure.title }</title>
            <circle class="hit" cx={px(failure.x)} cy={px(y)} r="12" />
            { chosen }{ cross(failure.x, y) }
        </g>
    }
}

fn words(words: &Words) -> Html {
    html! { <text class={words.class} x={px(words.x)} y={px(words.y)}>{ &words.text }</text> }
}

fn writes(picture: &Picture) -> Html {
    let base = picture.base();
    let (x, y) = if picture.narrow {
        (12.0, picture.writes_y - 4.0)
    } else {
        (18.0, picture.writes_y + 34.0)
    };
    let (left, top) = (picture.scale.left, picture.writes_y + 10.0);
    let gone = picture.gone_to.map(|to| {
        html! { <rect class="gone" x={px(left)} y={px(top)} width={px((to - left).max(0.0))} height={px(base - top + 8.0)} /> }
    });
    let below = if picture.narrow { String::new() } else { cut(&picture.writes_words, 25) };
    html! {
        <g>
            <text class="lane-name" x={px(x)} y={px(y)}>{ "writes" }</text>
            <text class="lane-words" x={px(x)} y={px(y + 17.0)}>{ below }</text>
            { gone }
            <line class="base" x1={px(left)} y1={px(base)} x2={px(picture.scale.right)} y2={px(base)} />
            <g clip-path="url(#map-plot)">
                { for picture.bars.iter().map(|bar| html! {
                    <>
                        <rect class="put" x={px(bar.x)} y={px(base - bar.up)} width={px(bar.width)} height={px(bar.up)} />
                        <rect class="delete" x={px(bar.x)} y={px(base + 1.5)} width={px(bar.width)} height={px(bar.down)} />
                    </>
                }) }
            </g>
        </g>
    }
}

/// The nearest edge runs through all; others only through their lanes.
fn edges(picture: &Picture) -> Html {
    let (top, bottom) = picture.body();
    let line = |x: f64, from: f64, to: f64| {
        html! { <line class="edge" x1={px(x)} y1={px(from)} x2={px(x)} y2={px(to)} /> }
    };
    let first = picture.gone_to.filter(|x| picture.scale.holds(*x));
    let own = picture.lanes.iter().flat_map(|lane| {
        let others =
            lane.edges.iter().filter(move |x| first.is_none_or(|first| (**x - first).abs() > 2.0));
        others.map(move |x| line(*x, lane.y + 4.0, lane.y + lane.height - 4.0))
    });
    html! { <g>{ first.map(|x| line(x, top, bottom)) }{ for own }</g> }
}

fn pins(picture: &Picture) -> Html {
    let y = picture.writes_y + 4.0;
    html! {
        <g>
            { for picture.pins.iter().map(|pin| html! {
                <g>
                    <line class="pin" x1={px(pin.x)} y1={px(y)} x2={px(pin.x)} y2={px(picture.base())} />
                    <circle class="pin-head" cx={px(pin.x)} cy={px(y)} r="4.5" />
                    { words(&pin.words) }
                </g>
            }) }
        </g>
    }
}

fn now(picture: &Picture) -> Option<Html> {
    let x = picture.now?;
    let (top, bottom) = picture.body();
    let head = format!("M{} {} h14 l-7 8 z", px(x - 7.0), px(top - 9.0));
    Some(html! {
        <g>
            <line class="now" x1={px(x)} y1={px(top - 4.0)} x2={px(x)} y2={px(bottom)} />
            <path class="now-head" d={head} />
        </g>
    })
}

fn cursor(picture: &Picture) -> Option<Html> {
    let (x, _) = picture.cursor?;
    let (top, bottom) = picture.body();
    Some(html! {
        <g class="cursor">
            <line x1={px(x)} y1={px(top)} x2={px(x)} y2={px(bottom)} />
            <circle cx={px(x)} cy={px(top - 5.0)} r="6.5" />
        </g>
    })
}

/// The map in one sentence or two, for who does not see it.
pub(crate) fn summary(map: &protocol::chain::ChainMap) -> String {
    let chains = map.collections.iter().flat_map(|collection| &collection.chains);
    let layers: usize = chains.clone().map(|chain| chain.layers.len()).sum();
    if layers == 0 {
        return "Chain map: no backups yet.".to_owned();
    }
    let count = |state| chains.clone().filter(|chain| chain.state == state).count();
    let cut = count(protocol::chain::ChainState::Torn) + count(protocol::chain::ChainState::Broken);
    let many = |n: usize, one: &str, many: &str| {
        crate::format::counted(u64::try_from(n).unwrap_or(u64::MAX), one, many)
    };
    let total = chains.clone().count();
    format!(
        "Chain map: {} in {}, {}; {} cannot be extended now. The table has all facts.",
        many(layers, "backup", "backups"),
        many(map.collections.len(), "collection", "collections"),
        many(total, "chain", "chains"),
        cut
    )
}
