//! What a hand scanner typed. Such a scanner is a keyboard: what arrives depends on whether the
//! computer takes it for one of the same layout.

/// A layout that the computer may take the scanner for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// As the scanner types: letters and digits are in their places.
    Us,
    /// German and its like: Y and Z are exchanged.
    Qwertz,
    /// French and its like: A and Q, W and Z are exchanged, digits need shift.
    Azerty,
}
