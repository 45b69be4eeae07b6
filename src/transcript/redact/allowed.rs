//! The list of what is allowed, by kind of event.

use crate::ceremony::effect::{Effect, FileDigest, Message};
use crate::ceremony::event::Event;
use crate::ceremony::plan::{PublishPlan, Withheld};

/// What came before a record, as far as it says what the record is about.
#[derive(Clone, Debug)]
pub struct Course {
    /// Whether the seal is published.
    seal: bool,
    /// What the token was last asked to sign.
    message: Option<Message>,
}

impl Course {
    /// Before the first record.
    pub fn new(seal: bool) -> Self {
        Self {
            seal,
            message: None,
        }
    }

    /// After this one, which is published or not. A proof of which the copy does not say that it is one would be
    /// taken for a signature over the content.
    pub fn record(&mut self, event: &Event, told: bool) {
        if let Event::Intended(effect) = event {
            self.message = match effect {
                Effect::Sign { message, .. } => Some(message.clone()),
                _ => None,
            }
            .filter(|message| told || !matches!(message, Message::Possession { .. }));
        }
    }

    /// Whether what is signed may be known: a signature over text that could be guessed confirms a guess.
    fn message_is_public(&self, tokens: bool) -> bool {
        match self.message {
            Some(Message::Payload { .. }) => true,
            Some(Message::Seal { .. }) => self.seal,
            Some(Message::Possession { .. }) => tokens,
            None => false,
        }
    }
}

/// Whether the body of this event can be published.
pub fn allowed(event: &Event, course: &Course, publish: &PublishPlan) -> bool {
    if publish.is_open() {
        return true;
    }
    let names = publish.withholds(Withheld::Names);
    let tokens = !publish.withholds(Withheld::Serials);
    let elsewhere = |path: &str| !tells(path, names, tokens);
    let files = |files: &[FileDigest]| files.iter().all(|file| elsewhere(&file.name));
    match event {
        // ids, counts, times, public keys and what is signed
        Event::Resumed(_)
        | Event::StepBegun {}
        | Event::ClockRead { .. }
        | Event::TokenReplaced { .. }
        | Event::LogAttached {}
        | Event::LogGivenUp { .. }
        | Event::RollCalled { .. }
        | Event::KeyEnrolled { .. }
        | Event::KeyPresented { .. }
        | Event::RootTrusted { .. }
        | Event::ContentImported { .. }
        | Event::FindingsAccepted { .. }
        | Event::RootAssembled { .. }
        | Event::ContentApproved { .. }
        | Event::DoubtSettled {}
        | Event::SignaturesCounted { .. }
        | Event::StepSkipped { .. }
        | Event::StepDone {}
        | Event::CeremonyClosed {} => true,
        Event::Paused { reason } => is_own(reason),
        Event::CeremonyOpened(opening) => elsewhere(&opening.plan_directory),
        Event::MetadataWritten { files: written } => files(written),
        Event::Archived { file } => elsewhere(&file.name),
        Event::SealStated { .. } | Event::SealRead { .. } => course.seal,
        Event::SealWritten { file } => course.seal && elsewhere(&file.name),
        Event::SignatureMade { .. } => course.message_is_public(tokens),
        Event::Intended(effect) => intended(effect, course, publish),
        // what tokens and media say of themselves
        Event::TokenIdentified(_)
        | Event::KeySought { .. }
        | Event::KeyGenerated(_)
        | Event::TokenProvisioned { .. }
        | Event::KeyAttested(_)
        | Event::MediaListed { .. }
        | Event::MediumBound { .. } => tokens,
        // what people read, typed and wrote; what the machine said; what came in; where it was written; what was
        // on the screen, whose digest would confirm a guess
        Event::Asked(_)
        | Event::ScreenRecorded(_)
        | Event::Answered { .. }
        | Event::EnvironmentChecked { .. }
        | Event::FilesRead { .. }
        | Event::LogLost(_)
        | Event::Exported { .. }
        | Event::Faulted(_)
        | Event::ContentWithdrawn { .. }
        | Event::ExceptionLogged(_)
        | Event::Aborted { .. } => false,
    }
}

fn intended(effect: &Effect, course: &Course, publish: &PublishPlan) -> bool {
    let names = publish.withholds(Withheld::Names);
    let tokens = !publish.withholds(Withheld::Serials);
    match effect {
        Effect::CheckEnvironment
        | Effect::ReadClock
        | Effect::ListMedia
        | Effect::AttachLog
        | Effect::Archive { .. } => true,
        Effect::WriteSeal { .. } => course.seal,
        Effect::WriteMetadata { directories, .. } => {
            !directories.iter().any(|path| tells(path, names, tokens))
        }
        Effect::Sign {
            message: Message::Seal { .. },
            ..
        } => course.seal && tokens,
        Effect::Identify { .. }
        | Effect::FindKey { .. }
        | Effect::Generate { .. }
        | Effect::Provision { .. }
        | Effect::Attest { .. }
        | Effect::Sign { .. } => tokens,
        Effect::ReadFiles { .. } | Effect::Export { .. } => false,
    }
}

/// Whether a path tells what is withheld by the place where it lies.
///
/// A home directory is called after a person, whether or not that person is in the plan. Desktops mount media at
/// `/media/PERSON/LABEL` and `/run/media/PERSON/LABEL`.
fn tells(path: &str, names: bool, tokens: bool) -> bool {
    let beyond = |mark: &str| path.split_once(mark).map(|(_, rest)| rest);
    let in_a_home = ["/home/", "/Users/"]
        .into_iter()
        .any(|home| beyond(home).is_some());
    let of_a_person = beyond("/media/").is_some_and(|rest| rest.contains('/'));
    let of_a_label = of_a_person || beyond("/Volumes/").is_some();
    (names && (in_a_home || of_a_person)) || (!tokens && of_a_label)
}

/// A reason that the program gives by itself.
pub(super) fn is_own(reason: &str) -> bool {
    const OWN: [&str; 4] = [
        "left",
        "SIGHUP: the terminal went away",
        "SIGTERM",
        "SIGINT",
    ];
    OWN.contains(&reason)
}
