//! A recorded ceremony as long as is wanted, made by the engine, with no key and nothing left to
//! chance: a rehearsal up to the first token, which is never found. In between people log exceptions,
//! leave and come back.

use std::path::Path;
use std::sync::Arc;

use rootstage::answers::as_asked;
use rootstage::ceremony::command::{Command, ExceptionForm};
use rootstage::ceremony::decide::decide;
use rootstage::ceremony::effect::{Effect, Outcome};
use rootstage::ceremony::event::{Opening, Resumption};
use rootstage::ceremony::evolve::evolve;
use rootstage::ceremony::plan::{Mode, Outline, Plan, rehearsal};
use rootstage::ceremony::procedure::Procedure;
use rootstage::ceremony::script::Script;
use rootstage::ceremony::scripts;
use rootstage::ceremony::state::{Placed, State};
use rootstage::ceremony::token::{Fault, TokenName};
use rootstage::transcript::chain::{Chain, Draft};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// A ceremony directory: plan, script and a transcript of so many records.
pub fn write(dir: &Path, records: u64) {
    let plan = rehearsal(&Outline {
        title: "Recorded rehearsal".to_owned(),
        location: "nowhere".to_owned(),
        keyholders: 3,
        threshold: 2,
        expires: datetime!(2027-11-23 12:00 UTC),
    });
    let script = scripts::bytes_of("first-root-rehearsal").expect("the shipped script");
    std::fs::create_dir_all(dir).expect("a directory");
    std::fs::write(dir.join("plan.toml"), &plan).expect("the plan");
    std::fs::write(dir.join("script.toml"), script).expect("the script");
    let procedure = Procedure::new(
        Script::parse(script).expect("the script parses"),
        Plan::parse(plan.as_bytes()).expect("the plan parses"),
    );
    let mut reel = Reel {
        state: State::new(Arc::new(procedure)),
        chain: Chain::new(Mode::Rehearsal),
        now: datetime!(2026-11-23 12:00 UTC),
        lines: String::new(),
        records,
    };
    reel.play();
    std::fs::write(dir.join("transcript.jsonl"), reel.lines).expect("the transcript");
}

struct Reel {
    state: State,
    chain: Chain,
    now: OffsetDateTime,
    lines: String,
    records: u64,
}

impl Reel {
    fn play(&mut self) {
        let procedure = Arc::clone(&self.state.procedure);
        self.submit(Command::Open(Opening {
            ceremony: "00".repeat(16),
            mode: Mode::Rehearsal,
            script: procedure.script.digest,
            plan: procedure.plan.digest,
            program: rootstage::PROGRAM_VERSION.to_owned(),
            rules: 1,
            released: rootstage::RELEASED.to_owned(),
            plan_directory: "/".to_owned(),
        }));
        let mut answers = 0_u32;
        while self.chain.length() < self.records {
            answers += 1;
            self.now += Duration::milliseconds(1700);
            if answers % 5 == 3 {
                self.submit(Command::LogException(ExceptionForm {
                    expected: "The room is quiet.".to_owned(),
                    happened: format!("A telephone rang, call {answers}."),
                    decided: "It was switched off.".to_owned(),
                    initials: vec!["WW".to_owned()],
                }));
            }
            if answers % 9 == 8 {
                self.submit(Command::Pause {
                    reason: "left".to_owned(),
                });
                self.now += Duration::minutes(20);
                self.submit(Command::Resume(Resumption {
                    program: rootstage::PROGRAM_VERSION.to_owned(),
                    cut_bytes: 0,
                }));
            }
            let command = match &self.state.asking {
                Some(ask) => Command::Answer(as_asked(ask, &procedure.plan, self.now)),
                None => Command::Continue,
            };
            self.submit(command);
        }
    }

    fn submit(&mut self, command: Command) {
        let decision = decide(&self.state, command).expect("accepted");
        for (actor, event) in decision.events {
            if self.chain.length() == self.records {
                return;
            }
            self.now += Duration::milliseconds(3);
            let step = self.state.step();
            let step = step.map_or_else(String::new, |step| step.id.clone());
            let at = self.at();
            let line = self
                .chain
                .append(&Draft {
                    actor: &actor,
                    at: &at,
                    mono: self.chain.length() * 10,
                    step: &step,
                    event: &event,
                    salt: [7; 16],
                })
                .expect("canonical");
            self.lines.push_str(&line);
            self.lines.push('\n');
            let placed = Placed {
                seq: self.chain.length() - 1,
                at,
                node: self.chain.head(),
                event,
            };
            evolve(&mut self.state, &placed);
        }
        let outcome = match decision.effect {
            None => return,
            Some(Effect::CheckEnvironment) => Outcome::Environment(Vec::new()),
            Some(Effect::ReadClock) => Outcome::Clock(self.at()),
            Some(_) => Outcome::Fault(Fault::TokenAbsent {
                token: TokenName("file:tokens/keyholder-1.age".to_owned()),
                present: Vec::new(),
            }),
        };
        self.submit(Command::Observe(outcome));
    }

    fn at(&self) -> String {
        let (day, time) = (self.now.date(), self.now.time());
        format!(
            "{day}T{:02}:{:02}:{:02}.{:03}Z",
            time.hour(),
            time.minute(),
            time.second(),
            time.millisecond()
        )
    }
}
