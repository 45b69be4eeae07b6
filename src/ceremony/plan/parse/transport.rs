//! `[transport]`: how files cross the air gap.

use crate::ceremony::medium::Way;
use crate::ceremony::plan::Transport;
use crate::ceremony::toml_reader::{Reading, Section};

/// Reads it.
pub(super) fn read(reading: &Reading<'_>, section: Option<Section<'_, '_>>) -> Transport {
    let mut transport = Transport::default();
    let Some(section) = section else {
        return transport;
    };
    if let Some(ways) = ways(reading, &section, "in") {
        if ways.is_empty() {
            let sentence =
                "`transport.in` is empty: nothing could come in. Leave it out for files alone.";
            reading.add(section.line, section.key("in"), sentence);
        } else {
            transport.incoming = ways;
        }
    }
    transport.outgoing = ways(reading, &section, "out").unwrap_or_default();
    transport.log = section.optional_flag("log").is_some_and(|flag| flag.value);
    section.finish();
    transport
}

fn ways(reading: &Reading<'_>, section: &Section<'_, '_>, name: &'static str) -> Option<Vec<Way>> {
    let mut ways: Vec<Way> = Vec::new();
    for word in section.optional_texts(name)? {
        let (line, key) = (word.line, word.key.clone());
        let Some(way) = section.choose(word, &Way::WORDS) else {
            continue;
        };
        if ways.contains(&way.value) {
            let sentence = format!("`{key}` names \"{}\" twice.", way.value.name());
            reading.add(line, key, sentence);
        } else {
            ways.push(way.value);
        }
    }
    Some(ways)
}
