//! `[seal]`: who seals the record.

use crate::ceremony::plan::{Disclosure, PublishPlan, SealBy, SealPlan};
use crate::ceremony::toml_reader::Section;

/// Reads it; `root` is whether the plan has a root whose threshold a quorum could be. Where it does
/// not say how much the statement says, that is as much as may be published.
pub(super) fn read(
    section: Option<Section<'_, '_>>,
    root: bool,
    publish: &PublishPlan,
) -> SealPlan {
    let mut seal = SealPlan {
        statement: publish.disclosure(),
        ..SealPlan::default()
    };
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
        if statement.value == Disclosure::Full && publish.disclosure() == Disclosure::Public {
            section.add(format!(
                "`{}` is \"full\", and a published copy withholds {}: the seal could never be published. Say \
                 \"public\", or withhold nothing with `publish.withhold = []`.",
                statement.key,
                publish.in_words()
            ));
        }
        seal.statement = statement.value;
    }
    section.finish();
    seal
}
