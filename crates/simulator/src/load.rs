//! What a page or a program may ask a world to begin with.
//!
//! Shape: [`Load`] → [`Config`]. Errors: a name that is none, in words.

use base::hlc::Timestamp;
use protocol::message::{Info, Load, Scenario, VERSION};
use sql::rules::Version;

use crate::input::{Config, SCENARIOS, TEXT_BYTES_MAX};
use crate::scenario;

/// The scenario that a page opens with.
const FIRST: &str = "bank";

const VERSIONS: [(&str, Version); 2] = [("v21.2", Version::V21_2), ("v26.2", Version::V26_2)];

/// What this engine is and what it knows.
pub fn info() -> Info {
    let scenario = |known: crate::input::Scenario| Scenario {
        name: known.name.to_owned(),
        words: known.words.to_owned(),
        starter: known.starter.to_owned(),
    };
    Info {
        v: vec![VERSION],
        build: env!("CARGO_PKG_VERSION").to_owned(),
        scenarios: SCENARIOS.into_iter().map(scenario).collect(),
        versions: VERSIONS.iter().map(|(name, _)| (*name).to_owned()).collect(),
        max_sql_bytes: base::num::to_u32(TEXT_BYTES_MAX),
    }
}

/// Whether a world may begin so: with a scenario of ours by name, or with a whole text of that form.
///
/// # Errors
/// What is wrong with it, in words.
pub fn check_scenario(scenario: &str) -> Result<(), String> {
    scenario::check(scenario)
}

/// The configuration that a load asks for: `bank` under v21.2 unless told.
///
/// # Errors
/// A scenario, version or seed that is none, by name.
pub fn config(load: &Load) -> Result<Config, String> {
    let mut config = Config { scenario: FIRST.to_owned(), ..Config::default() };
    if let Some(name) = &load.scenario {
        scenario::check(name)?;
        config.scenario.clone_from(name);
    }
    if let Some(wanted) = &load.version {
        let bare = wanted.trim_start_matches('v');
        let known = VERSIONS.iter().find(|(name, _)| name.trim_start_matches('v') == bare);
        config.version = known.ok_or_else(|| format!("there is no version \"{wanted}\""))?.1;
    }
    if let Some(seed) = &load.seed {
        config.seed = seed.parse().map_err(|_| format!("\"{seed}\" is no seed"))?;
    }
    if let Some(start) = load.start {
        config.start = Timestamp::from_wall(start.0);
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        let load = |scenario: &str, version: &str| Load {
            scenario: Some(scenario.to_owned()),
            version: Some(version.to_owned()),
            ..Load::default()
        };
        assert_eq!(config(&load("empty", "26.2")).unwrap().version, Version::V26_2);
        assert_eq!(config(&Load::default()).unwrap().scenario, "bank");
        assert_eq!(config(&load("x", "21.2")).unwrap_err(), "there is no scenario \"x\"");
        assert_eq!(config(&load("bank", "9")).unwrap_err(), "there is no version \"9\"");
    }
}
