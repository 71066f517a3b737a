//! Components, one a file: each a function of its props that sends intents up.

pub(crate) mod agenda;
pub(crate) mod cause_card;
pub(crate) mod cluster;
pub(crate) mod data;
pub(crate) mod entry;
pub(crate) mod events;
pub(crate) mod header;
pub(crate) mod highlight;
pub(crate) mod icons;
pub(crate) mod inspector;
pub(crate) mod jobs;
pub(crate) mod map_panel;
pub(crate) mod map_strip;
pub(crate) mod menus;
pub(crate) mod object;
pub(crate) mod page;
pub(crate) mod plots;
pub(crate) mod prompt;
pub(crate) mod result_table;
pub(crate) mod schedules;
pub(crate) mod shell_panel;
pub(crate) mod storage;
