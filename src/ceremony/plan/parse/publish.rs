//! `[publish]`: what is withheld when the record is published.

use std::collections::BTreeSet;

use crate::ceremony::plan::{PublishPlan, Withheld};
use crate::ceremony::toml_reader::Section;

/// Hex digits of a salt: 16 bytes.
const SALT: usize = 32;

/// Reads it.
pub(super) fn read(section: Option<Section<'_, '_>>) -> PublishPlan {
    let mut publish = PublishPlan::default();
    let Some(section) = section else {
        return publish;
    };
    if let Some(words) = section.optional_texts("withhold") {
        let mut withhold = BTreeSet::new();
        for word in words {
            if let Some(what) = section.choose(word, &Withheld::WORDS) {
                withhold.insert(what.value);
            }
        }
        publish.withhold = withhold;
    }
    if let Some(salt) = section.optional_text("salt") {
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let random = salt.value.bytes().collect::<BTreeSet<u8>>().len() > 4;
        if salt.value.len() == SALT && salt.value.bytes().all(hex) && random {
            publish.salt = Some(salt.value);
        } else {
            section.add(format!(
                "`{}` must be {SALT} random lower-case hexadecimal digits, such as `openssl rand -hex 16` gives.",
                salt.key
            ));
        }
    }
    section.finish();
    publish
}
