//! A recorded sample of views and a way to draw components without a browser; for tests only.
//!
//! ```text
//!   s3://acme/prod         ▣━●━●┄┄⊗   ▣┄┄┄┤      broken by GC, then a new full
//!   nodelocal://1/hourly      ▣▒▒●▒▒┄┤           with revision history
//! ```

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use protocol::chain::{
    Attempt, Chain, ChainMap, ChainState, Collection, GcEdge, Layer, LayerKind, Protection, Writes,
};
use protocol::result::{Cause, CauseAxis, CauseMark, CauseMarkKind, Remedy};
use protocol::time::Nanos;
use yew::html::BaseComponent;
use yew::{LocalServerRenderer, Properties};

/// 2022-04-01 at `minutes` past midnight.
pub(crate) fn at(minutes: i64) -> Nanos {
    Nanos::from_secs(1_648_771_200 + minutes * 60)
}

/// A layer that ends at `end`.
pub(crate) fn layer(start: i64, end: i64, size_bytes: u64) -> Layer {
    Layer {
        kind: if start == 0 { LayerKind::Full } else { LayerKind::Incremental },
        start: if start == 0 { Nanos(0) } else { at(start) },
        end: at(end),
        finished: at(end),
        size_bytes,
        rows: 14,
        files: 1,
        restorable_from: at(end),
        path: "/2022/04/01-020000.00".to_owned(),
        ..Layer::default()
    }
}

/// The cause of a chain broken by GC.
pub(crate) fn cause() -> Cause {
    let mark =
        |minutes, kind, words: &str| CauseMark { at: at(minutes), kind, words: words.to_owned() };
    Cause {
        title: "GC has passed the end of this chain".to_owned(),
        text: "Table carts keeps 90 min of history. This chain can no longer be extended."
            .to_owned(),
        culprit: Some("carts".to_owned()),
        axis: Some(CauseAxis {
            from: at(240),
            to: at(402),
            gone_before: Some(at(312)),
            marks: vec![
                mark(300, CauseMarkKind::ChainEnd, "chain ends 05:00"),
                mark(312, CauseMarkKind::Threshold, "carts: history gone before 05:12"),
                mark(402, CauseMarkKind::Now, "now 06:42"),
            ],
        }),
        remedies: vec![Remedy {
            title: "Take a new full".to_owned(),
            words: "starts a new chain".to_owned(),
            lines: vec!["BACKUP DATABASE bank INTO 's3://acme/prod';".to_owned()],
        }],
        why: "Deletions between 05:00 and 05:12 can no longer be told.".to_owned(),
    }
}

fn bank(subdir: &str, layers: Vec<Layer>) -> Chain {
    Chain {
        subdir: subdir.to_owned(),
        target: "DATABASE bank".to_owned(),
        target_words: "bank".to_owned(),
        layers,
        restorable: true,
        ttl_secs: Some(5_400),
        ..Chain::default()
    }
}

fn broken() -> Chain {
    let layers = vec![layer(0, 120, 9_000), layer(120, 180, 900), layer(180, 300, 400)];
    Chain {
        state: ChainState::Broken,
        words: "cannot be extended".to_owned(),
        restore_words: "can be restored to 3 moments".to_owned(),
        attempts: vec![Attempt {
            at: at(343),
            code: "XXUUU".to_owned(),
            message: "protected ts verification error".to_owned(),
            job_id: None,
            cause: Some(Box::new(cause())),
        }],
        ..bank("/2022/04/01-020000.00", layers)
    }
}

fn hourly() -> Chain {
    let history =
        |layer: Layer, from| Layer { revision_history: true, restorable_from: at(from), ..layer };
    let layers = vec![history(layer(0, 192, 5_000), 180), history(layer(192, 315, 700), 192)];
    Chain {
        target: "TABLE bank.orders".to_owned(),
        extendable_until: Some(at(405)),
        words: "ends in 3 min unless extended".to_owned(),
        restore_words: "any moment since 03:00".to_owned(),
        ..bank("/2022/04/01-031200.00", layers)
    }
}

/// The map of the head's drawing, at 06:42.
pub(crate) fn map() -> ChainMap {
    let healthy = Chain {
        is_latest: true,
        extendable_until: Some(at(480)),
        words: "extendable for 1 h 18 min".to_owned(),
        restore_words: "can be restored to 1 moment".to_owned(),
        ..bank("/2022/04/01-063000.00", vec![layer(0, 390, 9_500)])
    };
    let lane = |name: &str, words: &str, chains| Collection {
        name: name.to_owned(),
        words: words.to_owned(),
        chains,
        ..Collection::default()
    };
    let (words, step) = ("bank.*".to_owned(), Nanos::from_secs(60));
    ChainMap {
        now: at(402),
        start: at(60),
        collections: vec![
            lane("s3://acme/prod", "bank · 2 chains", vec![broken(), healthy]),
            lane("nodelocal://1/hourly", "orders · revision history", vec![hourly()]),
        ],
        edges: vec![GcEdge {
            target: "bank".to_owned(),
            table: "carts".to_owned(),
            ttl_secs: 5_400,
            readable_since: at(312),
            words: "history collected (carts, 90 min)".to_owned(),
            ..GcEdge::default()
        }],
        protections: vec![Protection {
            at: at(315),
            words: "held for job …0007".to_owned(),
            ..Protection::default()
        }],
        writes: Writes { words, start: at(60), step, puts: vec![3; 342], deletes: vec![0; 342] },
        ..ChainMap::default()
    }
}

/// The HTML of a component.
pub(crate) fn draw<C>(props: C::Properties) -> String
where
    C: BaseComponent,
    C::Properties: Properties,
{
    let mut drawing = pin!(LocalServerRenderer::<C>::with_props(props).hydratable(false).render());
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..10_000 {
        if let Poll::Ready(html) = drawing.as_mut().poll(&mut context) {
            return html;
        }
    }
    panic!("the component waits for something that never comes");
}
