//! The engine inside a real browser: the recorded story ends in the recorded state.

#![cfg(target_arch = "wasm32")]

use simulator::input::Config;
use simulator::world::World;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn the_recorded_hash_holds_in_the_browser() {
    let mut world = World::new(Config::default());
    world.exec(include_str!("../../../tests/story.sql"));
    let wanted = include_str!("../../../tests/story.hash").trim();
    assert_eq!(format!("{:032x}", world.hash()), wanted);
}
