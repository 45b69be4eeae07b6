//! An envelope: the file as it is, and any content in a file whose digests are right; then a merge
//! of what it brings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniz_oxide::deflate::compress_to_vec;
use rootstage::digest::Sha256;
use rootstage::envelope::merge::{Input, Part, merge};
use rootstage::envelope::{Envelope, MAGIC, Manifest, VERSION};

/// The file of a content, with no rule about the content looked at.
fn around(content: &[u8]) -> Vec<u8> {
    let mut file = MAGIC.to_vec();
    file.push(VERSION);
    file.extend((content.len() as u32).to_be_bytes());
    file.extend(Sha256::of(content).0);
    file.extend(compress_to_vec(content, 1));
    let end = Sha256::of(&file);
    file.extend(end.0);
    file
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(manifest) = Manifest::parse(bytes) {
        assert_eq!(manifest.line().expect("canonical").as_bytes(), bytes);
    }
    let mut inputs = Vec::new();
    for file in [bytes.to_vec(), around(bytes)] {
        let Ok(envelope) = Envelope::parse(&file) else {
            continue;
        };
        let again = envelope.to_file().expect("what was read can be written");
        assert_eq!(Envelope::parse(&again).expect("and read"), envelope);
        inputs.extend(Part::of_envelope(&envelope));
    }
    // two inputs, one behind the other
    for part in bytes.split(|byte| *byte == 0) {
        inputs.extend(Part::of_file(part.to_vec()));
        if let Ok(list) = rootstage::envelope::signatures::SignatureList::parse(part) {
            inputs.push(Part::Signatures(list));
        }
    }
    let inputs: Vec<Input> = inputs
        .into_iter()
        .zip(0..)
        .map(|(part, number)| Input {
            name: format!("input {number}"),
            part,
        })
        .collect();
    if let Ok(merged) = merge(&inputs, None) {
        let again = Part::of_file(merged.file.clone()).expect("what was merged can be read");
        let again = Input {
            name: "merged".to_owned(),
            part: again,
        };
        let file = merge(&[again], None).expect("and merged").file;
        assert_eq!(file, merged.file);
    }
});
