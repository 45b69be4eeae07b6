//! What two ceremonies after a first root need: that root, a fourth token, and their plans.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use rootstage::digest::Sha256;
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::player::Person;
use super::room::{HOLDERS, OTHERS, Production, Token, said, token};

/// Who joins: name, initials, id, label of the token, PIN.
const JOINS: [&str; 5] = ["Dora Dunn", "DD", "dora", "Delta", "80263371945507716628"];
/// Where every ceremony also writes what it made.
const PUBLISHED: &str = "published";

/// What becomes of a keyholder's key.
#[derive(Clone, Copy)]
pub enum Becomes {
    Joins,
    Leaves,
    Stays,
}

/// Three tokens that made the first root, and a fourth.
pub struct Lineage {
    pub room: Production,
    delta: Token,
    /// Key ids by the id of their holders.
    keyids: BTreeMap<String, String>,
}

impl Lineage {
    /// Makes version 1 without people: threshold 2, Alice, Bob and Carol.
    pub fn new() -> Self {
        let mut room = Production::new();
        let delta = token(&room.at(""), JOINS[3], JOINS[4]);
        let [name, initials, ..] = JOINS;
        room.people.all.push(Person {
            name: name.to_owned(),
            initials: initials.to_owned(),
            duty: "keyholder".to_owned(),
        });
        room.people
            .secrets
            .insert(name.to_owned(), JOINS[4].to_owned());
        std::fs::create_dir(room.at(PUBLISHED)).unwrap();
        room.dir = room.at("one");
        let mut lineage = Self {
            room,
            delta,
            keyids: BTreeMap::new(),
        };
        lineage.first();
        lineage.learn();
        lineage
    }

    fn first(&self) {
        let room = &self.room;
        let mut plan = std::fs::read_to_string(&room.plan).unwrap();
        plan += &output();
        std::fs::write(&room.plan, plan).unwrap();
        let mut answers = "as_asked = true\n".to_owned();
        let mut run = Command::new(env!("CARGO_BIN_EXE_rootstage"));
        for [_, _, id, _, pin] in HOLDERS {
            let _ = write!(answers, "[secret.{id}]\nenv = \"PIN_OF_{id}\"\n");
            run.env(format!("PIN_OF_{id}"), pin);
        }
        std::fs::write(room.at("answers.toml"), answers).unwrap();
        run.arg("run").arg(&room.plan).arg("--dir").arg(&room.dir);
        run.arg("--answers").arg(room.at("answers.toml"));
        let ran = run
            .env("SOFTHSM2_CONF", room.at("softhsm2.conf"))
            .output()
            .unwrap();
        assert!(ran.status.success(), "{}", said(&ran));
    }

    /// Reads the ids of the keys that the last ceremony enrolled.
    pub fn learn(&mut self) {
        let transcript = std::fs::read_to_string(self.room.dir.join("transcript.jsonl")).unwrap();
        for line in transcript.lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            if record["kind"] == "key-enrolled" {
                let of = |name: &str| record["body"][name].as_str().unwrap().to_owned();
                self.keyids.insert(of("key"), of("keyid"));
            }
        }
    }

    /// The root of this version, where it was published.
    pub fn root(&self, version: u32) -> PathBuf {
        self.room.at(PUBLISHED).join(format!("{version}.root.json"))
    }

    /// The key id of a keyholder.
    pub fn keyid(&self, holder: &str) -> &str {
        &self.keyids[holder]
    }

    /// Plans the next ceremony: its root has this version and threshold.
    pub fn plan(
        &mut self,
        script: &str,
        version: u32,
        threshold: u32,
        holders: &[(&str, Becomes)],
    ) {
        let name = format!("root-{version}");
        let before = version - 1;
        let sha256 = Sha256::of(&std::fs::read(self.root(before)).unwrap()).hex();
        let mut plan = format!(
            "[plan]\ntitle = \"Root {version} of Example Works\"\nscript = \"{script}\"\n\
             mode = \"production\"\nlocation = \"Meeting room 3\"\n\n\
             [trusted]\npath = \"{PUBLISHED}/{before}.root.json\"\nsha256 = \"{sha256}\"\n\n"
        );
        for [name, initials, duty] in OTHERS {
            let _ = write!(
                plan,
                "[[participant]]\nid = \"{duty}\"\nname = \"{name}\"\n\
                 initials = \"{initials}\"\nduty = \"{duty}\"\n\n"
            );
        }
        for (holder, becomes) in holders {
            plan += &self.keyholder(holder, *becomes);
        }
        let expires = OffsetDateTime::now_utc() + Duration::days(330);
        let no_spare = usize::try_from(threshold).unwrap() == holders.len();
        let _ = write!(
            plan,
            "[root]\nversion = {version}\nthreshold = {threshold}\nexpires = \"{}T12:00:00Z\"\n\
             consistent_snapshot = true\n\n\
             [policy]\nrequired_checks = []\nno_spare_acknowledged = {no_spare}\n\n{}",
            expires.date(),
            output()
        );
        self.room.plan = self.room.at(&format!("{name}.toml"));
        self.room.dir = self.room.at(&name);
        std::fs::write(&self.room.plan, plan).unwrap();
    }

    fn keyholder(&self, id: &str, becomes: Becomes) -> String {
        let known = HOLDERS.iter().zip(&self.room.tokens);
        let [name, initials, _, label, _] = known
            .clone()
            .map(|(holder, _)| holder)
            .find(|holder| holder[2] == id)
            .unwrap_or(&JOINS);
        let serial = known
            .map(|(holder, token)| (holder[2], &token.serial))
            .find(|(holder, _)| *holder == id)
            .map_or(&self.delta.serial, |(_, serial)| serial);
        let place = match becomes {
            Becomes::Joins => String::new(),
            Becomes::Stays => format!("keyid = \"{}\"\n", self.keyid(id)),
            Becomes::Leaves => format!("keyid = \"{}\"\nleaves = true\n", self.keyid(id)),
        };
        format!(
            "[[participant]]\nid = \"{id}\"\nname = \"{name}\"\ninitials = \"{initials}\"\n\
             duty = \"keyholder\"\ntoken = \"pkcs11:token={label}?module-path={}\"\n\
             serial = \"{serial}\"\nalgorithm = \"ecdsa-p256\"\nkey_label = \"root-{id}\"\n{place}\n",
            self.room.at("wrapper.so").display()
        )
    }
}

fn output() -> String {
    format!("\n[output]\ndirectories = [\"{PUBLISHED}\"]\n")
}
