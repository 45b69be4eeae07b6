//! Verdict on the files in `metadata/` of a published copy: each is one that the record or the seal names.

use std::collections::BTreeMap;

use super::judged::{Said, fail, note, pass};
use super::sealed::Sealed;
use super::{Files, Published};
use crate::ceremony::effect::FileDigest;
use crate::ceremony::import::LIMIT;
use crate::digest::Sha256;
use crate::safe::{counted, safe};
use crate::tuf::metadata::Metadata;

/// Every file is one that is on record, and one that the seal names; and none is missing.
pub fn files(copy: &Published, files: &Files, sealed: &Sealed) -> Said {
    let name = |file: &FileDigest| {
        let name = file.name.rsplit('/').next().unwrap_or_default();
        (name.to_owned(), file.sha256)
    };
    let written = copy.has("metadata-written") || copy.has("archived");
    let recorded = match &copy.told.written {
        _ if copy.withholds("archived") || copy.withholds("metadata-written") => None,
        None if written => None,
        there => {
            let files = copy.told.archived.iter().chain(there.iter().flatten());
            Some(files.map(name).collect::<BTreeMap<_, _>>())
        }
    };
    let known = [(recorded, "on record"), (sealed.metadata(), "in the seal")];
    let mut by = Vec::new();
    for (wanted, where_it_is) in known {
        let Some(wanted) = wanted else { continue };
        if let Some(reason) = other_than(&wanted, where_it_is, files) {
            return fail(reason);
        }
        by.push(where_it_is);
    }
    if by.is_empty() {
        return by_content(copy, files);
    }
    let number = counted(files.metadata.len(), "file");
    pass(format!("{number}, by digest {}", by.join(" and ")))
}

/// What differs between the files and those that are wanted.
fn other_than(wanted: &BTreeMap<String, Sha256>, by: &str, files: &Files) -> Option<String> {
    for (name, sha256) in wanted {
        let found = files.metadata.iter().find(|(there, _)| there == name);
        match found {
            None => return Some(format!("metadata/{} is missing", safe(name))),
            Some((_, bytes)) if Sha256::of(bytes) != *sha256 => {
                return Some(format!("metadata/{} is not the file {by}", safe(name)));
            }
            Some(_) => {}
        }
    }
    let mut names = files.metadata.iter().map(|(name, _)| name);
    let other = names.find(|name| !wanted.contains_key(*name))?;
    Some(format!(
        "metadata/{} is there, and is not {by}",
        safe(other)
    ))
}

/// Where neither a record nor the seal names the files, their content is still on record: a file that nothing in
/// the copy speaks of may be anybody's.
fn by_content(copy: &Published, files: &Files) -> Said {
    let on_record = |bytes: &[u8]| {
        let read = Metadata::parse(bytes.to_vec(), LIMIT);
        read.is_ok_and(|read| copy.told.payloads.contains(&read.digest()))
    };
    match files.metadata.iter().find(|(_, bytes)| !on_record(bytes)) {
        Some((name, _)) => fail(format!(
            "metadata/{}: nothing that this copy tells says that it is of this ceremony",
            safe(name)
        )),
        None => note(format!(
            "the content of {} is on record; withheld: the records of the files, and the seal that names them",
            counted(files.metadata.len(), "file")
        )),
    }
}
