//! What is on the screen, as values. Nothing here touches a terminal.

use std::time::{Duration, Instant};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::entry::Entry;
use super::entry::touch::Stray;
use super::receiving::Receiving;
use super::scan::Eyes;
use super::settings::Settings;
use super::show::Show;
use crate::ceremony::ask::Ask;
use crate::ceremony::check::Verdict;
use crate::ceremony::effect::Effect;
use crate::ceremony::state::State;
use crate::ceremony::token::TokenName;
use crate::ceremony::withdraw::withdrawable;
use crate::report::Words;

/// Smallest screen on which everything fits.
pub const SMALLEST: (u16, u16) = (80, 24);

/// What lies over the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// The exception form.
    Exception,
    /// The form that skips a step.
    Skip,
    /// The form that withdraws the content.
    Withdraw,
    /// The abort form.
    Abort,
    /// Acts and steps.
    Outline,
    /// Digests in full.
    Digests,
    /// Leave or stay.
    Leave,
    /// What leaves, as QR codes.
    Codes,
}

impl Overlay {
    /// Whether it has fields.
    pub fn is_form(self) -> bool {
        matches!(
            self,
            Self::Exception | Self::Skip | Self::Abort | Self::Withdraw
        )
    }
}

/// What was sent and has no report yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// An answer.
    Answer,
    /// What a form of an overlay says.
    Form(Overlay),
}

/// Something to say above the fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A refusal.
    Refused(Words),
    /// A remark.
    Remark(String),
}

/// A touch that a token waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Which token.
    pub token: TokenName,
    /// When it began to wait.
    pub since: OffsetDateTime,
    /// How long it waits, in seconds.
    pub seconds: u16,
    /// What lay over the screen; it comes back afterwards.
    pub covered: Option<Overlay>,
}

impl Touch {
    /// Seconds that are left at `now`, the one that has begun included; zero where the token should
    /// have given up. A clock that was set back leaves no more than there were.
    pub fn left(&self, now: OffsetDateTime) -> u16 {
        let whole = i128::from(self.seconds) * 1000;
        let left = whole - (now - self.since).whole_milliseconds();
        let seconds = left.clamp(0, whole).saturating_add(999) / 1000;
        u16::try_from(seconds).unwrap_or(self.seconds)
    }

    /// How long until [`Touch::left`] changes; `None` where it does not any more.
    pub fn next_change(&self, now: OffsetDateTime) -> Option<Duration> {
        if self.left(now) == 0 {
            return None;
        }
        let gone = (now - self.since).whole_milliseconds().rem_euclid(1000);
        u64::try_from(1000 - gone).ok().map(Duration::from_millis)
    }
}

/// Air-gap state, as the header shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AirGap {
    /// Every network check passed.
    Ok,
    /// Something is worth a look.
    Doubtful,
    /// A network check failed.
    Failed,
    /// No network check was run.
    NotChecked,
}

/// Everything that a frame shows.
pub struct Model {
    /// How to draw.
    pub settings: Settings,
    /// How the ceremony stands.
    pub state: State,
    /// Minutes and seconds of now.
    pub now: OffsetDateTime,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Smallest size that is drawn: [`SMALLEST`], but where a frame of another screen is around this one.
    pub smallest: (u16, u16),
    /// The fields of the open ask.
    pub entry: Entry,
    /// Drafts of the exception, skip, abort and withdrawal forms: Esc does not lose them.
    pub drafts: [Entry; 4],
    /// The field of the last screen.
    pub done: Entry,
    /// What lies over the question.
    pub overlay: Option<Overlay>,
    /// The help lies over everything.
    pub help: bool,
    /// What was sent.
    pub sent: Option<Sent>,
    /// What the world is doing.
    pub working: Option<Effect>,
    /// The touch that is waited for.
    pub touch: Option<Touch>,
    /// Something to say.
    pub notice: Option<Notice>,
    /// What was typed where no field had focus.
    pub stray: Stray,
    /// First line of the question's body on screen.
    pub scroll: usize,
    /// First line of the overlay's body on screen.
    pub over_scroll: usize,
    /// The last line of the body was on screen.
    pub read_to_end: bool,
    /// The transcript cannot be written.
    pub broken: Option<String>,
    /// The time by a clock that never goes back: what moves and who types are judged by it.
    pub moment: Instant,
    /// Where QR codes come from.
    pub eyes: Eyes,
    /// The file that the open question waits for.
    pub receiving: Option<Receiving>,
    /// The file that leaves at the open question, once it was shown.
    pub show: Option<Show>,
    /// The copy on the LOG medium lacks the last records: what is to be known of that.
    pub log_behind: Option<String>,
}

/// The fields of what is being asked.
pub(in crate::tui) fn entry_of(state: &State) -> Entry {
    let holder = state.step().and_then(|step| step.holder.as_ref());
    let holder = holder.map(|id| state.procedure.plan.name_of(id));
    let ask = state.asking.as_ref();
    ask.map(|ask| Entry::for_ask(ask, holder))
        .unwrap_or_default()
}

impl Model {
    /// The model of a ceremony that stands like `state`.
    pub fn new(settings: Settings, state: State, size: (u16, u16)) -> Self {
        let now = (settings.clock)();
        let entry = entry_of(&state);
        let mut model = Self {
            settings,
            state,
            now,
            size,
            smallest: SMALLEST,
            entry,
            drafts: [
                Entry::exception(1),
                Entry::exception(2),
                Entry::abort(),
                Entry::withdrawal(),
            ],
            done: Entry::done(),
            overlay: None,
            help: false,
            sent: None,
            working: None,
            touch: None,
            notice: None,
            stray: Stray::default(),
            scroll: 0,
            over_scroll: 0,
            read_to_end: false,
            broken: None,
            moment: Instant::now(),
            eyes: Eyes::HandScanner,
            receiving: None,
            show: None,
            log_behind: None,
        };
        model.wait_for_file();
        model.settle();
        model
    }

    /// Whether the ceremony has ended, for good or in this process.
    pub fn ended(&self) -> bool {
        self.broken.is_some() || self.state.ending.is_some()
    }

    /// Whether the screen is too small to ask anything on.
    pub fn too_small(&self) -> bool {
        self.size.0 < self.smallest.0 || self.size.1 < self.smallest.1
    }

    /// Whether there is room for the outline beside the question.
    pub fn is_wide(&self) -> bool {
        self.size.0 >= 118 && self.size.1 >= 34
    }

    /// Whether the outline is beside the question. It gives its room to a comparison of two roots,
    /// and is a key away.
    pub fn has_outline(&self) -> bool {
        let compares = || {
            let document = self.ask().and_then(|ask| ask.document.as_ref());
            document.is_some_and(|document| !document.changes.is_empty())
        };
        self.is_wide()
            && !self.wants_touch()
            && (self.help || self.overlay.is_some() || !compares())
    }

    /// Whether everything else makes way for the touch that is waited for.
    pub fn wants_touch(&self) -> bool {
        self.touch.is_some() && !self.help && self.overlay.is_none() && !self.ended()
    }

    /// The open question, where it is what the screen shows.
    pub fn ask(&self) -> Option<&Ask> {
        self.state
            .asking
            .as_ref()
            .filter(|_| !self.ended() && self.working.is_none())
    }

    /// The fields on screen, where there are some and they can be filled.
    pub fn fields(&self) -> Option<&Entry> {
        if self.help || self.too_small() {
            return None;
        }
        match self.overlay {
            Some(Overlay::Exception) => self.drafts.first(),
            Some(Overlay::Skip) => self.drafts.get(1),
            Some(Overlay::Abort) => self.drafts.get(2),
            Some(Overlay::Withdraw) if withdrawable(&self.state).is_ok() => self.drafts.get(3),
            Some(_) => None,
            None if self.ended() => Some(&self.done),
            None if self.sent.is_some() || self.ask().is_none() => None,
            None => Some(&self.entry),
        }
        .filter(|entry| !entry.fields.is_empty())
    }

    /// The same, to be filled.
    pub fn fields_mut(&mut self) -> Option<&mut Entry> {
        self.fields()?;
        match self.overlay {
            Some(Overlay::Exception) => self.drafts.first_mut(),
            Some(Overlay::Skip) => self.drafts.get_mut(1),
            Some(Overlay::Abort) => self.drafts.get_mut(2),
            Some(Overlay::Withdraw) => self.drafts.get_mut(3),
            Some(_) => None,
            None if self.ended() => Some(&mut self.done),
            None => Some(&mut self.entry),
        }
    }

    /// Minutes since the first record; those of interruptions count.
    pub fn elapsed(&self) -> i64 {
        OffsetDateTime::parse(&self.state.opened_at, &Rfc3339)
            .map_or(0, |opened| (self.now - opened).whole_minutes().max(0))
    }

    /// The worst verdict of the network checks.
    pub fn air_gap(&self) -> AirGap {
        let mut verdicts = self
            .state
            .checks
            .iter()
            .filter(|c| c.id.starts_with("network."))
            .map(|c| match c.verdict {
                Verdict::Pass => AirGap::Ok,
                Verdict::Warn | Verdict::Unknown => AirGap::Doubtful,
                Verdict::Fail => AirGap::Failed,
            });
        let Some(first) = verdicts.next() else {
            return AirGap::NotChecked;
        };
        verdicts.fold(first, |worst, next| match (worst, next) {
            (AirGap::Failed, _) | (_, AirGap::Failed) => AirGap::Failed,
            (AirGap::Doubtful, _) | (_, AirGap::Doubtful) => AirGap::Doubtful,
            _ => worst,
        })
    }

    /// Says something above the fields, behind what is said there already.
    pub fn remark(&mut self, words: String) {
        self.notice = Some(match self.notice.take() {
            Some(Notice::Remark(before)) => Notice::Remark(format!("{before} {words}")),
            Some(Notice::Refused(mut refused)) => {
                refused.next = format!("{} {words}", refused.next);
                Notice::Refused(refused)
            }
            None => Notice::Remark(words),
        });
        self.settle();
    }

    /// The scroll position that the keys move.
    pub fn scroll_mut(&mut self) -> &mut usize {
        if self.help || self.overlay.is_some() {
            &mut self.over_scroll
        } else {
            &mut self.scroll
        }
    }

    /// Brings the scroll position into the text, and notes whether its end was on screen.
    pub fn settle(&mut self) {
        if self.too_small() {
            return;
        }
        let (lines, rows) = super::view::measure(self);
        let furthest = lines.saturating_sub(rows);
        let scroll = self.scroll_mut();
        *scroll = (*scroll).min(furthest);
        let at_end = *scroll == furthest;
        if at_end && !self.help && self.overlay.is_none() && self.ask().is_some() {
            self.read_to_end = true;
        }
    }
}
