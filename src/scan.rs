//! Pictures that are looked through for QR codes: files, videos, a camera.
//!
//! Everything here stands behind the port [`Scanner`](crate::ports::Scanner) and knows nothing of
//! frames or screens: it gives the texts that it reads, and a small picture of what it sees.
//!
//! * [`reader`]: the texts of the QR codes in one grey picture
//! * [`picture`]: PNG and JPEG as grey pictures, within limits
//! * [`retouch`]: pictures made easier to read, and smaller
//! * [`video`]: the pictures of a video, one after the other
//! * [`files`]: a scanner over pictures, folders and videos
//! * [`camera`]: a scanner over a camera (V4L2)
//!
//! Decoders of pictures are large, and what they read comes from outside. They are written in Rust
//! without unsafe code of ours; what they may allocate is limited before they begin, and where one
//! panics, that picture is one in which nothing was read.

pub mod camera;
pub mod files;
pub mod picture;
pub mod reader;
pub mod retouch;
pub mod video;

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use crate::ports::SCANNER_THREAD;

/// Most pixels in a row of the small picture that is shown.
pub const PREVIEW_WIDTH: usize = 160;

/// Most rows of it.
pub const PREVIEW_HEIGHT: usize = 120;

static HOOK: Once = Once::new();

/// What `work` gives, or `None` where it panicked. On the scanner's own thread nothing is printed
/// of it.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            if std::thread::current().name() != Some(SCANNER_THREAD) {
                usual(info);
            }
        }));
    });
    // what the work had in hand is dropped with it
    catch_unwind(AssertUnwindSafe(work)).ok()
}
