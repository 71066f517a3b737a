//! The reducer under test: what is asked of the outside, and what the state is after the answer.

use std::rc::Rc;

use protocol::message::{Info, Load, RpcError, Scenario};
use protocol::query::Query;
use protocol::result::{ErrorReply, StatementResult};
use protocol::time::Clock;

use super::{Boot, Effect, Intent, Startup, UiState, inspect, map, page, shell, time};
use crate::client::{Ask, Said, Seen};
use crate::fixture;

fn info() -> Info {
    let scenario =
        Scenario { name: "bank".to_owned(), starter: "BACKUP;".to_owned(), ..Scenario::default() };
    Info { scenarios: vec![scenario], ..Info::default() }
}

/// A page whose engine is there, and all views came.
fn ready() -> UiState {
    let (mut state, _) = UiState::open(Startup::default());
    say(&mut state, Said::Info(info()));
    say(&mut state, Said::Loaded(info()));
    settle(&mut state);
    state
}

fn say(state: &mut UiState, said: Said) -> Vec<Effect> {
    state.apply(Intent::Said(said))
}

/// Answers the views that are asked for until no more are.
fn settle(state: &mut UiState) -> Vec<Effect> {
    let mut all = Vec::new();
    for _ in 0..12 {
        all.extend(say(state, Said::View(Seen::Clock(Rc::new(Clock::default())))));
    }
    all
}

fn run(state: &mut UiState, text: &str) -> Vec<Effect> {
    let typed = shell::Intent::Typed(text.to_owned(), 0);
    state.apply(Intent::Shell(typed));
    state.apply(Intent::Shell(shell::Intent::Submit))
}

/// The entry and the text of the statement that is asked for, if one is.
fn asked(effects: &[Effect]) -> Option<(u32, String)> {
    effects.iter().find_map(|effect| {
        if let Effect::Ask(Ask::Exec(id, text) | Ask::Sim(id, text)) = effect {
            Some((*id, text.clone()))
        } else {
            None
        }
    })
}

fn answer(state: &mut UiState, id: u32, error: Option<&str>) -> Vec<Effect> {
    let error =
        error.map(|message| ErrorReply { message: message.to_owned(), ..ErrorReply::default() });
    let result = StatementResult { error, ..StatementResult::default() };
    say(state, Said::Results(id, vec![(result, "{}".to_owned())]))
}

#[test]
fn the_page_opens_with_a_statement_in_the_prompt() {
    let state = ready();
    assert_eq!(state.boot, Boot::Ready);
    assert_eq!(state.shell.input, "BACKUP;");
    assert!(state.shell.entries.is_empty());
}

#[test]
fn statements_run_one_by_one_and_an_error_stops_the_rest() {
    let mut state = ready();
    let (first, text) =
        asked(&run(&mut state, "SELECT 1; SELECT 2; SELECT 3;")).expect("the first runs");
    assert_eq!(text, "SELECT 1;");
    let (second, text) = asked(&answer(&mut state, first, None)).expect("the second runs");
    assert_eq!(text, "SELECT 2;");
    let effects = answer(&mut state, second, Some("no"));
    assert_eq!(asked(&effects), None);
    assert_eq!(state.shell.running, None);
    assert_eq!(state.page.announce, "error : no");
    let last = state.shell.entries.last().expect("a word about the rest");
    assert_eq!(last.body, shell::Body::Words(vec!["The 1 line after it was not run.".to_owned()]));
}

#[test]
fn done_is_marked_and_the_log_kept_once_all_views_came() {
    let mut state = ready();
    let (id, _) = asked(&run(&mut state, "SELECT 1;")).expect("it runs");
    answer(&mut state, id, None);
    let effects = settle(&mut state);
    assert!(effects.contains(&Effect::MarkDone(1)));
    assert_eq!(effects.iter().filter(|effect| **effect == Effect::Ask(Ask::Keep)).count(), 1);
}

#[test]
fn buttons_print_the_line_they_stand_for() {
    let mut state = ready();
    let effects = state.apply(Intent::Time(time::Intent::Next));
    assert_eq!(asked(&effects).map(|(_, text)| text).as_deref(), Some("\\sim step"));
    assert_eq!(state.shell.entries.last().map(|entry| entry.text.as_str()), Some("\\sim step"));
}

#[test]
fn play_and_pause_are_told_to_the_worker_and_printed() {
    let mut state = ready();
    let effects = state.apply(Intent::Time(time::Intent::Toggle));
    let rate = state.time.rate;
    assert!(effects.contains(&Effect::Ask(Ask::Play(rate))));
    say(&mut state, Said::Playing(rate));
    assert!(state.time.playing);
    let effects = state.apply(Intent::Time(time::Intent::Hold));
    assert!(effects.contains(&Effect::Ask(Ask::Pause)));
    assert_eq!(state.shell.entries.len(), 2);
}

#[test]
fn history_comes_back_and_search_finds() {
    let mut state = ready();
    for text in ["SELECT 1;", "SHOW JOBS;"] {
        let (id, _) = asked(&run(&mut state, text)).expect("it runs");
        answer(&mut state, id, None);
    }
    state.apply(Intent::Shell(shell::Intent::Older));
    state.apply(Intent::Shell(shell::Intent::Older));
    assert_eq!(state.shell.input, "SELECT 1;");
    state.apply(Intent::Shell(shell::Intent::Newer));
    state.apply(Intent::Shell(shell::Intent::Newer));
    assert_eq!(state.shell.input, "");
    state.apply(Intent::Shell(shell::Intent::Search));
    state.apply(Intent::Shell(shell::Intent::SearchFor("jobs".to_owned())));
    state.apply(Intent::Shell(shell::Intent::SearchTake));
    assert_eq!(state.shell.input, "SHOW JOBS;");
}

#[test]
fn a_reset_can_be_undone() {
    let mut state = ready();
    let (id, _) = asked(&run(&mut state, "SELECT 1;")).expect("it runs");
    answer(&mut state, id, None);
    say(&mut state, Said::Kept(vec![1, 2]));
    state.apply(Intent::Page(page::Intent::Reset(Load::default())));
    assert!(state.shell.entries.is_empty());
    let effects = state.apply(Intent::Page(page::Intent::UndoReset));
    assert!(effects.contains(&Effect::Ask(Ask::Import(vec![1, 2]))));
    assert_eq!(state.shell.entries.len(), 1);
}

#[test]
fn an_engine_that_ends_is_rebuilt_from_its_log() {
    let mut state = ready();
    say(&mut state, Said::Kept(vec![7]));
    run(&mut state, "SELECT 1;");
    let effects = say(&mut state, Said::Died("unreachable".to_owned()));
    assert!(effects.contains(&Effect::RestartEngine));
    assert_eq!(state.shell.running, None);
    let effects = say(&mut state, Said::Info(info()));
    assert_eq!(effects, [Effect::Ask(Ask::Import(vec![7]))]);
}

#[test]
fn a_kept_world_that_cannot_be_opened_gives_a_new_one() {
    let (mut state, _) = UiState::open(Startup { snapshot: Some(vec![9]), ..Startup::default() });
    assert_eq!(say(&mut state, Said::Info(info())), [Effect::Ask(Ask::Import(vec![9]))]);
    let error = RpcError { code: "bad_snapshot".to_owned(), message: "no".to_owned() };
    let effects = say(&mut state, Said::Refused(Ask::Import(vec![9]), error));
    assert!(effects.contains(&Effect::Ask(Ask::Load(Load::default()))));
}

#[test]
fn a_link_that_does_not_open_leads_back_to_the_own_world() {
    let startup = Startup {
        snapshot: Some(vec![9]),
        shared: true,
        aside: Some(vec![1]),
        ..Startup::default()
    };
    let (mut state, _) = UiState::open(startup);
    say(&mut state, Said::Info(info()));
    let error = RpcError { code: "bad_snapshot".to_owned(), message: "no".to_owned() };
    let effects = say(&mut state, Said::Refused(Ask::Import(vec![9]), error));
    assert_eq!(effects, [Effect::Ask(Ask::Import(vec![1]))]);
}

#[test]
fn a_link_pushes_the_own_world_aside_and_it_comes_back() {
    let startup = Startup {
        snapshot: Some(vec![9]),
        shared: true,
        aside: Some(vec![1]),
        ..Startup::default()
    };
    let (mut state, _) = UiState::open(startup);
    say(&mut state, Said::Info(info()));
    say(&mut state, Said::Imported);
    let effects = state.apply(Intent::Page(page::Intent::UndoReset));
    assert!(effects.contains(&Effect::Ask(Ask::Import(vec![1]))));
}

#[test]
fn a_world_is_kept_as_soon_as_it_stands() {
    let (mut state, _) = UiState::open(Startup::default());
    say(&mut state, Said::Info(info()));
    say(&mut state, Said::Loaded(info()));
    assert!(settle(&mut state).contains(&Effect::Ask(Ask::Keep)), "or a reset could not be undone");
}

#[test]
fn a_branch_that_is_tried_gets_a_free_name() {
    let mut state = ready();
    let clock =
        Clock { branches: vec!["main".to_owned(), "what-if".to_owned()], ..Clock::default() };
    state.world.clock = Rc::new(clock);
    let lines = vec!["\\sim branch what-if".to_owned()];
    let effects = state.apply(Intent::Shell(shell::Intent::Try(lines)));
    assert_eq!(asked(&effects).map(|(_, text)| text).as_deref(), Some("\\sim branch what-if-2"));
}

#[test]
fn a_file_is_a_session_or_statements() {
    let mut state = ready();
    let effects = state.apply(Intent::Page(page::Intent::File(b"amber 1\n".to_vec())));
    assert!(effects.contains(&Effect::Ask(Ask::Import(b"amber 1\n".to_vec()))));
    let effects = state.apply(Intent::Page(page::Intent::File(b"SELECT 1;".to_vec())));
    assert_eq!(asked(&effects).map(|(_, text)| text).as_deref(), Some("SELECT 1;"));
    let mut state = ready();
    let effects = state.apply(Intent::Page(page::Intent::File(b"PK\x03\x04".to_vec())));
    let put = "\\sim bucket put 'nodelocal://1/upload.archive' UEsDBA==";
    assert_eq!(asked(&effects).map(|(_, text)| text).as_deref(), Some(put));
    state.apply(Intent::Page(page::Intent::File(vec![0xff, 0xfe])));
    assert_eq!(state.boot, Boot::Ready);
}

#[test]
fn the_cursor_steps_from_backup_to_backup_and_asks_for_a_plan() {
    let mut state = ready();
    state.world.map = Rc::new(fixture::map());
    state.world.clock = Rc::new(Clock { now: fixture::at(402), ..Clock::default() });
    let effects = state.apply(Intent::Map(map::Intent::CursorStep(false)));
    let cursor = state.map.cursor.clone().expect("a cursor");
    assert_eq!((cursor.collection.as_str(), cursor.at), ("s3://acme/prod", fixture::at(390)));
    let plan =
        |effect: &Effect| matches!(effect, Effect::Ask(Ask::View(Query::RestorePlan { .. })));
    assert!(effects.iter().any(plan));
    state.apply(Intent::Map(map::Intent::CursorLane(true)));
    state.apply(Intent::Map(map::Intent::CursorStep(false)));
    assert_eq!(state.map.cursor.map(|cursor| cursor.at), Some(fixture::at(315)));
}

#[test]
fn zoom_keeps_the_moment_under_the_pointer() {
    let mut state = ready();
    state.world.map = Rc::new(fixture::map());
    let before = state.map.shown(&state.world.map);
    state.apply(Intent::Map(map::Intent::Zoom(true, Some(before.from))));
    let after = state.map.shown(&state.world.map);
    assert_eq!(after.from, before.from);
    assert!(after.span() < before.span());
}

#[test]
fn a_tab_asks_for_its_view() {
    let mut state = ready();
    let effects = state.apply(Intent::Inspect(inspect::Intent::Tab(inspect::Tab::Jobs)));
    assert!(effects.contains(&Effect::Ask(Ask::View(Query::Jobs))));
}
