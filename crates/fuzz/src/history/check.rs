//! What must hold after each action, whatever it was.
//!
//! | rule | says |
//! |---|---|
//! | `reads_equal_history` | a read at any moment above the threshold gives what was there |
//! | `history_is_kept` | no moment that must be readable is refused |
//! | `gone_is_refused` | none at or below the threshold is answered |
//! | `thresholds_never_go_back` | of a range, its threshold only rises |
//! | `gc_waits_for_ttl` | no threshold passes `now - gc.ttlseconds` |
//! | `gc_comes` | without protection each visit brings the threshold there |
//! | `protection_holds` | no threshold passes a protected time |
//! | `restores_equal_history` | what a chain covers is restored as it was |
//! | `uncovered_is_refused` | and nothing else is |

use std::collections::BTreeMap;

use protocol::query::{Query, View};

use super::model::{Bounds, Model, Must, Rows};
use super::play::{COLLECTION, Outcome, Player};
use crate::stage::Row;

const NANOS: i64 = 1_000_000_000;

/// Visits of GC are ten minutes apart.
const VISIT_NANOS: i64 = 600 * NANOS;

/// Descriptors are history as well, and theirs is no longer than this (v26.2).
const CATALOG_TTL_SECS: i64 = 14_400;

/// How many past moments are read after each action.
const READS: usize = 2;

/// The ranges of the table: number → threshold. Empty while they cannot be asked for.
fn thresholds(player: &mut Player) -> BTreeMap<String, i64> {
    let View::Cluster(view) = player.stage.world.view(&Query::Cluster) else {
        return BTreeMap::new();
    };
    let of_table = view.ranges.into_iter().filter(|range| range.table.as_deref() == Some("d.t"));
    of_table.map(|range| (range.id, range.gc_threshold.0)).collect()
}

/// Where history of the table surely is, and where surely not.
pub(super) fn bounds(player: &mut Player) -> Bounds {
    let now = player.stage.world.now().wall;
    let gone = thresholds(player).into_values().max().unwrap_or(0);
    // GC may come while a statement runs.
    let ttl_secs = player.model.ttl_secs.min(CATALOG_TTL_SECS);
    let soon = now + 60 * NANOS - ttl_secs * NANOS;
    Bounds { sure: gone.max(soon), gone }
}

/// The time of the oldest protection over the table.
fn protected(player: &mut Player) -> Option<i64> {
    let rows = player.stage.run_as("watch", "SELECT min(ts) FROM system.protected_ts_records");
    let text = rows.ok()?.rows.into_iter().flatten().next().flatten()?;
    text.split('.').next()?.parse().ok()
}

fn to_rows(rows: &[Row]) -> Rows {
    let number = |value: Option<&Option<String>>| {
        value.cloned().flatten().and_then(|text| text.parse().ok()).unwrap_or(i64::MIN)
    };
    rows.iter().map(|row| (number(row.first()), number(row.get(1)))).collect()
}

impl Player {
    /// All that must hold now.
    pub(super) fn check(&mut self) -> Outcome {
        self.check_thresholds()?;
        self.check_rows("")?;
        if self.at.is_multiple_of(4) {
            self.check_rows("@t_v_idx")?;
        }
        for i in 0..READS {
            // Any choice that moves with the place will do; a draw would move when actions are left out.
            self.read(self.at * 7 + i * 31, (self.at + i).is_multiple_of(3))?;
        }
        Ok(())
    }

    pub(super) fn check_thresholds(&mut self) -> Outcome {
        let now = self.stage.world.now().wall;
        let held = protected(self);
        let ttl = self.model.ttl_secs * NANOS;
        let found = thresholds(self);
        if held.is_some() || self.model.nodes.away() > 0 || self.model.calm_since == 0 {
            self.model.calm_since = now;
        }
        for (range, threshold) in &found {
            let known = self.model.thresholds.get(range).copied();
            if known.is_some_and(|before| *threshold < before) {
                let words = format!("range {range}: {threshold} after {known:?}");
                return self.found("thresholds_never_go_back", words);
            }
            let rose = known.is_some_and(|before| *threshold > before);
            if rose && *threshold > now - ttl {
                let words = format!("range {range}: {threshold} at {now}, TTL {ttl}");
                return self.found("gc_waits_for_ttl", words);
            }
            if let Some(ts) = held.filter(|ts| rose && threshold >= ts) {
                let words = format!("range {range}: {threshold}, protected {ts}");
                return self.found("protection_holds", words);
            }
            let visit = now - now.rem_euclid(VISIT_NANOS) - VISIT_NANOS;
            if known.is_some() && visit > self.model.calm_since && *threshold < visit - ttl {
                let words = format!("range {range}: {threshold}, left by the visit at {visit}");
                return self.found("gc_comes", words);
            }
        }
        if !found.is_empty() {
            self.model.thresholds = found;
        }
        Ok(())
    }

    /// The rows now are those of the model.
    fn check_rows(&mut self, hint: &str) -> Outcome {
        match self.stage.rows(&format!("SELECT k, v FROM d.t{hint}")) {
            Ok(rows) if to_rows(&rows) == self.model.rows => {
                if self.model.nodes.away() < 2 {
                    self.model.nodes.shaken = false;
                }
                Ok(())
            }
            Ok(rows) => {
                let words = format!("now: {:?}, written {:?}", to_rows(&rows), self.model.rows);
                self.found("reads_equal_history", words)
            }
            Err(_) if self.model.nodes.shaken => Ok(()),
            Err(error) => self.found("history_is_kept", format!("now: {}", error.message)),
        }
    }

    /// Reads a moment and compares.
    pub(super) fn read(&mut self, moment: usize, by_index: bool) -> Outcome {
        let moments = &self.model.moments;
        let (at, wanted) = moments[moment % moments.len()].clone();
        let bounds = bounds(self);
        let index = if by_index { "@t_v_idx" } else { "" };
        let sql = format!("SELECT k, v FROM d.t{index} AS OF SYSTEM TIME '{at}.0000000000'");
        let must = bounds.reads(at);
        match self.stage.rows(&sql) {
            Ok(_) if must == Must::Fail => {
                self.found("gone_is_refused", format!("{sql}: {bounds:?}"))
            }
            Ok(rows) if to_rows(&rows) == wanted => {
                self.stats.read += 1;
                Ok(())
            }
            Ok(rows) => {
                let words = format!("{sql}: {:?}, written {wanted:?}", to_rows(&rows));
                self.found("reads_equal_history", words)
            }
            Err(_) if must != Must::Hold => {
                self.stats.refused += 1;
                Ok(())
            }
            Err(_) if self.model.nodes.shaken => Ok(()),
            Err(error) => self.found("history_is_kept", format!("{sql}: {}", error.message)),
        }
    }

    /// Restores a moment in a copy of the world and compares.
    pub(super) fn restore(&mut self, chain: usize, moment: usize) -> Outcome {
        if self.model.chains.is_empty() || self.model.nodes.away() > 1 {
            return Ok(());
        }
        let layers = self.model.chains[chain % self.model.chains.len()].clone();
        let moments: Vec<&(i64, Rows)> = self
            .model
            .moments
            .iter()
            .filter(|(at, _)| *at <= layers[layers.len() - 1].end)
            .collect();
        // Ends of layers are few among the moments, but are what most restores are for.
        let ends: Vec<i64> = layers.iter().map(|layer| layer.end).collect();
        let at = match moment % 3 {
            0 => ends[moment % ends.len()],
            _ => moments[moment % moments.len()].0,
        };
        let wanted = self.model.moments.iter().find(|(then, _)| *then == at);
        let wanted = wanted.map(|(_, rows)| rows.clone()).unwrap_or_default();
        let mut stage = self.stage.clone();
        let fulls = stage.rows(&format!("SHOW BACKUPS IN {COLLECTION}")).unwrap_or_default();
        let mut fulls: Vec<String> = fulls.into_iter().flatten().flatten().collect();
        fulls.sort();
        let Some(subdir) = fulls.get(chain % self.model.chains.len()) else {
            return self.found("backups_are_listed", format!("{fulls:?}"));
        };
        let sql = format!(
            "RESTORE TABLE d.t FROM '{subdir}' IN {COLLECTION} AS OF SYSTEM TIME '{at}.0000000000' WITH into_db = 'r'"
        );
        let must = Model::covers(&layers, at);
        match stage.run(&sql) {
            Ok(_) if must == Must::Fail => {
                self.found("uncovered_is_refused", format!("{sql}: {layers:?}"))
            }
            Ok(_) => {
                let rows = stage.rows("SELECT k, v FROM r.t").unwrap_or_default();
                let by_index = stage.rows("SELECT k, v FROM r.t@t_v_idx").unwrap_or_default();
                if to_rows(&rows) != wanted || to_rows(&by_index) != wanted {
                    let words = format!(
                        "{sql}: {:?}, by index {:?}, written {wanted:?}, {layers:?}",
                        to_rows(&rows),
                        to_rows(&by_index)
                    );
                    return self.found("restores_equal_history", words);
                }
                self.stats.restored += 1;
                Ok(())
            }
            Err(_) if must != Must::Hold => Ok(()),
            Err(_) if self.model.nodes.shaken => Ok(()),
            Err(error) => {
                self.found("restores_equal_history", format!("{sql}: {} {layers:?}", error.message))
            }
        }
    }
}
