//! `[seal]`: who seals the record.

use crate::ceremony::plan::{Disclosure, SealBy, SealPlan};
use crate::ceremony::toml_reader::Section;

/// Reads it; `root` is whether the plan has a root whose threshold a quorum could be.
pub(super) fn read(section: Option<Section<'_, '_>>, root: bool) -> SealPlan {
    let mut seal = SealPlan::default();
    let Some(section) = section else {
        return seal;
    };
    let word = |name| section.optional_text(name);
    if let Some(by) = word("by").and_then(|text| section.choose(text, &SealBy::WORDS)) {
        if by.value == SealBy::Quorum && !root {
            section.add(format!(
                "`{}` is \"quorum\", as many keys as the root demands, and this plan has no root. Say \"all\" or \
                 \"paper\".",
                by.key
            ));
        }
        seal.by = by.value;
    }
    if let Some(text) = word("statement")
        && let Some(statement) = section.choose(text, &Disclosure::WORDS)
    {
        seal.statement = statement.value;
    }
    section.finish();
    seal
}
