//! Virtual `YubiKeys` in rooms of their own.
//!
//! A room is a private mount and network namespace with its own smart card service (pcscd), a
//! virtual reader (vpcd), and the cards of `tests/virtual-yubikey` in it. Programs are run inside
//! with [`CardRoom::command`]. Rooms do not see each other, nor the machine's own cards. It needs
//! root, pcscd and vpcd: where these are missing, a test is skipped aloud, and fails where `CI` or
//! `ROOTSTAGE_REQUIRE_JUDGES` is set.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use serde::Deserialize;
use tempfile::TempDir;

/// The name that readers begin with; Yubico's tools take no others.
pub const READER: &str = "Yubico YubiKey OTP+FIDO+CCID";

const DRIVERS: [&str; 2] = [
    "/usr/lib/pcsc/drivers/serial/libifdvpcd.so",
    "/usr/local/lib/pcsc/drivers/serial/libifdvpcd.so",
];
/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// A card that is wanted.
#[derive(Clone, Debug)]
pub struct CardSpec {
    /// Serial number.
    pub serial: u32,
    /// Firmware, `5.4.3` or another version.
    pub firmware: String,
    /// Form factor byte; 1 is a keychain with USB-A.
    pub form_factor: u8,
    /// A FIPS model.
    pub fips: bool,
    /// With two certificates between its own and the root, as since firmware 5.7.4.
    pub long_chain: bool,
}

impl CardSpec {
    /// A card of firmware 5.4.3 with the short chain.
    pub fn new(serial: u32) -> Self {
        Self {
            serial,
            firmware: "5.4.3".to_owned(),
            form_factor: 1,
            fips: false,
            long_chain: false,
        }
    }

    /// The same with another firmware.
    #[must_use]
    pub fn firmware(mut self, firmware: &str) -> Self {
        firmware.clone_into(&mut self.firmware);
        self
    }

    /// The same with the long chain.
    #[must_use]
    pub fn long_chain(mut self) -> Self {
        self.long_chain = true;
        self
    }

    /// The same as a FIPS model.
    #[must_use]
    pub fn fips(mut self) -> Self {
        self.fips = true;
        self
    }
}

/// A slot with a key, as the card itself knows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SlotStatus {
    /// `p256`, `p384`, `ed25519`.
    pub algorithm: String,
    /// PIN policy: 1 never, 2 once, 3 always.
    pub pin: u8,
    /// Touch policy: 1 never, 2 always, 3 for 15 seconds.
    pub touch: u8,
    /// `generated` or `imported`.
    pub origin: String,
    /// The public half in hex: an uncompressed point, or 32 bytes.
    pub public: String,
}

/// A card, as it knows itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "one per fact about the card")]
pub struct Status {
    /// Serial number.
    pub serial: u32,
    /// Firmware, `major.minor.patch`.
    pub firmware: String,
    /// Whether it is in the reader.
    pub present: bool,
    /// Whether the reader has found it and given it power since it was put in.
    pub powered: bool,
    /// Whether it waits for a touch now.
    pub waiting: bool,
    /// Tries left for the PIN.
    pub pin_tries: u8,
    /// Tries left for the PUK.
    pub puk_tries: u8,
    /// VERIFY commands that had a PIN in them.
    pub verifications: u32,
    /// Wrong PINs and PUKs, in whatever command.
    pub wrong_pins: u32,
    /// Signatures made.
    pub signatures: u32,
    /// Touches waited for.
    pub touches: u32,
    /// The PIN is the one of the factory.
    pub pin_factory: bool,
    /// The PUK is the one of the factory.
    pub puk_factory: bool,
    /// The management key is the one of the factory.
    pub management_factory: bool,
    /// 3 Triple DES, 8 AES-128, 10 AES-192, 12 AES-256.
    pub management_algorithm: u8,
    /// Slots with a key, by two hex digits.
    pub slots: BTreeMap<String, SlotStatus>,
    /// Faults that have not happened yet.
    pub faults: usize,
}

/// How attestations lie.
#[derive(Clone, Copy, Debug)]
pub enum Lie {
    /// They name another serial number.
    Serial(u32),
    /// They are about another public key.
    Key,
    /// They name another slot.
    Slot,
    /// They are signed by a device certificate that signed itself.
    Chain,
    /// They are there for imported keys too.
    Imported,
    /// They name other policies: PIN never, touch never.
    Policy,
}

/// A room with a smart card service and cards.
pub struct CardRoom {
    // fields go in this order: cards before the service, the directory last
    cards: Vec<Card>,
    service: Child,
    home: TempDir,
}

/// A card in a room.
pub struct Card {
    spec: CardSpec,
    number: usize,
    process: Mutex<Child>,
    socket: PathBuf,
}

impl CardRoom {
    /// A room with these cards, each in its reader and found by the service. `None` where this
    /// machine cannot have one.
    ///
    /// # Panics
    /// Where it cannot, and `CI` or `ROOTSTAGE_REQUIRE_JUDGES` is set; where it should and does not
    /// come up.
    pub fn new(cards: &[CardSpec]) -> Option<Self> {
        let driver = match driver() {
            Ok(driver) => driver,
            Err(missing) => {
                let required = ["CI", "ROOTSTAGE_REQUIRE_JUDGES"]
                    .iter()
                    .any(|name| std::env::var_os(name).is_some());
                assert!(!required, "virtual cards need {missing}: run tests/setup");
                eprintln!("SKIPPED: virtual cards need {missing}: run tests/setup");
                return None;
            }
        };
        let program = card_program();
        let home = TempDir::new().expect("a directory for the room");
        readers(home.path(), driver, cards.len().max(1));
        let service = service(home.path());
        let mut room = Self {
            cards: Vec::new(),
            service,
            home,
        };
        room.until("the smart card service listens", |room| {
            room.socket().exists()
        });
        for (number, spec) in cards.iter().enumerate() {
            let card = room.start(program, number, spec.clone());
            room.cards.push(card);
        }
        for card in &room.cards {
            card.until_powered();
        }
        Some(room)
    }

    /// A program that is to be run in the room, in whatever directory it is given later.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut words = self.inside().into_iter();
        let mut command = Command::new(words.next().expect("a program"));
        command.args(words).arg(program);
        command
    }

    /// The words that stand before a program and its arguments, to run it in the room. The process
    /// id stays that of the program.
    pub fn inside(&self) -> Vec<String> {
        // the directory is looked up on the other side: one that was open before would be cut off
        let enter = r#"exec nsenter --target "$0" --mount --net --wdns="$(pwd -P)" -- "$@""#;
        let id = self.service.id().to_string();
        ["sh", "-c", enter, &id].map(str::to_owned).to_vec()
    }

    /// Runs another test of this test program in the room, by its full name. It should be marked
    /// `#[ignore]`, with the reason that it runs in a room of cards.
    ///
    /// # Panics
    /// Where it fails, or is not there.
    pub fn run_test(&self, name: &str, environment: &[(&str, &str)]) {
        let program = std::env::current_exe().expect("this program");
        let output = self
            .command(program)
            .args([name, "--exact", "--ignored", "--nocapture"])
            .envs(environment.iter().copied())
            .output()
            .expect("the test runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{name} in the room: {}\n{said}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// The card with this number, from 0.
    pub fn card(&self, number: usize) -> &Card {
        self.cards.get(number).expect("the room has so many cards")
    }

    /// The directory of the room, for files of the test.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The TEST root of the cards, in PEM.
    pub fn test_root(&self) -> PathBuf {
        self.home.path().join("roots/test-root.pem")
    }

    /// What stands between cards with a long chain and the root, in PEM.
    pub fn test_intermediates(&self) -> PathBuf {
        self.home.path().join("roots/test-intermediates.pem")
    }

    /// The socket of the smart card service, as programs outside of the room can reach it: in
    /// `PCSCLITE_CSOCK_NAME` for those who read that.
    pub fn socket(&self) -> PathBuf {
        PathBuf::from(format!(
            "/proc/{}/root/run/pcscd/pcscd.comm",
            self.service.id()
        ))
    }

    /// Ends the process of a card and starts it again: it remembers what was in its file.
    pub fn restart(&mut self, number: usize) {
        let card = self.cards.remove(number);
        let spec = card.spec.clone();
        drop(card);
        let card = self.start(card_program(), number, spec);
        card.until_powered();
        self.cards.insert(number, card);
    }

    fn until(&mut self, what: &str, mut is: impl FnMut(&Self) -> bool) {
        let begun = Instant::now();
        while !is(self) {
            if let Some(status) = self.service.try_wait().expect("the service can be asked") {
                panic!("the service has ended, {status}: {}", self.log());
            }
            assert!(begun.elapsed() < PATIENCE, "never: {what}: {}", self.log());
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.home.path().join("pcscd.log")).unwrap_or_default()
    }

    fn start(&self, program: &Path, number: usize, spec: CardSpec) -> Card {
        let home = self.home.path();
        let socket = home.join(format!("card-{number}"));
        let mut command = self.command(program);
        command
            .arg("--until-stdin-ends")
            .args(["--port", &port(number).to_string()])
            .args(["--serial", &spec.serial.to_string()])
            .args(["--firmware", &spec.firmware])
            .args(["--form-factor", &format!("{:02x}", spec.form_factor)])
            .args(["--chain", if spec.long_chain { "long" } else { "short" }])
            .arg("--state")
            .arg(home.join(format!("card-{number}.json")))
            .arg("--control")
            .arg(&socket)
            .arg("--test-root")
            .arg(home.join("roots"))
            .current_dir(home)
            .stdin(Stdio::piped());
        if spec.fips {
            command.arg("--fips");
        }
        // what an earlier process of this card has left is not its answer
        let _ = std::fs::remove_file(&socket);
        Card {
            spec,
            number,
            process: Mutex::new(command.spawn().expect("the card starts")),
            socket,
        }
    }
}

impl Drop for CardRoom {
    fn drop(&mut self) {
        self.cards.clear();
        // all that runs in its process namespace goes with it
        let _ = self.service.kill();
        let _ = self.service.wait();
    }
}

impl Drop for Card {
    fn drop(&mut self) {
        let process = self.process.get_mut().expect("nobody panics with it");
        let _ = process.kill();
        let _ = process.wait();
    }
}

impl Card {
    /// Serial number.
    pub fn serial(&self) -> u32 {
        self.spec.serial
    }

    /// The name of the reader that it is in.
    pub fn reader(&self) -> String {
        format!("{} 00 {:02X}", reader(self.number / 2), self.number % 2)
    }

    /// One line to the control socket, and what it answers.
    ///
    /// # Panics
    /// Where the card does not understand it, or is not there.
    pub fn control(&self, line: &str) -> serde_json::Value {
        let begun = Instant::now();
        let mut stream = loop {
            match UnixStream::connect(&self.socket) {
                Ok(stream) => break stream,
                // a card that has only just been started
                Err(error) => {
                    let ended = self
                        .process
                        .lock()
                        .expect("nobody panics with it")
                        .try_wait();
                    let there = matches!(ended, Ok(None)) && begun.elapsed() < PATIENCE;
                    assert!(there, "card {}: {error}, {ended:?}", self.number);
                }
            }
            std::thread::sleep(LOOK_AGAIN);
        };
        writeln!(stream, "{line}").expect("the card listens");
        let mut answer = String::new();
        BufReader::new(stream)
            .read_line(&mut answer)
            .expect("the card answers");
        let answer: serde_json::Value =
            serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{answer:?}: {error}"));
        assert!(answer.get("error").is_none(), "{line}: {answer}");
        answer
    }

    /// How it stands.
    pub fn status(&self) -> Status {
        serde_json::from_value(self.control("status")).expect("a status")
    }

    /// Whether it waits for a touch now.
    pub fn is_waiting(&self) -> bool {
        self.control("waiting")["waiting"] == true
    }

    /// Waits until it stands so.
    ///
    /// # Panics
    /// Where that never happens.
    pub fn until(&self, what: &str, is: impl Fn(&Status) -> bool) {
        let begun = Instant::now();
        loop {
            let status = self.status();
            if is(&status) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "never: {what}: {status:?}");
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// Waits until the service has found it.
    pub fn until_powered(&self) {
        self.until("the reader finds the card", |status| status.powered);
    }

    /// Touched as soon as it waits. So it begins.
    pub fn touch_auto(&self) {
        self.control("touch auto");
    }

    /// Never touched; its time is over at once.
    pub fn touch_deny(&self) {
        self.control("touch deny");
    }

    /// Touched by [`Self::touch`] only.
    pub fn touch_wait(&self) {
        self.control("touch wait");
    }

    /// Touched after so long.
    pub fn touch_delay(&self, delay: Duration) {
        self.control(&format!("touch delay {}", delay.as_millis()));
    }

    /// How long it waits for a touch; 15 seconds at first.
    pub fn touch_timeout(&self, patience: Duration) {
        self.control(&format!("touch-timeout {}", patience.as_millis()));
    }

    /// Waits until it waits for a touch, and touches it.
    pub fn touch(&self) {
        self.until("the card waits for a touch", |status| status.waiting);
        self.control("touch");
    }

    /// Pulls it out.
    pub fn remove(&self) {
        self.control("remove");
    }

    /// Puts it back, and waits until the service has found it.
    pub fn insert(&self) {
        self.control("insert");
        self.until_powered();
    }

    /// The so manieth command (from 1) with this instruction is answered with a status word and not
    /// done. Of VERIFY (0x20) only those with a PIN count, here and below.
    pub fn fail(&self, ins: u8, sw: u16, nth: u32) {
        self.control(&format!("fail {ins:02x} {sw:04x} {nth}"));
    }

    /// It vanishes when the next command with this instruction comes, and does not do it.
    pub fn drop_before(&self, ins: u8) {
        self.control(&format!("drop {ins:02x} before"));
    }

    /// It does the next command with this instruction, and vanishes before it answers.
    pub fn drop_after(&self, ins: u8) {
        self.control(&format!("drop {ins:02x} after"));
    }

    /// Its attestations lie from now on; lies add up.
    pub fn lie(&self, lie: Lie) {
        let words = match lie {
            Lie::Serial(serial) => format!("serial {serial}"),
            Lie::Key => "key".to_owned(),
            Lie::Slot => "slot".to_owned(),
            Lie::Chain => "chain".to_owned(),
            Lie::Imported => "imported".to_owned(),
            Lie::Policy => "policy".to_owned(),
        };
        self.control(&format!("lie {words}"));
    }

    /// Its attestations are true again.
    pub fn honest(&self) {
        self.control("lie off");
    }
}

/// Keeps the card in the first reader to this program, says `held`, and waits for the end of its input:
/// what a program does that is in the way.
pub fn hold() {
    let context = pcsc::Context::establish(pcsc::Scope::User).expect("a service");
    let readers = context.list_readers_owned().expect("readers");
    let reader = readers.first().expect("a reader");
    let _card = context
        .connect(reader, pcsc::ShareMode::Exclusive, pcsc::Protocols::ANY)
        .expect("a card that nobody holds");
    println!("held");
    std::io::stdin().lines().for_each(drop);
}

/// The port of the reader for this card; each pair of cards has a driver of its own.
fn port(number: usize) -> u16 {
    let number = u16::try_from(number).expect("a handful of cards");
    0x8c7b + number
}

/// The driver of the virtual reader, where a room can be had; else what is missing.
fn driver() -> Result<&'static Path, &'static str> {
    let found = |program: &str| {
        ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]
            .iter()
            .any(|directory| Path::new(directory).join(program).exists())
    };
    if !rustix::process::geteuid().is_root() {
        return Err("root, for namespaces of their own");
    }
    for (program, missing) in [
        ("pcscd", "pcscd"),
        ("unshare", "unshare"),
        ("nsenter", "nsenter"),
        ("ip", "ip"),
    ] {
        if !found(program) {
            return Err(missing);
        }
    }
    let drivers = DRIVERS.iter().map(Path::new);
    drivers
        .into_iter()
        .find(|path| path.exists())
        .ok_or("vpcd (vsmartcard-vpcd)")
}

/// The name of a pair of readers: the service counts within a driver only.
fn reader(pair: usize) -> String {
    match pair {
        0 => READER.to_owned(),
        pair => format!("{READER} {pair:02}"),
    }
}

/// The readers, two in each driver. A driver keeps its lines in static places, so that each pair
/// needs a copy of the library.
fn readers(home: &Path, driver: &Path, cards: usize) {
    let conf = home.join("readers");
    std::fs::create_dir(&conf).expect("a directory for readers");
    let mut text = String::new();
    for pair in 0..cards.div_ceil(2) {
        let library = home.join(format!("libifdvpcd-{pair}.so"));
        std::fs::copy(driver, &library).expect("a copy of the driver");
        let port = port(pair * 2);
        let block = format!(
            "FRIENDLYNAME \"{}\"\nDEVICENAME /dev/null:0x{port:X}\nLIBPATH {}\nCHANNELID 0x{port:X}\n\n",
            reader(pair),
            library.display()
        );
        text.push_str(&block);
    }
    std::fs::write(conf.join("vpcd"), text).expect("the readers are written");
}

/// The smart card service, first process of a process namespace of its own.
fn service(home: &Path) -> Child {
    // the place of its socket, which the namespace covers with its own
    std::fs::create_dir_all("/run/pcscd").expect("a place for the socket");
    // cat ends with the test that holds the other end of the line, and takes everything along
    let script = r#"
        mount -t tmpfs room /run/pcscd && ip link set lo up || exit 1
        pcscd --foreground --config "$0/readers" >"$0/pcscd.log" 2>&1 </dev/null &
        exec cat
    "#;
    Command::new("unshare")
        .args(["--mount", "--net", "--pid", "--fork", "--kill-child"])
        .args(["--propagation", "private", "sh", "-c", script])
        .arg(home)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("a namespace")
}

/// The program that is the card, built once.
fn card_program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
        let output = Command::new(cargo)
            .args(["build", "--quiet", "--locked", "--package"])
            .args(["virtual-yubikey", "--message-format", "json"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "the card is not built: {said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        said.lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .find_map(|message| message["executable"].as_str().map(PathBuf::from))
            .expect("cargo says where the card is")
    })
}
