//! Reading many keys at one time: a lending cursor.

use std::marker::PhantomData;

use crate::error::Error;

/// A walk over the keys of a span, each with the value that its transaction sees.
#[derive(Debug)]
pub struct Scan<'a> {
    store: PhantomData<&'a ()>,
}

impl Scan<'_> {
    pub(crate) const fn empty() -> Self {
        Self { store: PhantomData }
    }

    /// The next key and its value; the bytes are lent until the next call.
    ///
    /// *Errors*: what [`Kv::get`](crate::Kv::get) may answer, met on the way.
    #[expect(clippy::should_implement_trait, reason = "it lends, an Iterator cannot")]
    pub fn next(&mut self) -> Result<Option<(&[u8], &[u8])>, Error> {
        Ok(None)
    }
}
