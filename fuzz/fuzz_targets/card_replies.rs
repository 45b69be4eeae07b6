//! Replies of PIV cards: elements, metadata, objects, answers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::token::yubikey::{replies, tlv};

fuzz_target!(|reply: &[u8]| {
    if let Some(elements) = tlv::all(reply) {
        // what was read is no longer than what there was
        let held: usize = elements.iter().map(|element| element.value.len()).sum();
        assert!(held + 2 * elements.len() <= reply.len());
        for element in elements {
            let mut written = Vec::new();
            tlv::put(&mut written, element.tag, element.value);
            assert_eq!(tlv::only(&written, element.tag), Some(element.value));
        }
    }
    let _ = replies::Metadata::parse(reply);
    let _ = replies::generated_point(reply);
    let _ = replies::object(reply).and_then(replies::certificate);
    let _ = replies::authentication(reply, 0x82);
    let _ = replies::kept_management_key(reply);
    if let Some(device) = replies::Device::parse(reply) {
        assert!(!device.model(replies::Firmware([5, 7, 1])).is_empty());
    }
    if let Some(administration) = replies::Administration::parse(reply) {
        let written = administration.now_behind_pin();
        let read = replies::Administration::parse(&written);
        assert!(read.is_some_and(|read| read.behind_pin()));
    }
});
