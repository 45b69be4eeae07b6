//! The threshold board: which keys have signed, before each root that judges the content. Every
//! signature is verified again for it.

use std::collections::BTreeSet;

use super::Audit;
use super::markup::{Table, hex, mark, paragraph, text};
use crate::ceremony::assembly;
use crate::ceremony::judge::Judge;
use crate::digest::Sha256;
use crate::transcript::audit::{APPROVED, SIGNATURES, THRESHOLD};
use crate::tuf::threshold::Tally;

pub fn section(page: &mut String, audit: &Audit<'_>) {
    audit.checked_by(page, &[SIGNATURES, THRESHOLD, APPROVED]);
    let state = audit.state;
    let Some(payload) = state.payload.as_ref().filter(|_| !state.judges.is_empty()) else {
        paragraph(
            page,
            "",
            "No content was there to be signed, so that no threshold was to be reached.",
        );
        return;
    };
    let signatures = assembly::signatures(state);
    let tallies: Vec<Tally> = state
        .judges
        .iter()
        .map(|judge| judge.tally(&payload.bytes, &signatures))
        .collect();
    let heads = ["Whose keys", "Signed", "Needed", "Result"];
    let caption = "Thresholds; every signature was verified again for this report";
    let mut table = Table::open(page, "sides", caption, &heads);
    for (judge, tally) in state.judges.iter().zip(&tallies) {
        let result = if tally.met() {
            mark("good", "REACHED")
        } else {
            format!(
                "{}: {} missing",
                mark("bad", "NOT REACHED"),
                tally.missing()
            )
        };
        table.row(&[
            text(&judge.name),
            format!("{} of {}", tally.count(), judge.role.keyids.len()),
            tally.threshold().to_string(),
            result,
        ]);
    }
    table.close();
    board(page, audit, &tallies);
}

/// One row for each key, whatever ids it is listed under.
fn board(page: &mut String, audit: &Audit<'_>, tallies: &[Tally]) {
    let judges = &audit.state.judges;
    let holders = assembly::holders(audit.state);
    let mut rows: BTreeSet<(String, Sha256)> = BTreeSet::new();
    for (_, key) in judges.iter().flat_map(Judge::members) {
        let key = key.fingerprint();
        let holder = holders.get(&key).map_or("~", String::as_str);
        rows.insert((holder.to_owned(), key));
    }
    let heads = [
        "Holder",
        "Fingerprint of the key",
        "Where it counts, and whether it signed",
    ];
    let mut table = Table::open(page, "board", "Key by key", &heads);
    for (holder, key) in &rows {
        let sides = judges.iter().zip(tallies).map(|(judge, tally)| {
            let result = if tally.counted().contains(key) {
                mark("good", "SIGNED")
            } else if judge.ids(*key).next().is_some() {
                mark("plain", "DID NOT SIGN")
            } else {
                "does not count".to_owned()
            };
            format!(
                "<span class=\"side\">{}: {result}</span>",
                text(&judge.name)
            )
        });
        let sides: Vec<String> = sides.collect();
        let name = match holder.as_str() {
            "~" => "nobody is named".to_owned(),
            holder => text(holder),
        };
        table.row(&[name, hex(key), sides.join("<br>")]);
    }
    table.close();
}
