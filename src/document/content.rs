//! What was signed: the content, what it changes, and what was to be said of it.

use std::fmt::Write as _;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Audit;
use super::markup::{
    Table, code, counted, facts, hex, lines, mark, paragraph, prose, spoken, text,
};
use super::times::clock;
use crate::ceremony::assembly;
use crate::ceremony::import;
use crate::ceremony::state::Payload;
use crate::transcript::audit::{
    ACCEPTED, APPROVED, BASE, IMPORTED, KEY_IDS, PAYLOAD, POLICY, TRUSTED,
};
use crate::tuf::diff::{self, Mark};
use crate::tuf::key::KeyId;
use crate::tuf::policy::{Level, Policy};
use crate::tuf::root::{Role, Root};
use crate::tuf::summary::from_now;

/// Most lines of content that is no root: whoever wants more reads the file.
const LONGEST: usize = 400;

pub fn section(page: &mut String, audit: &Audit<'_>) {
    audit.checked_by(page, &[BASE, IMPORTED, PAYLOAD, KEY_IDS, TRUSTED]);
    let state = audit.state;
    withdrawn(page, audit);
    let Some(payload) = &state.payload else {
        let sentence = if state.procedure.plan.signs_nothing() {
            "In this ceremony tokens were tried, and nothing was signed but proofs of possession."
        } else {
            "There is no content: the ceremony did not come to the step that fixes it."
        };
        paragraph(page, "", sentence);
        return;
    };
    match Root::parse(&payload.signed) {
        Ok(root) if payload.role == Role::Root.name() => summary(page, audit, payload, &root),
        _ => other(page, audit, payload),
    }
    changes(page, audit);
}

fn withdrawn(page: &mut String, audit: &Audit<'_>) {
    if audit.state.defunct.is_empty() {
        return;
    }
    let heads = ["Withdrawn", "Why", "Signatures", "SHA-256 of the content"];
    let caption = "Content that was withdrawn. It is not to be used";
    let mut table = Table::open(page, "withdrawn", caption, &heads);
    for (number, gone) in (1..).zip(&audit.state.defunct) {
        table.row(&[
            format!("No. {number}, {}", text(&gone.payload.role)),
            lines(&gone.reason),
            counted(gone.signatures.len(), "signature"),
            hex(&gone.payload.sha256),
        ]);
    }
    table.close();
}

fn whence(payload: &Payload) -> &'static str {
    match payload.file {
        Some(_) => "from outside, signed as it came",
        None => "made in this ceremony from the plan and the keys",
    }
}

fn summary(page: &mut String, audit: &Audit<'_>, payload: &Payload, root: &Root) {
    let at = OffsetDateTime::parse(&audit.state.at, &Rfc3339);
    let left = at.map_or_else(
        |_| String::new(),
        |at| format!(", {} when the ceremony ended", from_now(root.expires, at)),
    );
    let yes = if root.consistent_snapshot {
        "yes"
    } else {
        "no"
    };
    let mut rows = vec![
        ("TUF role", "root".to_owned()),
        ("Version", root.version.to_string()),
        ("Where it is from", whence(payload).to_owned()),
        ("Expires", format!("{}{left}", text(&root.expires_text))),
        ("Consistent snapshot", yes.to_owned()),
        ("TUF specification", text(&root.spec_version)),
    ];
    if !root.unknown.is_empty() {
        let unknown: Vec<String> = root.unknown.iter().map(|path| code(path)).collect();
        rows.push((
            "Members that this program does not know",
            unknown.join(", "),
        ));
    }
    rows.push((
        "Size of what is signed",
        format!("{} bytes of canonical JSON", payload.bytes.len()),
    ));
    rows.push(("Its SHA-256", spoken(&payload.sha256)));
    facts(page, "The root", &rows);
    let holders = assembly::holders(audit.state);
    page.push_str("<h3>Roles of the root</h3>\n");
    for role in Role::ALL {
        let Some(keys) = root.role(role) else {
            let _ = writeln!(
                page,
                "<p><b class=\"bad\">Role {role} is not in the root.</b></p>"
            );
            continue;
        };
        let caption = format!(
            "{role}: {} of {} must sign",
            keys.threshold,
            counted(keys.keyids.len(), "key")
        );
        let heads = ["Holder", "Kind of key", "Key id", "Fingerprint of the key"];
        let mut table = Table::open(page, "role", &caption, &heads);
        for id in &keys.keyids {
            let listed = root.keys.get(id);
            let public = listed.and_then(|listed| listed.public.as_ref().ok());
            let holder = public.and_then(|public| holders.get(&public.fingerprint()));
            let wrong = match listed.filter(|listed| listed.computed != *id) {
                Some(_) => "<br><b class=\"bad\">this is not the hash of the key</b>",
                None => "",
            };
            table.row(&[
                holder.map_or_else(|| "nobody is named".to_owned(), |holder| text(holder)),
                public
                    .map_or("not known here", |public| public.kind_name())
                    .to_owned(),
                format!("{}{wrong}", hex(&id.digest())),
                public.map_or_else(String::new, |public| hex(&public.fingerprint())),
            ]);
        }
        table.close();
    }
}

fn other(page: &mut String, audit: &Audit<'_>, payload: &Payload) {
    facts(
        page,
        "The content",
        &[
            ("TUF role", text(&payload.role)),
            ("Version", payload.version.to_string()),
            ("Where it is from", whence(payload).to_owned()),
            (
                "Size of what is signed",
                format!("{} bytes of canonical JSON", payload.bytes.len()),
            ),
            ("Its SHA-256", spoken(&payload.sha256)),
        ],
    );
    let all = assembly::review_lines(audit.state, payload);
    let shown: Vec<String> = all.iter().take(LONGEST).map(|line| text(line)).collect();
    let _ = writeln!(page, "<pre>{}</pre>", shown.join("\n"));
    if all.len() > LONGEST {
        paragraph(
            page,
            "",
            &format!(
                "{LONGEST} of {} lines are shown; the whole is in the file, see <a href=\"#files\">files</a>.",
                all.len()
            ),
        );
    }
}

fn changes(page: &mut String, audit: &Audit<'_>) {
    page.push_str("<h3>What it changes</h3>\n");
    let changes = assembly::changes(audit.state);
    if changes.is_empty() {
        paragraph(
            page,
            "",
            "There is nothing before it with which it was compared.",
        );
        return;
    }
    let of_root = audit
        .state
        .payload
        .as_ref()
        .is_some_and(|payload| payload.role == Role::Root.name());
    if !of_root {
        before(page, audit);
    } else if let Some(trusted) = &audit.state.trusted {
        let sentence = format!(
            "Against root version {}, which clients trusted before, with SHA-256",
            trusted.root.version
        );
        paragraph(page, "", &sentence);
        page.push_str(&spoken(&trusted.payload));
    }
    let heads = ["What", "Change", "Before", "Now"];
    let caption = "Everything that it says, and what became of it";
    let mut table = Table::open(page, "diff", caption, &heads);
    for change in &changes {
        let (class, word) = marked(change.mark);
        table.row(&[
            text(&change.what),
            mark(class, word),
            prose(&change.old),
            prose(&change.new),
        ]);
    }
    table.close();
    keys_in_full(page, audit);
}

/// The metadata of another role with which the content is compared, where the plan names it.
fn before(page: &mut String, audit: &Audit<'_>) {
    let Ok(Some(file)) = import::previous(audit.state) else {
        return;
    };
    let version = file.signed_member("version");
    let version = version.map_or_else(String::new, |version| {
        String::from_utf8_lossy(version).into_owned()
    });
    let sentence = format!(
        "Against version {}, which the plan names as the one before, with SHA-256",
        text(&version)
    );
    paragraph(page, "", &sentence);
    page.push_str(&spoken(&file.digest()));
}

/// The keys of the rows above, where ids and fingerprints are shortened to be read at a glance.
fn keys_in_full(page: &mut String, audit: &Audit<'_>) {
    let Some((trusted, payload)) = audit
        .state
        .trusted
        .as_ref()
        .zip(audit.state.payload.as_ref())
    else {
        return;
    };
    let Some(new) = Root::parse(&payload.signed)
        .ok()
        .filter(|_| payload.role == Role::Root.name())
    else {
        return;
    };
    let holders = assembly::holders(audit.state);
    // of policy and time only the findings depend, which are not shown here
    let compared = diff::diff(
        Some(&trusted.root),
        &new,
        &holders,
        &Policy::default(),
        OffsetDateTime::UNIX_EPOCH,
    );
    let heads = ["Key", "Change", "Ids before", "Ids now", "Fingerprint"];
    let caption = "The keys of these rows, in full";
    let mut table = Table::open(page, "changed", caption, &heads);
    let ids = |ids: &[KeyId]| {
        let ids: Vec<String> = ids.iter().map(|id| hex(&id.digest())).collect();
        ids.join("<br>")
    };
    for key in &compared.keys {
        let (class, word) = marked(key.mark);
        let holder = key
            .holder
            .as_deref()
            .map_or_else(|| "nobody is named".to_owned(), text);
        let role = key.role.map_or("no role", Role::name);
        table.row(&[
            format!("{role}: {holder}<br>{}", text(&key.kind)),
            mark(class, word),
            ids(&key.old_ids),
            ids(&key.new_ids),
            key.fingerprint.as_ref().map_or_else(String::new, hex),
        ]);
    }
    table.close();
}

fn marked(mark: Mark) -> (&'static str, &'static str) {
    match mark {
        Mark::Kept => ("plain", "kept"),
        Mark::Added => ("good", "ADDED"),
        Mark::Removed => ("bad", "REMOVED"),
        Mark::Changed => ("warn", "CHANGED"),
    }
}

pub fn findings(page: &mut String, audit: &Audit<'_>) {
    audit.checked_by(page, &[POLICY, ACCEPTED, APPROVED]);
    let (state, story) = (audit.state, audit.chronicle);
    let found = assembly::findings(state);
    if state.payload.is_none() {
        paragraph(page, "", "No content was judged.");
    } else if found.is_empty() {
        paragraph(page, "", "No rule has anything to say of the content.");
    } else {
        let heads = ["Rule", "Level", "What was found", "Accepted by"];
        let caption =
            "What there is to say of the content, the gravest first; judged again for this report";
        let mut table = Table::open(page, "findings", caption, &heads);
        let current = state.payload.as_ref().map(|payload| payload.sha256);
        for finding in &found {
            let (class, word) = match finding.level {
                Level::Info => ("plain", "GOOD TO KNOW"),
                Level::Caution => ("warn", "CAUTION"),
                Level::Stop => ("bad", "STOP"),
            };
            let accepted = story.acceptances.iter().rev().find(|acceptance| {
                Some(acceptance.payload) == current
                    && acceptance.rules.iter().any(|rule| rule == finding.rule)
            });
            let by = match (accepted, finding.level) {
                (Some(accepted), _) => format!(
                    "{}, {}",
                    audit.people(&accepted.by),
                    clock(&accepted.at, &story.from)
                ),
                (None, Level::Stop) => mark("bad", "NOBODY"),
                (None, _) => String::new(),
            };
            table.row(&[
                code(finding.rule),
                mark(class, word),
                prose(&finding.sentence),
                by,
            ]);
        }
        table.close();
    }
    let approved: Vec<_> = state.approved.iter().cloned().collect();
    if !approved.is_empty() {
        let sentence = format!(
            "Read and approved before anybody signed by: {}.",
            audit.people(&approved)
        );
        paragraph(page, "", &sentence);
    }
}
