//! The report on a ceremony, and the paper script filled in: whole days in one process, read by a
//! reader of pages that we did not write.
//!
//! Pages are kept in `target/tmp`, as `report-….html`, to be looked at.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "support/forger.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the forger")]
mod forger;
#[path = "support/judges.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the judges")]
mod judges;
#[path = "support/room.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the room")]
mod room;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the world")]
mod world;
#[path = "support/yubikeys.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the drawer")]
mod yubikeys;

#[path = "report/browser.rs"]
mod browser;
#[path = "report/calls.rs"]
mod calls;
#[path = "report/days.rs"]
mod days;
#[path = "report/looks.rs"]
mod looks;
#[path = "report/sealed.rs"]
mod sealed;
#[path = "report/sheets.rs"]
mod sheets;
#[path = "report/states.rs"]
mod states;

use std::fs;
use std::path::{Path, PathBuf};

use rootstage::ceremony::plan::Mode;
use rootstage::directory::{self, Audited};
use rootstage::document::{self, Audit};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

/// The report on a directory, as an audit of it says.
fn report(dir: &Path) -> (String, Audited) {
    let audited = directory::audit(dir, None, Vec::new()).unwrap();
    let page = document::html(&Audit {
        state: audited.auditor.state(),
        chronicle: &audited.chronicle,
        findings: &audited.findings,
        chain_holds: audited.auditor.chain_holds(),
        withheld: None,
    });
    (page, audited)
}

/// The page is kept under this name, and read; `None` where the reader is not installed.
fn read(name: &str, page: &str) -> Option<Value> {
    let kept = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("report-{name}.html"));
    fs::write(&kept, page).unwrap();
    browser::fits(&kept);
    let output = judges::python("read_page.py")?.arg(&kept).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {said}");
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    let headings = read["headings"].as_array().unwrap();
    let headings: Vec<String> = headings
        .iter()
        .map(|heading| heading[1].as_str().unwrap().to_owned())
        .collect();
    // printing takes seconds: the days that differ most
    if ["interrupted", "hostile", "many"].contains(&name) {
        browser::prints(&kept, &headings);
    }
    Some(read)
}

/// What a page says, without its marks.
fn text(page: &str) -> String {
    let mut text = String::new();
    let body = page.split("<body>").nth(1).unwrap();
    for part in body.split('<').skip(1) {
        let (mark, said) = part.split_once('>').unwrap();
        text.push_str(if mark.starts_with("wbr") { "" } else { " " });
        text.push_str(said);
    }
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every record gets a time of its own, as people would have needed it: the clock of the stories stands still.
fn takes_its_time(dir: &Path, pause_at: Option<u64>) {
    let path = dir.join("transcript.jsonl");
    let mut records = forger::loose(&fs::read(&path).unwrap());
    let mut now: OffsetDateTime = datetime!(2026-12-01 09:58:30 UTC);
    let begun = now;
    for (seq, record) in (0u64..).zip(&mut records) {
        record.at = format!(
            "{}.000Z",
            now.format(&Rfc3339).unwrap().trim_end_matches('Z')
        );
        record.mono = u64::try_from((now - begun).whole_milliseconds()).unwrap();
        // no longer than until noon: content that expires at noon has a day less to go then
        now += time::Duration::seconds(i64::try_from(seq * 37 % 41).unwrap() / 3 + 2);
        if pause_at == Some(seq) {
            now += time::Duration::minutes(23);
        }
    }
    fs::write(path, forger::chained(Mode::Rehearsal, &records)).unwrap();
}
