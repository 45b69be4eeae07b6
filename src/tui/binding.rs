//! A line of a table of keys. Dispatch, footer hints and help of a screen come from its one table.

use super::keys::Key;

/// Which keys do `A`, and how that is told.
pub struct Binding<A: 'static> {
    /// Keys that do it. Each of them works on some terminal where the others do not.
    pub keys: &'static [Key],
    /// The keys, as people write them.
    pub label: &'static str,
    /// What it does.
    pub act: A,
    /// The word in the footer; empty where it is not shown there.
    pub hint: &'static str,
    /// A sentence for the help.
    pub help: &'static str,
}

/// A line of a table.
pub const fn bind<A>(
    keys: &'static [Key],
    label: &'static str,
    act: A,
    hint: &'static str,
    help: &'static str,
) -> Binding<A> {
    Binding {
        keys,
        label,
        act,
        hint,
        help,
    }
}

/// What `key` does by this table.
pub fn bound<A: Copy>(table: &[Binding<A>], key: Key) -> Option<A> {
    let found = table.iter().find(|binding| binding.keys.contains(&key));
    found.map(|binding| binding.act)
}
