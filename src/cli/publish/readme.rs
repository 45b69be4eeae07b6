//! What tells a stranger how to check a published copy.

use crate::digest::Sha256;

/// What stands in the text.
pub struct About<'a> {
    /// Whether it was a rehearsal.
    pub rehearsal: bool,
    /// Id of the ceremony.
    pub ceremony: &'a str,
    /// Number of records.
    pub records: u64,
    /// Number of bodies that are withheld.
    pub withheld: u64,
    /// What the plan withholds, in words.
    pub what: &'a str,
    /// Transcript head.
    pub head: Sha256,
    /// Whether the script is there.
    pub script: bool,
    /// Whether the seal is there.
    pub seal: bool,
}

/// The text.
pub fn text(about: &About<'_>) -> String {
    let mut files = String::new();
    if about.script {
        files.push_str("  script.toml       what was to be done, in which order.\n");
    }
    if about.seal {
        files.push_str(
            "  seal.dsse.json    the keyholders' signatures over all of it, see below.\n",
        );
    }
    let rows = about.head.words();
    let rows: Vec<String> = rows.chunks(8).map(|row| row.join(" ")).collect();
    include_str!("readme.txt")
        .replace(
            "{SEAL}",
            if about.seal {
                include_str!("seal.txt")
            } else {
                ""
            },
        )
        .replace(
            "{MODE}",
            if about.rehearsal {
                "REHEARSAL: nothing here is for use\n\n"
            } else {
                ""
            },
        )
        .replace("{CEREMONY}", about.ceremony)
        .replace("{RECORDS}", &about.records.to_string())
        .replace("{WITHHELD}", &about.withheld.to_string())
        .replace("{WHAT}", about.what)
        .replace("{HEAD}", &about.head.hex())
        .replace("{WORDS}", &rows.join("\n         "))
        .replace("{FILES}", &files)
}
