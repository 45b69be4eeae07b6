//! A rehearsal with `YubiKeys` made of software, on a smart card service of its own.

use std::cell::Cell;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use time::{Duration, OffsetDateTime};

use super::cards::{Card, CardRoom, CardSpec};
use super::player::{People, Person, Player, Question};
use super::pty::{Kind, Terminal};
use super::room::{HOLDERS, OTHERS};

/// The PINs of the keyholders, in the order of [`HOLDERS`].
pub const PINS: [&str; 3] = ["70318846", "55920174", "31486092"];
/// The PUK that the witness chooses, for every token.
pub const PUK: &str = "82640917";
/// A PIN that no token has.
pub const WRONG: &str = "64027719";
const SERIALS: [u32; 3] = [18_158_855, 31_250_001, 31_250_002];

/// Three keyholders with `YubiKeys`, two of them needed.
pub struct YubiKeyRoom {
    // kept for as long as the room
    _root: tempfile::TempDir,
    pub dir: PathBuf,
    plan: PathBuf,
    pub people: People,
    pub cards: CardRoom,
    /// Who can open the copies of the management keys.
    pub keeper: age::x25519::Identity,
    /// Which card is in its reader.
    inserted: Cell<Option<usize>>,
}

impl YubiKeyRoom {
    /// `None` where this machine cannot have virtual cards.
    pub fn new() -> Option<Self> {
        let [old, new, newer] = SERIALS.map(CardSpec::new);
        let specs = [
            old,
            new.firmware("5.7.1"),
            newer.firmware("5.7.4").long_chain(),
        ];
        let cards = CardRoom::new(&specs)?;
        for number in 0..specs.len() {
            cards.card(number).remove();
        }
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        std::fs::create_dir(at("keys")).unwrap();
        super::room::online_keys(&at("keys"));
        std::fs::copy(cards.test_root(), at("test-root.pem")).unwrap();
        std::fs::copy(cards.test_intermediates(), at("intermediates.pem")).unwrap();
        let keeper = age::x25519::Identity::generate();
        std::fs::write(at("plan.toml"), plan(&keeper.to_public().to_string())).unwrap();
        let person = |name: &str, initials: &str, duty: &str| Person {
            name: name.to_owned(),
            initials: initials.to_owned(),
            duty: duty.to_owned(),
        };
        let others = OTHERS.map(|[name, initials, duty]| person(name, initials, duty));
        let holders = HOLDERS.map(|[name, initials, ..]| person(name, initials, "keyholder"));
        let pins = HOLDERS.iter().zip(PINS);
        let pins = pins.map(|([name, ..], pin)| ((*name).to_owned(), pin.to_owned()));
        Some(Self {
            dir: at("ceremony"),
            plan: at("plan.toml"),
            people: People {
                all: others.into_iter().chain(holders).collect(),
                secrets: pins.chain([("PUK".to_owned(), PUK.to_owned())]).collect(),
                rehearsal: true,
            },
            cards,
            keeper,
            _root: root,
            inserted: Cell::new(None),
        })
    }

    pub fn run(&self, kind: Kind) -> Terminal {
        let (plan, dir) = (self.plan.to_str().unwrap(), self.dir.to_str().unwrap());
        self.start(kind, &["run", plan, "--dir", dir])
    }

    pub fn resume(&self, kind: Kind) -> Terminal {
        self.start(kind, &["resume", self.dir.to_str().unwrap()])
    }

    /// The program, with this room's smart cards.
    pub fn start(&self, kind: Kind, args: &[&str]) -> Terminal {
        let socket = self.cards.socket();
        Terminal::start(kind, args, &[("PCSCLITE_CSOCK_NAME", &socket)])
    }

    /// The card of this keyholder.
    pub fn card(&self, holder: &str) -> &Card {
        self.cards.card(number(holder))
    }

    /// This keyholder's card is in its reader, and no other.
    pub fn hand(&self, holder: &str) {
        self.put(Some(number(holder)));
    }

    /// The card in hand went out by itself.
    pub fn pulled(&self) {
        self.inserted.set(None);
    }

    fn put(&self, wanted: Option<usize>) {
        let there = self.inserted.get();
        if there == wanted {
            return;
        }
        if let Some(other) = there {
            self.cards.card(other).remove();
        }
        if let Some(card) = wanted {
            self.cards.card(card).insert();
        }
        self.inserted.set(wanted);
    }

    /// Plays on, with the right card in hand for each question, until `wanted` is true of one.
    pub fn until(
        &self,
        player: &mut Player<'_>,
        what: &str,
        wanted: impl Fn(&Question) -> bool,
    ) -> Question {
        loop {
            let question = player
                .question()
                .unwrap_or_else(|| panic!("no question: {what}"));
            self.hand_for(&question);
            if wanted(&question) {
                return question;
            }
            player.answer(&question);
        }
    }

    /// Plays to the last screen; gives the head that it shows.
    pub fn play_out(&self, player: &mut Player<'_>) -> String {
        while let Some(question) = player.question() {
            self.hand_for(&question);
            player.answer(&question);
        }
        super::player::head(&player.terminal.look())
    }

    fn hand_for(&self, question: &Question) {
        let holder = HOLDERS
            .iter()
            .find(|[name, ..]| question.step.contains(&format!("{name}:")));
        if let Some([name, ..]) = holder
            && !question.step.contains("Content reviewed")
        {
            self.hand(name);
        }
    }
}

fn number(holder: &str) -> usize {
    HOLDERS
        .iter()
        .position(|[name, ..]| *name == holder)
        .unwrap()
}

fn plan(keeper: &str) -> String {
    let expires = OffsetDateTime::now_utc() + Duration::days(300);
    let mut plan = String::from(
        "[plan]\ntitle = \"First root on YubiKeys\"\nscript = \"first-root-rehearsal\"\nmode = \"rehearsal\"\n\
         location = \"Meeting room 3\"\n\n",
    );
    for [name, initials, duty] in OTHERS {
        write!(
            plan,
            "[[participant]]\nid = \"{duty}\"\nname = \"{name}\"\ninitials = \"{initials}\"\nduty = \"{duty}\"\n\n"
        )
        .unwrap();
    }
    for ([name, initials, id, ..], serial) in HOLDERS.iter().zip(SERIALS) {
        write!(
            plan,
            "[[participant]]\nid = \"{id}\"\nname = \"{name}\"\ninitials = \"{initials}\"\nduty = \"keyholder\"\n\
             token = \"yubikey:{serial}\"\n\n"
        )
        .unwrap();
    }
    write!(
        plan,
        "[root]\nversion = 1\nthreshold = 2\nexpires = \"{}T12:00:00Z\"\nconsistent_snapshot = true\n\n",
        expires.date()
    )
    .unwrap();
    plan + &super::room::online_roles()
        + &format!(
            "[policy]\nrequired_checks = []\n\n[policy.provisioning]\nescrow = [\"{keeper}\"]\n\n"
        )
        + "[policy.attestation]\ntest_roots = [\"test-root.pem\"]\n\
           intermediates = [\"intermediates.pem\"]\n\
           required = [\"attestation.chain\", \"attestation.key\", \"attestation.serial\", \
           \"attestation.slot\", \"attestation.generated\", \"attestation.pin-policy\", \
           \"attestation.touch-policy\"]\n"
}

/// Every file under `dir`.
pub fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all
}
