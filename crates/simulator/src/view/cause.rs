//! Cause cards: why a statement failed, on one axis, with what would have saved it.
//!
//! ```text
//!   history gone ▒▒▒▒▒▒▒│
//!                chain ends 05:00 ◆   ▏ threshold 05:10        ● now 06:31
//! ```
//!
//! Shape: from the failed statement and the world as it stands; `None` where the simulator knows no more than the error says.
//! Every remedy is a list of lines that a user could type; those that go back leave the present line alone.

use std::sync::Arc;

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::ids::NodeId;
use cloud::fault;
use cloud::store::Opener;
use protocol::result::{Cause, CauseAxis, CauseMark, CauseMarkKind, ErrorReply, Remedy};
use protocol::time::Nanos;
use sql::ast::backup::{Backup, BackupDest};
use sql::ast::{Expr, Literal, Statement};
use sql::print::{self, Flags};

use super::{chains as chain_view, words};
use crate::calendar;
use crate::chains::{Chain, Collection};
use crate::nature::{self, Standing};
use crate::state::State;

const WHY: &str = "An incremental holds what changed since the end of the layer before it, deletions included. To know that, it \
needs every version that was overwritten or deleted since then. Garbage collection removes such versions once gc.ttlseconds of \
their table have passed; from then on nobody can tell any more what was deleted, so the incremental is refused rather than \
being wrong. One table with a short TTL is enough to refuse the backup of a whole database.";

/// The chain that a BACKUP was to extend: the collection and the place of the chain in it.
pub(crate) fn chain_of(
    state: &mut State,
    cluster: &str,
    backup: &Backup,
) -> Option<(Arc<Vec<Collection>>, usize, usize)> {
    let uri = text(backup.to.first()?)?;
    let who = Opener { cluster, node: NodeId(1), user: "root" };
    let (store, path) = fault::locate(&uri, who, &state.buckets).ok()?;
    let root = path.trim_matches('/');
    let nature = nature::known(state);
    let place = nature
        .collections
        .iter()
        .position(|collection| collection.store == store && collection.root == root)?;
    let collection = &nature.collections[place];
    let subdir = match &backup.dest {
        BackupDest::IntoLatest => collection.latest.clone()?,
        BackupDest::IntoSubdir(expr) => backup::dest::names::normal_subdir(&text(expr)?),
        BackupDest::Into | BackupDest::To => return None,
    };
    let chain = collection.chains.iter().position(|chain| chain.subdir == subdir)?;
    Some((nature.collections, place, chain))
}

/// A string constant.
#[expect(clippy::wildcard_enum_match_arm, reason = "only constants are spelled out")]
fn text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Literal(Literal::String(text)) => Some(text.clone()),
        Expr::Paren(inner) => text(inner),
        _ => None,
    }
}

/// Why a statement failed, if more is known than its error says.
pub(crate) fn explain(
    state: &mut State,
    cluster: &str,
    stmt: &Statement,
    error: &ErrorReply,
) -> Option<Cause> {
    let is_gc = error.message.contains("protected ts verification error")
        || error.message.contains("must be after replica GC threshold");
    let Statement::Backup(backup) = stmt else { return None };
    if !is_gc {
        return None;
    }
    let (collections, place, chain) = chain_of(state, cluster, backup)?;
    let collection = &collections[place];
    let chain = &collection.chains[chain];
    let standing = nature::standing(state, chain)?;
    let end = chain.end()?;
    Some(gc_break(state.now(), stmt, collection, chain, &standing, end))
}

fn gc_break(
    now: Timestamp,
    stmt: &Statement,
    collection: &Collection,
    chain: &Chain,
    standing: &Standing,
    end: Timestamp,
) -> Cause {
    let ttl = standing.ttl_secs.saturating_mul(NANOS_PER_SEC);
    let threshold = now.add_nanos(-ttl).max(end);
    let table = &standing.table;
    let title = if standing.gone {
        "garbage collection has passed the end of this chain"
    } else {
        "the GC TTL has passed the end of this chain"
    };
    let text = format!(
        "Table {table} keeps {} of history, so nobody can tell any more what was deleted between the chain's end at {} and {}. \
         This chain {}; it can still be restored.",
        words::ttl(standing.ttl_secs),
        words::time_of_day(end),
        words::time_of_day(threshold),
        if standing.gone {
            "can never be extended again"
        } else {
            "cannot be extended as things stand"
        },
    );
    Cause {
        title: title.to_owned(),
        text,
        culprit: Some(table.clone()),
        axis: Some(axis(now, end, threshold, table)),
        remedies: remedies(now, stmt, collection, chain, standing, end),
        why: WHY.to_owned(),
    }
}

fn axis(now: Timestamp, end: Timestamp, threshold: Timestamp, table: &str) -> CauseAxis {
    let mark = |at: Timestamp, kind, word: &str| CauseMark {
        at: Nanos(at.wall),
        kind,
        words: format!("{word} {}", words::time_of_day(at)),
    };
    let gone = format!("{table}: history gone before");
    let margin = (now.wall - end.wall).max(NANOS_PER_SEC) / 6;
    CauseAxis {
        from: Nanos(end.wall - margin),
        to: Nanos(now.wall + margin / 2),
        gone_before: Some(Nanos(threshold.wall)),
        marks: vec![
            mark(end, CauseMarkKind::ChainEnd, "chain ends"),
            mark(threshold, CauseMarkKind::Threshold, &gone),
            mark(now, CauseMarkKind::Now, "now"),
        ],
    }
}

fn remedies(
    now: Timestamp,
    stmt: &Statement,
    collection: &Collection,
    chain: &Chain,
    standing: &Standing,
    end: Timestamp,
) -> Vec<Remedy> {
    let failed = print::to_string(stmt, &Flags { show_secrets: true, ..Flags::default() });
    let target = chain.last().map(|manifest| chain_view::target(manifest).0).unwrap_or_default();
    let space = if target.is_empty() { "" } else { " " };
    let uri = words::string(&chain_view::spelled_uri(collection));
    // Long enough for the gap that was, with slack, in whole hours.
    let gap_secs = (now.wall - end.wall) / NANOS_PER_SEC;
    let ttl = (gap_secs * 3 / 2 / 3600 + 1) * 3600;
    let longer = format!(
        "ALTER TABLE {} CONFIGURE ZONE USING gc.ttlseconds = {ttl};",
        table_spelled(chain, &standing.table)
    );
    let mut remedies = vec![Remedy {
        title: "Take a new full".to_owned(),
        words: "starts a new chain; the old one can still be restored".to_owned(),
        lines: vec![format!("BACKUP {target}{space}INTO {uri};")],
    }];
    if !standing.gone {
        remedies.insert(
            0,
            Remedy {
                title: format!("Set gc.ttlseconds = {ttl} now"),
                words: "GC has not visited since the TTL passed: the history is still there"
                    .to_owned(),
                lines: vec![longer.clone(), format!("{failed};")],
            },
        );
    }
    // A moment between the chain's end and the end of the TTL, when everything was still there.
    let back = end.add_nanos((now.wall - end.wall).min(standing.ttl_secs * NANOS_PER_SEC) / 2);
    let goto = |at: Timestamp| {
        let text = calendar::rfc3339(at);
        format!("\\sim goto '{}'", text.trim_end_matches('Z'))
    };
    remedies.push(Remedy {
        title: format!("Try gc.ttlseconds = {ttl} on a branch"),
        words: format!(
            "on a branch: back to {}, a TTL of {}, and the same backup again",
            calendar::short(back),
            words::ttl(ttl)
        ),
        lines: vec![
            goto(back),
            "\\sim branch longer-ttl".to_owned(),
            longer,
            goto(now),
            format!("{failed};"),
        ],
    });
    remedies.push(Remedy {
        title: "Try an earlier incremental on a branch".to_owned(),
        words: format!(
            "on a branch: the same backup at {}, before the TTL passes",
            calendar::short(back)
        ),
        lines: vec![goto(back), "\\sim branch in-time".to_owned(), format!("{failed};")],
    });
    remedies
}

/// The table with its database, as the chain's manifest knows it.
fn table_spelled(chain: &Chain, table: &str) -> String {
    let spelled = chain.last().and_then(|manifest| {
        let found = manifest
            .descriptors()
            .find(|descriptor| descriptor.name() == table && descriptor.parents().0 != 0)?;
        let database = found.parents().0;
        let database = manifest.descriptors().find(|descriptor| descriptor.id() == database)?;
        Some(format!("{}.{}", words::quoted(database.name()), words::quoted(table)))
    });
    spelled.unwrap_or_else(|| words::quoted(table))
}
