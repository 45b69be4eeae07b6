//! The root: begun here, signed elsewhere, brought back.
