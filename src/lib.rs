//! rootstage: root key ceremonies in the terminal.
//!
//! A room of keyholders makes a TUF root on YubiKeys and PKCS#11 tokens; everything that happens is
//! in a transcript from which an audit derives it again. This page is the map.
//!
//! # The idea
//!
//! A ceremony is a log of events. [`ceremony::decide`] turns a command into events and at most one
//! effect and changes nothing; [`ceremony::evolve`] is the state after one more event and cannot
//! fail. [`driver`] is the only loop: decide, append and fsync, evolve, perform, observe. So an
//! interrupted ceremony, an audit and the screens all see the same fold over the same log, and
//! nothing is done in the world before the record says that it will be.
//!
//! # Which type do I use?
//!
//! | I want to … | I use |
//! |---|---|
//! | read a plan or a script, and hear of every problem with its line | [`Plan::parse`], [`Script::parse`]; [`Problems`] |
//! | know the very steps of a day | [`Procedure::new`] |
//! | hold a ceremony in a new directory, or go on with one | [`directory::open`], [`directory::resume`], which give a [`Driver`] |
//! | play a ceremony without a person | [`answers::play`] |
//! | know what people are being asked | [`State::asking`], an [`Ask`]; who has signed is on the [`board`] |
//! | add a kind of step | one line in [`steps::KINDS`] |
//! | use a token, or add a kind of token | the trait [`Tokens`]; [`token::AllTokens`] behind it |
//! | read a root and know whether it is good | [`Signed::parse`], then [`Trusted::first`] or [`Trusted::next`]: only a [`Trusted`] has passed its threshold |
//! | read any metadata file, large ones too, and add signatures with no other byte changed | [`Metadata::parse`], [`Metadata::countersigned`] |
//! | the bytes that TUF signs | [`canonical::olpc`]; from a text, quickly, [`canonical::olpc_of_text`] |
//! | verify a whole repository as clients do, from files that I bring | [`tuf::client::Client`] with a [`tuf::client::Fetch`]; from a trusted root to the newest alone: [`tuf::client::follow_roots`] |
//! | make what clients of Sigstore read | [`sigstore::trusted_root`], [`sigstore::signing_config`] |
//! | keep a repository online: stage, sign, publish, verify | [`repo::Place`], [`repo::publish`], [`repo::Published`]; what expires soon: [`repo::refresh::refresh`] |
//! | read targets, snapshot or timestamp metadata | [`Trusted::delegate`], which gives [`tuf::targets::Targets`] and its like; what changes: [`tuf::targets::targets_changes`] |
//! | carry files across the air gap, or read what came | [`Envelope::pack`], [`Envelope::parse`]; encrypted: [`sealed`] |
//! | show a file as QR codes, or put one together from what was read | [`qr::Transfer`], [`qr::Collector`]; what a hand scanner types: [`qr::keyboard`] |
//! | know which media are plugged in, read from one, write to one | [`media::Machine::places`], [`media::read::read`], [`media::write::write`]; a copy of the transcript: [`media::log::LogCopy`] |
//! | read QR codes in pictures, videos, from a camera | [`scan`], behind the trait [`Scanner`]; on a screen: [`tui::scan::Scan`] |
//! | have QR codes on a screen of the terminal, or on paper | [`tui::show::Show`], [`qr::sheet::Sheets`] |
//! | bring signatures of several sites together | [`envelope::merge`] |
//! | know what a root changes, and what is to be said of it | [`tuf::diff::diff`]; every rule is in [`RULES`] |
//! | know who must still sign, under the old root and the new | [`tuf::rotation::signers`] |
//! | examine a whole history of roots | [`tuf::history::history`] |
//! | speak with a YubiKey | [`token::yubikey`], behind the same trait; what it replies: [`token::yubikey::replies`] |
//! | know what a YubiKey is given before a key is made on it | [`Provisioning`], one act at a time |
//! | know whether a key was made inside its token | [`attestation::verdict`]: named checks, against pinned roots |
//! | find the token's certificate beside a root's key | [`attestation::matches()`] |
//! | check a transcript, record by record | [`Chain::verify`]; with all its meaning: [`Auditor`] |
//! | know what keyholders seal, and in which form | [`transcript::seal`], [`ceremony::sealing`] |
//! | know what happened when: steps, answers, interruptions | [`Chronicle`] |
//! | see a recorded ceremony again, or its state at any record | [`tui::replay`]: a [`Tape`], which [`directory::audit_watched`] winds |
//! | have the report on a ceremony, for an auditor | [`document::html`] of an audit |
//! | record what people see, or draw it again from a transcript | [`tui::recorder::Recorder`], [`tui::recorder::redrawn::Redrawn`]; how far the record covers it: [`ceremony::recording`] |
//! | show a digest to people | [`digest::Sha256`]: hex, groups, PGP words |
//! | show text that came from outside | [`safe::safe`] |
//! | hand a PIN from the keyboard to a token | [`secret::Secret`], and nothing else |
//! | put a fault or a refusal into words | [`report`] |
//!
//! # The rooms of the house
//!
//! ```text
//!   main ── cli ───────────────── tui           what people type and see
//!            │                     │
//!            ├── answers ──────────┤            a front end without people
//!            │                     │
//!            ├── repo (token, journal)         the online side: keys, staged, repository
//!            │                     │
//!          directory ── driver ────┘            the loop; opening and going on
//!            │             │
//!            │           ports ◄── world ── token, airgap     effects, performed
//!            │             │         │       │    media        what is plugged in
//!            │             │         │       │
//!          journal         │   scan  secret  sealed            pictures of QR codes; encryption with age
//!   ─────────┼─────────────┼──────────────────  above: files, clock, terminal; below: none
//!            ▼             ▼
//!        document ──┬─────────┐                 the report that one hands to an auditor
//!                   ▼         ▼
//!          transcript ⇄ ceremony ── report      the log and the rules
//!                          │
//!          attestation ── tuf ◄── envelope      certificates; metadata, thresholds, the client; what crosses the gap
//!                          │
//!          sigstore (attestation)             what Sigstore's clients look for
//!          qr     canonical, digest, safe       files as frames; bytes
//! ```
//!
//! The lower half is pure: no file, process, environment, clock or terminal, so that what an audit
//! says on another machine years later is what the ceremony said. `tests/architecture.rs` holds the
//! table of arrows and of what each room may not touch; it is the documentation of the rule, and it
//! fails when the code says otherwise.
//!
//! [`Ask`]: ceremony::ask::Ask
//! [`Auditor`]: transcript::audit::Auditor
//! [`board`]: ceremony::board::board
//! [`Chain::verify`]: transcript::Chain::verify
//! [`Chronicle`]: ceremony::chronicle::Chronicle
//! [`Driver`]: driver::Driver
//! [`Metadata::countersigned`]: tuf::metadata::Metadata::countersigned
//! [`Metadata::parse`]: tuf::metadata::Metadata::parse
//! [`Envelope::pack`]: envelope::Envelope::pack
//! [`Envelope::parse`]: envelope::Envelope::parse
//! [`Plan::parse`]: ceremony::plan::Plan::parse
//! [`Problems`]: ceremony::problem::Problems
//! [`Procedure::new`]: ceremony::procedure::Procedure::new
//! [`Script::parse`]: ceremony::script::Script::parse
//! [`Provisioning`]: ceremony::token::piv::Provisioning
//! [`RULES`]: tuf::policy::RULES
//! [`Scanner`]: ports::Scanner
//! [`Signed::parse`]: tuf::root::Signed::parse
//! [`State::asking`]: ceremony::state::State::asking
//! [`steps::KINDS`]: ceremony::steps::KINDS
//! [`Tape`]: tui::replay::tape::Tape
//! [`Tokens`]: ports::Tokens
//! [`Trusted`]: tuf::trusted::Trusted
//! [`Trusted::delegate`]: tuf::trusted::Trusted::delegate
//! [`Trusted::first`]: tuf::trusted::Trusted::first
//! [`Trusted::next`]: tuf::trusted::Trusted::next

pub mod airgap;
pub mod answers;
pub mod attestation;
pub mod canonical;
pub mod ceremony;
pub mod cli;
pub mod digest;
pub mod directory;
pub mod document;
pub mod driver;
pub mod envelope;
pub mod journal;
pub mod media;
pub mod ports;
pub mod qr;
pub mod repo;
pub mod report;
pub mod safe;
pub mod scan;
pub mod sealed;
pub mod secret;
pub mod sigstore;
pub mod token;
pub mod transcript;
pub mod tuf;
pub mod tui;
pub mod world;

/// Name and version of this program, as the transcript records it.
pub const PROGRAM_VERSION: &str = concat!("rootstage ", env!("CARGO_PKG_VERSION"));

/// Day on which this version was released: no clock is right before it.
pub const RELEASED: &str = "2026-11-23";
