//! The paper script as one HTML page: no script, no network, no fonts but the system's. Made to be
//! printed on A4 or Letter, and read on narrow screens.

mod table;

use std::fmt::Write as _;

use super::{Done, EXCEPTIONS, Filled, Paper, Place, Row, SPARE_MATERIALS, WORDS};
use crate::ceremony::plan::ALARMS;
use crate::digest::Sha256;
use crate::safe::{markup, safe};
use table::{CLOSE, cells, facts, open, row};

/// Lays the paper out.
pub fn html(paper: &Paper) -> String {
    let title = escape(&paper.title);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>\n{}{}</style>\n</head>\n<body>\n",
        include_str!("style.css"),
        footer(paper)
    );
    if paper.rehearsal() {
        page.push_str(
            "<div class=\"mark\" aria-hidden=\"true\">REHEARSAL</div>\n<p class=\"banner\">\
             <b>REHEARSAL</b> Nothing that is made here may be trusted.</p>\n",
        );
    }
    if let Some(alarm) = paper
        .filled
        .as_ref()
        .and_then(|filled| filled.alarm.as_ref())
    {
        let _ = writeln!(page, "<p class=\"banner\">{}</p>", escape(alarm));
    }
    cover(&mut page, paper, &title);
    materials(&mut page, paper);
    for (number, act) in (1..).zip(&paper.acts) {
        let _ = writeln!(page, "<h2>Act {number}: {}</h2>", escape(&act.title));
        let class = match &paper.filled {
            Some(_) => "steps filled",
            None => "steps",
        };
        let caption = format!("Steps of act {number}");
        open(&mut page, class, &caption, &STEPS);
        for row in &act.rows {
            step(&mut page, row);
        }
        page.push_str(CLOSE);
    }
    fingerprints(&mut page, paper);
    head(&mut page, paper.filled.as_ref());
    exceptions(&mut page, paper.filled.as_ref());
    signatures(&mut page, paper);
    page.push_str("</body>\n</html>\n");
    page
}

/// What stands below every printed page: which papers belong together, and how many they are.
/// Digests and fixed words only, as nothing is escaped here.
fn footer(paper: &Paper) -> String {
    let ceremony = paper.filled.as_ref().map(|filled| filled.ceremony.as_str());
    let known = ceremony.filter(|id| id.bytes().all(|b| b.is_ascii_hexdigit()));
    let of = match (known, &paper.plan) {
        (Some(id), _) => format!("Ceremony {id}"),
        (None, Some(plan)) => format!("Ceremony of plan {}", plan.digest.short()),
        (None, None) => format!("Script {}", paper.script.1.short()),
    };
    let mark = if paper.rehearsal() { "REHEARSAL" } else { "" };
    format!(
        "@page {{ @bottom-left {{ content: \"{of}\"; }} @top-center {{ content: \"{mark}\"; }} \
         @bottom-right {{ content: \"Page \" counter(page) \" of \" counter(pages); }} }}\n"
    )
}

const STEPS: [&str; 5] = ["Step", "Activity", "Who", "Initials", "Time"];

fn cover(page: &mut String, paper: &Paper, title: &str) {
    let kicker = match &paper.filled {
        Some(_) => "Paper script of a key ceremony, filled in from its record",
        None => "Paper script of a key ceremony",
    };
    let _ = writeln!(page, "<p class=\"kicker\">{kicker}</p>\n<h1>{title}</h1>");
    for paragraph in &paper.about {
        let _ = writeln!(page, "<p>{}</p>", escape(paragraph));
    }
    facts(page, "The paper");
    let script = format!("{} ({})", escape(&paper.script_title), paper.script.0);
    row(page, "Script", &script);
    let hex = format!(
        "<span class=\"hex\">{}</span>",
        paper.script.1.groups().join(" ")
    );
    row(page, "SHA-256 of the script", &hex);
    row(page, "Budget", &format!("{} minutes", paper.minutes));
    let of = |said: fn(&Filled) -> &str| {
        paper
            .filled
            .as_ref()
            .map_or_else(String::new, |it| escape(said(it)))
    };
    let ceremony = match of(|filled| &filled.ceremony) {
        id if id.is_empty() => id,
        id => format!("<code>{id}</code>"),
    };
    row(page, "Ceremony (32 digits, from the screen)", &ceremony);
    row(page, "Date", &of(|filled| &filled.day));
    row(page, "Began and ended (UTC)", &of(|filled| &filled.times));
    page.push_str(CLOSE);
    let Some(plan) = &paper.plan else { return };
    page.push_str("<h2>The plan</h2>\n");
    facts(page, "Parameters of the plan");
    for (label, value) in &plan.parameters {
        let (label, value) = (escape(label), grouped(value));
        if ALARMS.contains(&label.as_str()) {
            let red = |text: &str| format!("<b class=\"alarm\">{text}</b>");
            row(page, &red(&label), &red(&value));
        } else {
            row(page, &label, &value);
        }
    }
    page.push_str(CLOSE);
    page.push_str("<div class=\"keep\">");
    let heads = ["Name", "Initials", "Duty", "Token"];
    open(page, "people", "People of the plan", &heads);
    for [name, initials, duty, token] in &plan.people {
        let token = if token.is_empty() {
            String::new()
        } else {
            format!("<code>{}</code>", escape(token))
        };
        let texts = [escape(name), escape(initials), duty.clone(), token];
        cells(page, &heads, &texts.each_ref().map(String::as_str));
    }
    page.push_str(CLOSE);
    page.push_str("</div>\n");
    digest(
        page,
        "Digest of the plan, read aloud at the start",
        &plan.digest,
    );
    digest(
        page,
        "Digest of the script, read aloud after it",
        &paper.script.1,
    );
}

fn digest(page: &mut String, title: &str, digest: &Sha256) {
    let _ = writeln!(page, "<div class=\"keep\"><h3>{title}</h3>");
    let _ = writeln!(page, "<p class=\"hex\">{}</p>", digest.groups().join(" "));
    grid(page, "words", &digest.words());
    page.push_str("</div>\n");
}

fn grid(page: &mut String, class: &str, words: &[&str; WORDS]) {
    open(page, class, "Thirty-two words", &[]);
    let numbered: Vec<String> = (1..)
        .zip(words)
        .map(|(number, word): (usize, _)| format!("<span class=\"num\">{number}</span> {word}"))
        .collect();
    for line in numbered.chunks(4) {
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        cells(page, &[], &line);
    }
    page.push_str(CLOSE);
}

fn materials(page: &mut String, paper: &Paper) {
    page.push_str("<div class=\"keep\"><h2>Materials</h2>\n");
    let heads = [
        "What",
        "Serial or bag number",
        "In: initials, time",
        "Out: initials, time",
    ];
    open(page, "write", "Materials", &heads);
    for (what, number) in &paper.materials {
        cells(page, &heads, &[&escape(what), &escape(number), "", ""]);
    }
    for _ in 0..SPARE_MATERIALS {
        cells(page, &heads, &["", "", "", ""]);
    }
    page.push_str(CLOSE);
    page.push_str("</div>\n");
}

fn step(page: &mut String, row: &Row) {
    let say: Vec<String> = row
        .say
        .iter()
        .map(|text| format!("<p class=\"say\">{}</p>", escape(text)))
        .collect();
    let say = say.concat();
    let seat = |place: &Place| {
        let (role, name) = (escape(&place.role), escape(&place.name));
        format!("<span class=\"seat\"><small>{role}</small>{name}</span>")
    };
    let who: String = row.who.iter().map(seat).collect();
    let lines = match &row.done {
        Some(done) => initials(done),
        None => "<span class=\"line\"></span>".repeat(row.who.len()),
    };
    let blanks = row
        .blanks
        .iter()
        .fold(String::new(), |mut text, (what, value)| {
            let _ = write!(
                text,
                "<p class=\"blank\"><small>{}</small>{}</p>",
                escape(what),
                escape(value)
            );
            text
        });
    let activity = format!("<strong>{}</strong>{say}{blanks}", escape(&row.title));
    let time = match &row.done {
        Some(done) => times(done),
        None => "<span class=\"line\"></span>".to_owned(),
    };
    let time = format!("<small>{} min</small>{time}", row.minutes);
    let id = format!("<code>{}</code>", escape(&row.id).replace('.', ".<wbr>"));
    cells(page, &STEPS, &[&id, &activity, &who, &lines, &time]);
}

fn initials(done: &Done) -> String {
    let one = |(initials, at): &(String, String)| {
        let (initials, at) = (escape(initials), escape(at));
        format!("<span class=\"seat\"><b>{initials}</b><small>{at}</small></span>")
    };
    done.initials.iter().map(one).collect()
}

fn times(done: &Done) -> String {
    let (from, to) = &done.times;
    let mut text = format!(
        "<span class=\"seat\">{}<br>{}</span>",
        escape(from),
        escape(to)
    );
    for remark in &done.remarks {
        let _ = write!(text, "<b class=\"alarm\">{}</b> ", escape(remark));
    }
    text
}

/// A value that may be a digest, in groups.
fn grouped(value: &str) -> String {
    match value.parse::<Sha256>() {
        Ok(digest) => format!("<span class=\"hex\">{}</span>", digest.groups().join(" ")),
        Err(_) => escape(value),
    }
}

fn fingerprints(page: &mut String, paper: &Paper) {
    page.push_str("<h2 class=\"page\">Fingerprints of the keys</h2>\n");
    page.push_str(match &paper.filled {
        Some(_) => "<p>SHA-256 of each public key, computed from the key on record. Compare with what was written by hand.</p>\n",
        None => "<p>Written by hand while the fingerprint is read aloud: 64 digits in groups of four.</p>\n",
    });
    let boxes = format!("<div class=\"boxes\">{}</div>", "<i></i>".repeat(16)).repeat(4);
    for print in &paper.fingerprints {
        let _ = writeln!(
            page,
            "<div class=\"print\"><h3>{}</h3>",
            escape(&print.name)
        );
        if let Some(listed) = &print.listed {
            let _ = writeln!(
                page,
                "<p class=\"hex\"><small>Its key id in published metadata, to be compared:</small><br>{}</p>",
                listed.groups().join(" ")
            );
        }
        match (&print.fingerprint, &paper.filled) {
            (Some(fingerprint), _) => {
                let _ = writeln!(
                    page,
                    "<p class=\"hex\">{}</p>",
                    fingerprint.groups().join(" ")
                );
                grid(page, "words", &fingerprint.words());
            }
            (None, Some(_)) => page.push_str("<p>No key of this name was in hand.</p>"),
            (None, None) => page.push_str(&boxes),
        }
        page.push_str("</div>\n");
    }
}

fn head(page: &mut String, filled: Option<&Filled>) {
    let Some(filled) = filled else {
        page.push_str(
            "<div class=\"keep\"><h2>Transcript head</h2>\n<p>Written by hand while the words are read \
             aloud at the end. The audit compares the record with this paper.</p>\n",
        );
        grid(page, "words write", &[""; WORDS]);
        page.push_str("</div>\n");
        return;
    };
    let _ = writeln!(
        page,
        "<div class=\"keep\"><h2>Transcript head</h2>\n<p>Of the record from which this paper was filled \
         in. Compare with what was written by hand.</p>\n<p class=\"hex\">{}</p>",
        filled.head.groups().join(" ")
    );
    grid(page, "words", &filled.head.words());
    page.push_str("</div>\n");
}

fn exceptions(page: &mut String, filled: Option<&Filled>) {
    page.push_str("<h2 class=\"page\">Exceptions</h2>\n<p>What went otherwise than written, and what was decided.</p>\n");
    let heads = [
        "No.",
        "Step",
        "Expected",
        "Happened",
        "Decided",
        if filled.is_some() {
            "By"
        } else {
            "By (two people)"
        },
        "Time",
    ];
    if filled.is_some_and(|filled| filled.exceptions.is_empty()) {
        page.push_str("<p>No exception is on record.</p>\n");
        return;
    }
    open(page, "exceptions", "Exceptions", &heads);
    match filled {
        None => {
            for number in 1..=EXCEPTIONS {
                let number = format!("E{number}");
                cells(page, &heads, &[&number, "", "", "", "", "", ""]);
            }
        }
        Some(filled) => {
            for entry in &filled.exceptions {
                let texts = [
                    format!("E{}", entry.number),
                    escape(&entry.step).replace('.', ".<wbr>"),
                    escape(&entry.expected),
                    escape(&entry.happened),
                    escape(&entry.decided),
                    escape(&entry.by),
                    escape(&entry.time),
                ];
                cells(page, &heads, &texts.each_ref().map(String::as_str));
            }
        }
    }
    page.push_str(CLOSE);
}

fn signatures(page: &mut String, paper: &Paper) {
    page.push_str("<h2 class=\"page\">Signatures</h2>\n<p>I was present, and what I have initialled on this paper is as I saw it.</p>\n");
    let heads = ["Name", "Duty", "Signature", "Date and time (UTC)"];
    open(page, "sign", "Signatures", &heads);
    for (name, duty) in &paper.signatures {
        cells(page, &heads, &[&escape(name), duty, "", ""]);
    }
    page.push_str(CLOSE);
}

/// Text from outside, so that it is shown as it is. Several lines become one.
fn escape(text: &str) -> String {
    markup(&text.lines().map(safe).collect::<Vec<_>>().join(" "))
}
