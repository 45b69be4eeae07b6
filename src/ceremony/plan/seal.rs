//! Who seals the record, and what the statement says of people.

/// `[seal]` of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SealPlan {
    /// Who seals.
    pub by: SealBy,
    /// How much the statement says.
    pub statement: Disclosure,
}

/// Whose tokens sign the statement over the record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SealBy {
    /// Every key that is held in this ceremony.
    #[default]
    All,
    /// As many as the root demands.
    Quorum,
    /// None: the head on paper is the only anchor.
    Paper,
}

/// How much the statement says of people and tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Disclosure {
    /// Names, initials, the texts of exceptions, the plan's digest and the files in `attestations/`.
    Full,
    /// Nothing that a publication withholds: ids, public keys and numbers only.
    #[default]
    Public,
}

impl SealBy {
    /// The words for them in plans.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("all", Self::All),
        ("quorum", Self::Quorum),
        ("paper", Self::Paper),
    ];
}

impl Disclosure {
    /// The words for them in plans and statements.
    pub const WORDS: [(&'static str, Self); 2] = [("full", Self::Full), ("public", Self::Public)];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Public => "public",
        }
    }
}
