//! Time: playing, stepping, jumping.
//!
//! Shape: each control is a `\sim` line that the shell prints; only play and pause are told to the worker as such, which turns
//! them into inputs `advance`.

use protocol::time::Nanos;

use super::{Effect, UiState};
use crate::client::Ask;
use crate::scan::Piece;

/// Speeds on offer. *Units*: virtual nanoseconds a real second.
pub(crate) const RATES: [(Nanos, &str); 6] = [
    (Nanos::from_secs(1), "1 s / s"),
    (Nanos::from_secs(60), "1 min / s"),
    (Nanos::from_secs(600), "10 min / s"),
    (Nanos::from_secs(3_600), "1 h / s"),
    (Nanos::from_secs(21_600), "6 h / s"),
    (Nanos::from_secs(86_400), "1 day / s"),
];

/// Whether time runs, and how fast it would.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct TimeUi {
    /// Whether it runs.
    pub(crate) playing: bool,
    /// Virtual time a real second.
    pub(crate) rate: Nanos,
}

impl Default for TimeUi {
    fn default() -> Self {
        Self { playing: false, rate: Nanos::from_secs(600) }
    }
}

/// What a user wants of time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Intent {
    /// Run if it stands, stand if it runs.
    Toggle,
    /// Stand, because nobody looks.
    Hold,
    /// Another speed.
    Rate(Nanos),
    /// Back to the first moment.
    ToStart,
    /// Back to before the last input.
    Back,
    /// To the next event of the agenda.
    Next,
    /// A jump typed into the clock: a time, `+1h`, `#12`, `@mark`.
    Jump(String),
}

/// How `\sim play` spells a rate.
pub(crate) fn rate_text(rate: Nanos) -> String {
    match rate.secs() {
        secs if secs >= 86_400 && secs % 86_400 == 0 => format!("{}d/s", secs / 86_400),
        secs if secs >= 3_600 && secs % 3_600 == 0 => format!("{}h/s", secs / 3_600),
        secs if secs >= 60 && secs % 60 == 0 => format!("{}m/s", secs / 60),
        secs => format!("{secs}s/s"),
    }
}

/// The rate that `\sim play 1h/s` names; `None` if it names none.
pub(crate) fn parse_rate(text: &str) -> Option<Nanos> {
    let text = text.strip_suffix("/s").unwrap_or(text);
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let count: i64 = text[..digits].parse().ok()?;
    let unit = match &text[digits..] {
        "" | "s" | "x" => 1,
        "m" | "min" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let secs = count.checked_mul(unit).filter(|secs| (1..=2_592_000).contains(secs))?;
    Some(Nanos::from_secs(secs))
}

/// The `\sim` line that a typed jump means.
fn jump_line(text: &str) -> String {
    let text = text.trim();
    match text.strip_prefix('+') {
        Some(by) => format!("\\sim advance {}", by.replace(' ', "")),
        None => format!("\\sim goto {text}"),
    }
}

impl UiState {
    pub(super) fn time_intent(&mut self, intent: Intent) -> Vec<Effect> {
        match intent {
            Intent::Toggle | Intent::Hold if self.time.playing => {
                self.run_lines(vec!["\\sim pause".to_owned()])
            }
            Intent::Toggle => {
                let line = format!("\\sim play {}", rate_text(self.time.rate));
                self.run_lines(vec![line])
            }
            Intent::Hold => Vec::new(),
            Intent::Rate(rate) => {
                self.time.rate = rate;
                if self.time.playing {
                    self.run_lines(vec![format!("\\sim play {}", rate_text(rate))])
                } else {
                    Vec::new()
                }
            }
            Intent::ToStart => self.run_lines(vec!["\\sim goto #0".to_owned()]),
            Intent::Back => match self.world.clock.inputs {
                0 => Vec::new(),
                inputs => self.run_lines(vec![format!("\\sim goto #{}", inputs - 1)]),
            },
            Intent::Next => self.run_lines(vec!["\\sim step".to_owned()]),
            Intent::Jump(text) if text.trim().is_empty() => Vec::new(),
            Intent::Jump(text) => {
                self.page.menu = None;
                self.run_lines(vec![jump_line(&text)])
            }
        }
    }

    /// Plays or pauses if a line says so; the question to the engine.
    pub(super) fn play_line(&mut self, piece: &Piece) -> Option<Ask> {
        let mut words = piece.text().split_whitespace();
        if !matches!(words.next(), Some("\\sim" | "\\demo")) {
            return None;
        }
        match words.next() {
            Some("pause") => Some(Ask::Pause),
            Some("play") => {
                let rate = match words.next() {
                    Some(text) => parse_rate(text)?,
                    None => self.time.rate,
                };
                self.time.rate = rate;
                Some(Ask::Play(rate))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_go_both_ways() {
        for (rate, _) in RATES {
            assert_eq!(parse_rate(&rate_text(rate)), Some(rate));
        }
        assert_eq!(parse_rate("fast"), None);
        assert_eq!(parse_rate("9999999d"), None);
    }

    #[test]
    fn a_jump_is_a_line() {
        assert_eq!(jump_line("+1h 30m"), "\\sim advance 1h30m");
        assert_eq!(jump_line(" 10:31"), "\\sim goto 10:31");
    }
}
