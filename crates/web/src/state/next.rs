//! What to try next: a statement or two that fit where the story stands, each a chip over the prompt.
//!
//! ```text
//!   nothing ─▶ a full ─▶ an hour ─▶ an incremental ─▶ a short TTL ─▶ half an hour ─▶ it breaks ─▶ a new full, or look why
//! ```
//!
//! Shape: (map, clock) → suggestions, pure. A newcomer who only presses what is offered reaches the broken chain and beyond.

use protocol::chain::{Chain, ChainMap, ChainState, Collection};

/// A TTL that a newcomer can wait out. *Units*: seconds.
const SHORT_TTL_SECS: i64 = 600;

/// Words on a chip, and the line that it puts into the prompt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Suggestion {
    /// Words.
    pub(crate) words: &'static str,
    /// The line.
    pub(crate) line: String,
}

fn suggest(words: &'static str, line: String) -> Suggestion {
    Suggestion { words, line }
}

/// The chain that a newcomer works on: the youngest that LATEST names.
fn current(map: &ChainMap) -> Option<(&Collection, &Chain)> {
    let chains = map.collections.iter().flat_map(|collection| {
        let latest = collection.chains.iter().filter(|chain| chain.is_latest);
        latest.map(move |chain| (collection, chain))
    });
    chains.max_by_key(|(_, chain)| chain.layers.last().map(|layer| layer.end))
}

/// What fits next.
pub(crate) fn suggestions(map: &ChainMap) -> Vec<Suggestion> {
    let Some((collection, chain)) = current(map) else {
        let full = suggest("Take a full backup", map.starter.clone());
        return if map.starter.is_empty() { Vec::new() } else { vec![full] };
    };
    let space = if chain.target.is_empty() { "" } else { " " };
    let backup = |into: &str| {
        ["BACKUP", space, &chain.target, " INTO ", into, "'", &collection.uri, "';"].concat()
    };
    let append = backup("LATEST IN ");
    match chain.state {
        ChainState::Healthy => {
            let mut list = vec![suggest("Append an incremental", append)];
            let short = chain.ttl_secs.is_some_and(|ttl| ttl <= SHORT_TTL_SECS);
            if short {
                list.insert(0, suggest("Let the TTL pass", "\\sim advance 30m".to_owned()));
            } else if chain.layers.len() < 2 {
                list.insert(0, suggest("Let an hour pass", "\\sim advance 1h".to_owned()));
            } else if chain.target.starts_with("DATABASE ") || chain.target.starts_with("TABLE ") {
                let line = ["ALTER ", &chain.target, " CONFIGURE ZONE USING gc.ttlseconds = 600;"];
                list.push(suggest("Shorten the history kept", line.concat()));
            }
            list
        }
        ChainState::Torn | ChainState::Broken if chain.attempts.is_empty() => {
            vec![suggest("Try to append", append), suggest("Take a new full", backup(""))]
        }
        ChainState::Torn | ChainState::Broken | ChainState::Damaged => {
            vec![suggest("Take a new full", backup(""))]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn words(map: &ChainMap) -> Vec<&'static str> {
        suggestions(map).into_iter().map(|found| found.words).collect()
    }

    #[test]
    fn the_story_can_be_told_by_pressing_what_is_offered() {
        let mut map = ChainMap { starter: "BACKUP INTO 'x';".to_owned(), ..ChainMap::default() };
        assert_eq!(words(&map), ["Take a full backup"]);
        map = fixture::map();
        map.collections.truncate(1);
        map.collections[0].chains.remove(0);
        assert_eq!(words(&map), ["Let an hour pass", "Append an incremental"]);
        map.collections[0].chains[0].layers.push(fixture::layer(390, 400, 9));
        assert_eq!(words(&map), ["Append an incremental", "Shorten the history kept"]);
        map.collections[0].chains[0].ttl_secs = Some(600);
        assert_eq!(words(&map), ["Let the TTL pass", "Append an incremental"]);
        map.collections[0].chains[0].state = ChainState::Broken;
        assert_eq!(words(&map), ["Try to append", "Take a new full"]);
    }

    #[test]
    fn a_cluster_backup_has_no_target() {
        let mut map = fixture::map();
        map.collections.truncate(1);
        map.collections[0].chains[1].target = String::new();
        map.collections[0].uri = "nodelocal://1/b".to_owned();
        let lines: Vec<String> = suggestions(&map).into_iter().map(|found| found.line).collect();
        assert_eq!(lines[1], "BACKUP INTO LATEST IN 'nodelocal://1/b';");
    }
}
