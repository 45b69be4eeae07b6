//! The command line: one file per verb.
//!
//! Exit status: 0 it is so; 1 it is not; 2 the words of the call are wrong; 3 the surroundings
//! failed.

mod attest;
mod audit;
mod camera;
mod ceremony;
mod desk;
mod doctor;
mod envelope;
mod filmed;
mod front;
mod manual;
mod media;
mod output;
mod paper;
mod passphrase;
pub mod plan;
mod progress;
mod publish;
mod qr;
mod rehearsal;
mod rehearse;
mod replay;
mod repo;
mod report;
mod root;
pub mod script;
mod sign;
mod token;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use time::OffsetDateTime;

use output::{write_bytes, write_output};

use crate::airgap::harden::Hardening;
use crate::directory::DirectoryError;
use crate::tui::recorder::Recorder;
use crate::tui::settings::{self, ColourWish, GlyphSet, Settings, Surroundings};

/// Root key ceremonies in the terminal.
#[derive(Debug, Parser)]
#[command(
    name = "rootstage",
    version,
    about = "Root key ceremonies in the terminal: TUF root metadata, threshold-signed with tokens, in an auditable transcript",
    after_help = "Start with a rehearsal: rootstage rehearse\nWithout a command, the home screen opens.",
    disable_help_subcommand = true
)]
pub struct Call {
    /// Glyphs of the screens.
    #[arg(long, global = true, value_enum, default_value_t = Glyphs::Auto)]
    glyphs: Glyphs,
    /// Colours of the screens; `NO_COLOR` turns them off as well.
    #[arg(long, global = true, value_enum, default_value_t = Colours::Auto)]
    color: Colours,
    #[command(subcommand)]
    verb: Option<Verb>,
}

/// Choice of glyphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Glyphs {
    /// By TERM and locale.
    Auto,
    /// Box drawing and symbols.
    Unicode,
    /// What Linux console fonts have.
    Console,
    /// Seven bits.
    Ascii,
}

/// Choice of colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colours {
    /// Where the terminal has them and `NO_COLOR` is not set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Holds a whole ceremony with software tokens made for it, marked as a rehearsal.
    #[command(
        after_help = "Example:\n  rootstage rehearse --script replace-lost-key --keyholders 5 --threshold 3 --dir /tmp/rehearsal"
    )]
    Rehearse(rehearse::Rehearse),
    /// Holds the ceremony that a plan describes; its screens are recorded in session.cast, without PINs.
    #[command(after_help = "Example:\n  rootstage run plan.toml --dir /media/log/ceremony-2026")]
    Run(ceremony::Run),
    /// Goes on with an interrupted ceremony at the last safe point.
    #[command(after_help = "Example:\n  rootstage resume /media/log/ceremony-2026")]
    Resume(ceremony::Resume),
    /// Derives everything in a ceremony directory again; one PASS or FAIL line per rule.
    #[command(
        after_help = "Example:\n  rootstage audit /media/log/ceremony-2026 --expect-head \"island tolerance sailboat …\""
    )]
    Audit(audit::Audit),
    /// Shows a recorded ceremony again, record by record, with the screens that people saw.
    #[command(
        after_help = "Examples:\n  rootstage replay /media/log/ceremony-2026\n  rootstage replay /media/log/ceremony-2026 --cast ceremony.cast\n\nSpace plays, ? shows the keys. The audit runs first; where the record does not hold, the frame says so all the time, and the exit status is 1. With --cast the screens become a recording for ordinary players, such as `asciinema play`; what was on the screen itself is in session.cast in the ceremony directory."
    )]
    Replay(replay::Replay),
    /// Writes the report on a ceremony, from a new audit: one HTML page for a screen or a printer.
    #[command(
        after_help = "Examples:\n  rootstage report /media/log/ceremony-2026 -o report.html\n  rootstage report /media/log/ceremony-2026 --paper -o filled.pdf --page letter\n  rootstage report --public /media/log/ceremony-2026 -o published\n\nA report is written whatever the audit says; the exit status is that of the audit. The report is HTML: as a PDF it comes from the print dialogue of any browser. The paper script (--paper) is written as HTML, PDF or text."
    )]
    Report(report::Report),
    /// The ceremony scripts: what is done, in which order.
    #[command(
        subcommand,
        after_help = "Example:\n  rootstage script print first-root --plan plan.toml -o script.pdf"
    )]
    Script(script::Verb),
    /// The plan: the parameters of one ceremony, written before the day.
    #[command(
        subcommand,
        after_help = "Example:\n  rootstage plan new --keyholders 5 --threshold 3 -o plan.toml"
    )]
    Plan(plan::Verb),
    /// TUF roots: what they say, what a new one changes, who has signed, a whole history.
    #[command(
        subcommand,
        after_help = "Example:\n  rootstage root diff 9.root.json 10.root.json"
    )]
    Root(root::Verb),
    /// Adds one signature to one metadata file, with the review and the record of a ceremony.
    #[command(
        after_help = "Example:\n  rootstage sign root.json --trusted 4.root.json --token file:ada.age --name \"Ada Lovelace\" --initials AL"
    )]
    Sign(sign::Sign),
    /// Tokens on this machine.
    #[command(
        subcommand,
        after_help = "Example:\n  rootstage token list --module /usr/lib/softhsm/libsofthsm2.so"
    )]
    Token(token::Verb),
    /// Attestations of tokens: who vouches for a key.
    #[command(
        subcommand,
        after_help = "Example:\n  rootstage attest verify --key-cert key.pem --device-cert device.pem --serial 15422467"
    )]
    Attest(attest::Verb),
    /// Files that cross the air gap: packed, opened, looked into, merged.
    #[command(
        subcommand,
        after_help = "Example:\n  rootstage envelope inspect root-2.rse"
    )]
    Envelope(envelope::Verb),
    /// Removable media: what is plugged in, files from one and onto one.
    #[command(
        subcommand,
        after_help = "Example:\n  rootstage media write /dev/sdb1 root-2.rse"
    )]
    Media(media::Verb),
    /// QR codes: a file shown, printed, or read.
    #[command(subcommand, after_help = "Example:\n  rootstage qr show root-2.rse")]
    Qr(qr::Verb),
    /// The online side: keys, targets, and what clients fetch.
    #[command(subcommand, after_help = "Example:\n  rootstage repo status --dir tuf")]
    Repo(repo::Verb),
    /// Checks this machine: network, swap, clock, terminal, this binary.
    #[command(after_help = "Example:\n  rootstage doctor --json")]
    Doctor(doctor::Doctor),
    /// Prints completions for a shell.
    #[command(
        after_help = "Example:\n  rootstage completions bash > /etc/bash_completion.d/rootstage"
    )]
    Completions(manual::Completions),
    /// Writes the man pages into a directory.
    #[command(after_help = "Example:\n  rootstage man /usr/local/share/man/man1")]
    Man(manual::Man),
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub struct Failure {
    /// Exit status.
    pub status: u8,
    /// Words for people; empty where the output said it all.
    pub words: String,
}

impl Failure {
    /// It is not so (exit status 1).
    pub fn not_so(words: impl Into<String>) -> Self {
        Self {
            status: 1,
            words: words.into(),
        }
    }

    /// The words of the call are wrong (exit status 2).
    pub fn call(words: impl Into<String>) -> Self {
        Self {
            status: 2,
            words: words.into(),
        }
    }

    /// The surroundings failed (exit status 3).
    pub fn surroundings(words: impl Into<String>) -> Self {
        Self {
            status: 3,
            words: words.into(),
        }
    }
}

impl From<DirectoryError> for Failure {
    fn from(error: DirectoryError) -> Self {
        match &error {
            DirectoryError::Problems(_)
            | DirectoryError::NotWhatRan { .. }
            | DirectoryError::Changed { .. }
            | DirectoryError::Ended(_)
            | DirectoryError::Published(_)
            | DirectoryError::NeverOpened(_)
            | DirectoryError::Stop(_) => Self::not_so(error.to_string()),
            DirectoryError::NotEmpty(_) | DirectoryError::LeftOver(_) => {
                Self::call(error.to_string())
            }
            DirectoryError::Io { .. } | DirectoryError::Journal(_) => {
                Self::surroundings(error.to_string())
            }
        }
    }
}

/// What every verb gets.
pub struct Room {
    /// What hardening was possible.
    pub hardening: Hardening,
    glyphs: Glyphs,
    colours: Colours,
    recorder: Recorder,
}

impl Room {
    /// How the screens draw, for a ceremony in `dir`.
    fn settings(&self, dir: &std::path::Path) -> Settings {
        let var = |name: &str| std::env::var(name).ok();
        let (no_color, term) = (var("NO_COLOR"), var("TERM"));
        let (lc_all, lc_ctype, lang) = (var("LC_ALL"), var("LC_CTYPE"), var("LANG"));
        let around = Surroundings {
            no_color: no_color.as_deref(),
            term: term.as_deref(),
            lc_all: lc_all.as_deref(),
            lc_ctype: lc_ctype.as_deref(),
            lang: lang.as_deref(),
        };
        let glyphs = match self.glyphs {
            Glyphs::Auto => None,
            Glyphs::Unicode => Some(GlyphSet::Unicode),
            Glyphs::Console => Some(GlyphSet::Console),
            Glyphs::Ascii => Some(GlyphSet::Ascii),
        };
        let wish = match self.colours {
            Colours::Auto => ColourWish::Auto,
            Colours::Always => ColourWish::Always,
            Colours::Never => ColourWish::Never,
        };
        Settings {
            glyphs: settings::glyphs(glyphs, around),
            colour: settings::colour(wish, around),
            clock: now,
            strength: |secret| {
                let strength = crate::ceremony::passphrase::strength(secret);
                (strength.bits, strength.words)
            },
            resume: format!("rootstage resume {}", dir.display()),
            audit: format!("rootstage audit {}", dir.display()),
        }
    }
}

/// UTC now.
pub fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// Runs the program.
pub fn run(hardening: Hardening) -> ExitCode {
    let call = match Call::try_parse() {
        Ok(call) => call,
        Err(error) => {
            // Help and version go to stdout with status 0, wrong words to stderr with status 2.
            let _ = error.print();
            return ExitCode::from(u8::from(error.use_stderr()) * 2);
        }
    };
    let room = Room {
        hardening,
        glyphs: call.glyphs,
        colours: call.color,
        recorder: Recorder::default(),
    };
    let result = match call.verb {
        None => ceremony::home(&room),
        Some(Verb::Rehearse(verb)) => verb.run(&room),
        Some(Verb::Run(verb)) => verb.run(&room),
        Some(Verb::Resume(verb)) => verb.run(&room),
        Some(Verb::Audit(verb)) => verb.run(),
        Some(Verb::Replay(verb)) => verb.run(&room),
        Some(Verb::Report(verb)) => verb.run(),
        Some(Verb::Script(verb)) => verb.run(),
        Some(Verb::Plan(verb)) => verb.run(),
        Some(Verb::Root(verb)) => verb.run(now()),
        Some(Verb::Sign(verb)) => verb.run(&room),
        Some(Verb::Token(verb)) => verb.run(&room),
        Some(Verb::Attest(verb)) => verb.run(),
        Some(Verb::Envelope(verb)) => verb.run(),
        Some(Verb::Media(verb)) => verb.run(),
        Some(Verb::Qr(verb)) => verb.run(&room),
        Some(Verb::Repo(verb)) => verb.run(),
        Some(Verb::Doctor(verb)) => verb.run(&room),
        Some(Verb::Completions(verb)) => {
            verb.run();
            Ok(())
        }
        Some(Verb::Man(verb)) => verb.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.words.is_empty() {
                notice(&format!("rootstage: {}", failure.words));
            }
            ExitCode::from(failure.status)
        }
    }
}

/// Prints to stdout. A reader that has gone away is no failure of ours; a full disk is.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let written = out
        .write_all(text.as_bytes())
        .and_then(|()| out.write_all(end.as_bytes()))
        .and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            notice(&format!(
                "rootstage: stdout: {error}. The output is not complete."
            ));
            std::process::exit(3);
        }
        _ => {}
    }
}

/// Prints one JSON document to stdout.
pub fn print_json(value: &serde_json::Value) {
    print(&crate::canonical::pretty(value));
}

/// Prints a notice to stderr. Names of files and words of the operating system come from outside, so that every
/// line of it is made safe to look at.
pub fn notice(text: &str) {
    let lines: Vec<String> = text.split('\n').map(crate::safe::safe).collect();
    let _ = writeln!(std::io::stderr().lock(), "{}", lines.join("\n"));
}

/// Reads a file that a person named.
pub fn read(path: &std::path::Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| {
        Failure::surroundings(format!(
            "{}: {error}. Nothing was changed. Check the path.",
            path.display()
        ))
    })
}

/// The command line itself, for completions and man pages.
pub fn command() -> clap::Command {
    <Call as clap::CommandFactory>::command()
}
