//! What a session remembers about tables it used.

/// Facts about tables, by descriptor. Dropped whenever in doubt.
#[derive(Clone, Debug, Default)]
pub struct TableCache;
