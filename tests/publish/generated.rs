//! Whole days that nobody thought of: people, tokens, media, places and titles are made up from a seed, and under
//! each policy nothing of what it withholds is in the copy.

use std::collections::BTreeSet;
use std::path::Path;

use rootstage::ceremony::command::{Command, ExceptionForm};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

use super::room::{Room, each_file, plan};
use super::world::stick;
use super::{SALT, audit, leaks, publish};

/// Days that are made up.
const DAYS: u64 = 5;

/// Numbers from a seed (`SplitMix64`, Steele and others, 2014): the same for ever.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % sides as u64).unwrap()
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    /// Made-up letters, so that no text has them by chance.
    fn word(&mut self) -> String {
        let middle = ["ö", "é", "ø", "ł", "ß", "-x", "'q", "uw", "ñ", "ü"];
        let begin = ["Qu", "Žv", "Øz", "Wyq", "Ěx", "Xh", "Ἀλ", "Kvj"];
        let end = ["qvist", "zczak", "wözen", "ίδης", "xuereb", "jqvar"];
        format!("{}{}{}", self.of(&begin), self.of(&middle), self.of(&end))
    }

    /// As long as a plan takes it.
    fn name(&mut self) -> String {
        loop {
            let name = self.some_name();
            if name.chars().count() <= 40 {
                return name;
            }
        }
    }

    fn some_name(&mut self) -> String {
        let (first, last) = (self.word(), self.word());
        match self.below(6) {
            0 => format!("{first} {last}").nfd().collect(),
            1 => format!("{first} \"{}\" {last}", self.word()),
            2 => format!("{last}, {first} <{}@example.org>", self.word()),
            3 => format!("{first}  & {last}"),
            4 => format!("{first} % {last}\\{}", self.word()),
            _ => format!("{first} {last}"),
        }
    }

    fn digits(&mut self, number: usize) -> String {
        (0..number)
            .map(|_| char::from(b"0123456789"[self.below(10)]))
            .collect()
    }

    fn serial(&mut self) -> String {
        match self.below(4) {
            0 => format!("9{}", self.digits(7)),
            1 => format!("00{}", self.digits(8)),
            2 => format!("SN-{}-zq", self.digits(5)),
            _ => format!("zq{} {}", self.digits(3), self.digits(4)),
        }
    }
}

struct Day {
    plan: String,
    withholds: &'static [&'static str],
    salted: bool,
    people: Vec<String>,
    tokens: Vec<String>,
    labels: Vec<String>,
    media: Vec<String>,
    town: String,
    place: String,
    title: String,
    /// What the script says of somebody.
    says: String,
}

impl Day {
    fn withholds(&self, what: &str) -> bool {
        self.withholds.contains(&what)
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn day(number: u64) -> Day {
    let mut dice = Dice(number);
    let policies: [&'static [&'static str]; 5] = [
        &["names", "serials"],
        &["names"],
        &["serials"],
        &["names", "serials", "location"],
        &["location"],
    ];
    let policy = policies[usize::try_from(number).unwrap() % policies.len()];
    let people: Vec<String> = (0..4).map(|_| dice.name()).collect();
    let part = people[0].split_whitespace().next().unwrap().to_owned();
    // what machines name after people, and tokens after their numbers
    let tokens = vec![
        format!("{}.age", dice.serial()),
        format!("{}-{part}.age", dice.digits(6)),
    ];
    let labels = vec![format!("{} {part}", dice.word()), dice.serial()];
    let media = vec![format!("{part}-{}", dice.digits(5)), dice.word()];
    let town = dice.word();
    let place = format!("{} {}, {town}", dice.word(), dice.digits(2));
    let title = match dice.below(3) {
        0 => format!("What {part} did in {town}"),
        1 => format!("{}: tokens yk{}", dice.word(), tokens[0]),
        _ => format!("Of {}", people[1]),
    };
    let says = format!("{part} of {town} reads {}", tokens[0]);
    let mut plan = plan(2, 2)
        .replace("\"A story\"", &quoted(&title))
        .replace("\"Room 1\"", &quoted(&place))
        .replacen(
            "[policy]",
            "[transport]\nlog = true\nout = [\"file\"]\n\n[policy]",
            1,
        );
    let usual = [
        "Val Administrator",
        "Wim Witness",
        "Ada Keyholder",
        "Bruno Keyholder",
    ];
    for (usual, name) in usual.iter().zip(&people) {
        plan = plan.replace(&format!("\"{usual}\""), &quoted(name));
    }
    for (holder, (token, label)) in (1..).zip(tokens.iter().zip(&labels)) {
        plan = plan
            .replace(
                &format!("\"file:tokens/keyholder-{holder}.age\""),
                &quoted(&format!("file:tokens/{token}")),
            )
            .replace(&format!("\"root-{holder}\""), &quoted(label));
    }
    let salted = number % 3 != 2;
    let words: Vec<String> = policy.iter().map(|word| quoted(word)).collect();
    let salt = if salted {
        format!("salt = \"{SALT}\"\n")
    } else {
        String::new()
    };
    plan = format!(
        "{plan}\n[publish]\nwithhold = [{}]\n{salt}",
        words.join(", ")
    );
    Day {
        plan,
        withholds: policy,
        salted,
        people,
        tokens,
        labels,
        media,
        town,
        place,
        title,
        says,
    }
}

/// Goes through the day, with what goes wrong on it.
fn held(day: &Day, with_script: bool) -> Room {
    let mut room = Room::prepared(&day.plan);
    if with_script {
        let script = String::from_utf8(room.script.clone()).unwrap();
        let changed = script.replacen(
            "title = \"Who is here\"",
            &format!("title = {}", quoted(&day.says)),
            1,
        );
        assert_ne!(script, changed);
        room.script = changed.into_bytes();
    }
    let sticks = (b'b'..).zip(&day.media);
    let sticks =
        sticks.map(|(letter, serial)| stick(&format!("sd{}1", char::from(letter)), serial));
    room.shelf.lock().unwrap().extend(sticks);
    room.mistyped
        .insert("keyholder-1".to_owned(), day.people[2].clone());
    room.begin().unwrap();
    room.until("sign.keyholder-1", "secret");
    let said = format!("{}, {}: {}", day.people[3], day.place, day.tokens[1]);
    let form = ExceptionForm {
        expected: said.clone(),
        happened: said.clone(),
        decided: said.clone(),
        ..Room::exception(&["VA"])
    };
    room.submit(Command::LogException(form), None).unwrap();
    let reason = day.people[1].split(' ').next().unwrap().to_owned();
    room.submit(Command::Pause { reason }, None).unwrap();
    room.power_cut();
    room.resume().unwrap();
    room.to_the_end();
    room
}

/// Everything that must not be in the copy.
fn withheld(day: &Day, room: &Room) -> Vec<String> {
    let mut all = Vec::new();
    let parts = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| !c.is_alphanumeric());
        let long = parts.filter(|part| part.chars().count() >= 5);
        long.map(str::to_owned).collect()
    };
    if day.withholds("names") {
        for name in &day.people {
            all.push(name.clone());
            all.push(name.nfc().collect());
            all.push(name.nfd().collect());
            all.extend(parts(&name.nfc().collect::<String>()));
        }
    }
    if day.withholds("serials") {
        for token in &day.tokens {
            all.push(token.clone());
            let number = token.trim_end_matches(".age").trim_start_matches('0');
            all.push(number.to_owned());
        }
        all.extend(day.labels.iter().chain(&day.media).cloned());
        let state = room.state();
        all.extend(
            state
                .keys
                .keys()
                .map(|name| String::from_utf8(state.possession_text(name).unwrap()).unwrap()),
        );
    }
    if day.withholds("location") {
        all.extend([day.place.clone(), day.town.clone()]);
    }
    if !day.salted {
        let digest = room.state().procedure.plan.digest;
        all.extend([
            digest.hex(),
            digest.groups().join(" "),
            digest.words().join(" "),
        ]);
    }
    all.push(SALT.to_owned());
    // what people wrote is withheld by every policy
    all.push(format!(
        "{}, {}: {}",
        day.people[3], day.place, day.tokens[1]
    ));
    all
}

/// Every digest that can be read from the copy: 64 hexadecimal digits, in groups or in one, or as base64.
fn digests(copy: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    each_file(copy, &mut |_, bytes| {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        let close: String = leaks::read(&text).split_whitespace().collect();
        for text in [&text, &close] {
            for run in text.split(|c: char| !c.is_ascii_hexdigit()) {
                for from in 0..=run.len().saturating_sub(64) {
                    found.extend(run.get(from..from + 64).map(str::to_owned));
                }
            }
        }
    });
    leaks::base64_digests(copy, &mut found);
    found
}

/// Everything that the ceremony has and the copy has not: files, bodies of records, and every text in them.
fn kept_back(dir: &Path, copy: &Path) -> Vec<(String, Vec<u8>)> {
    let mut told = BTreeSet::new();
    each_file(copy, &mut |_, bytes| {
        told.insert(bytes.to_vec());
    });
    let mut kept = Vec::new();
    each_file(dir, &mut |path, bytes| {
        if !told.contains(bytes) {
            kept.push((path.display().to_string(), bytes.to_vec()));
        }
    });
    let lines = |dir: &Path| std::fs::read_to_string(dir.join("transcript.jsonl")).unwrap();
    let (whole, copied) = (lines(dir), lines(copy));
    for (number, (line, told)) in whole.lines().zip(copied.lines()).enumerate() {
        if line == told {
            continue;
        }
        let at = format!("record {number}");
        let record: Value = serde_json::from_str(line).unwrap();
        let body = record["body"].to_string();
        kept.push((at.clone(), body.into_bytes()));
        let mut texts = Vec::new();
        leaks::strings(&record["body"], &mut texts);
        kept.extend(
            texts
                .into_iter()
                .map(|text| (at.clone(), text.into_bytes())),
        );
    }
    kept
}

/// Nobody who guesses what was withheld finds its digest in the copy, by whichever of these algorithms.
fn no_digest(number: u64, day: &Day, room: &Room, copy: &Path) {
    use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512_256, digest};
    let there = digests(copy);
    assert!(there.len() > 100, "{number}");
    let report = std::fs::read_to_string(copy.join("report.html")).unwrap();
    let titled = report.contains(&rootstage::safe::markup(&day.title));
    let mut kept = kept_back(&room.dir(), copy);
    let known = [&day.people, &day.tokens, &day.labels, &day.media];
    let known = known.into_iter().flatten().chain([&day.place, &day.title]);
    kept.extend(known.map(|text| ("plan".to_owned(), text.clone().into_bytes())));
    assert!(kept.len() > 100, "{number}");
    kept.sort_by(|(_, one), (_, other)| one.cmp(other));
    kept.dedup_by(|(_, one), (_, other)| one == other);
    for (of, bytes) in kept {
        // that is what the salt in it is for
        if day.salted && of.ends_with("/plan.toml") {
            let said = data_encoding::HEXLOWER.encode(digest(&SHA256, &bytes).as_ref());
            assert!(there.contains(&said), "{number}: the search finds digests");
            continue;
        }
        // an envelope that leaves has the title in it, and no other words of the plan
        if of.contains("/out/") && titled {
            continue;
        }
        for ended in [bytes.clone(), [bytes.as_slice(), b"\n"].concat()] {
            for algorithm in [&SHA256, &SHA512_256] {
                let said = data_encoding::HEXLOWER.encode(digest(algorithm, &ended).as_ref());
                assert!(!there.contains(&said), "{number}: {of} by {algorithm:?}");
            }
            let said = digest(&SHA1_FOR_LEGACY_USE_ONLY, &ended);
            let said = data_encoding::HEXLOWER.encode(said.as_ref());
            let next = there.range(said.clone()..).next();
            assert!(
                !next.is_some_and(|hex| hex.starts_with(&said)),
                "{number}: {of}"
            );
        }
    }
}

/// What is wrong with that day's copy; nothing, as it should be.
fn leak(number: u64, with_script: bool) -> Option<String> {
    let day = day(number);
    let room = held(&day, with_script);
    let copy = room.home.path().join("copy");
    let said = publish(&room.dir(), &copy);
    if said.status != 0 {
        return Some(format!("day {number}: {}", said.err));
    }
    audit(&copy, &[]).is(0, &[]);
    let mut sought = withheld(&day, &room);
    // a script is a text that everybody knows but for a word: its digest confirms that word
    if with_script {
        assert!(!copy.join("script.toml").exists(), "{number}");
        let digest = room.state().procedure.script.digest;
        sought.extend([
            digest.hex(),
            digest.groups().join(" "),
            digest.words().join(" "),
        ]);
        sought.push(day.says.clone());
    }
    let sought: Vec<&str> = sought.iter().map(String::as_str).collect();
    if number == 0 {
        let whole = leaks::found(&room.dir(), &sought[..1]);
        assert!(!whole.is_empty(), "the search finds what is there");
    }
    no_digest(number, &day, &room, &copy);
    let leaks = leaks::found(&copy, &sought);
    (!leaks.is_empty()).then(|| format!("day {number}, {}: {leaks:?}", day.title))
}

#[test]
fn no_day_that_is_made_up_leaks() {
    // more of them, for whoever has the time
    let days = std::env::var("ROOTSTAGE_DAYS")
        .ok()
        .and_then(|days| days.parse().ok());
    let leaks = (0..days.unwrap_or(DAYS)).filter_map(|number| leak(number, number % 5 % 2 == 0));
    assert_eq!(leaks.collect::<Vec<_>>(), [""; 0]);
}
