//! Room in memory, asked for in one piece before it is used in many.
//!
//! ```text
//!   asked as it is used    +64 kB +64 kB +64 kB …      each a call to the browser, about a millisecond
//!   asked ahead            +4 MB ················      one call
//! ```
//!
//! Shape: a hint that changes no result. A wasm module's memory only grows, and the allocator asks for one page when it
//! has none left; what is asked for here and given back stays with the allocator. Elsewhere nothing is done.
//! Units: bytes.

use std::hint::black_box;

/// Less than this is not worth a call of its own.
const LEAST: usize = 1 << 20;

/// Makes sure that about `bytes` can be had without asking for each page.
pub fn make(bytes: usize) {
    if cfg!(target_arch = "wasm32") && bytes >= LEAST {
        let mut room: Vec<u8> = Vec::new();
        // Where there is no room, whoever needs it will be told.
        let _ = black_box(&mut room).try_reserve_exact(bytes);
        drop(black_box(room));
    }
}

/// Watches the memory of a module, and asks ahead when it has grown.
#[derive(Clone, Copy, Default, Debug)]
pub struct Ahead {
    /// The size when it was last looked at.
    seen: usize,
}

impl Ahead {
    /// Keeps room for an eighth more than there is. To be called every so often.
    pub fn keep(&mut self) {
        if total() > self.seen {
            make((total() / 8).clamp(LEAST, 16 << 20));
            self.seen = total();
        }
    }
}

#[cfg(target_arch = "wasm32")]
fn total() -> usize {
    core::arch::wasm32::memory_size::<0>() << 16
}

#[cfg(not(target_arch = "wasm32"))]
const fn total() -> usize {
    0
}
