//! What the driver says.

use super::Reaction;
use crate::ceremony::refusal::Refusal;
use crate::ceremony::token::TokenName;
use crate::driver::Report;
use crate::ports::Notice as Said;
use crate::report;
use crate::tui::Leaving;
use crate::tui::entry::Entry;
use crate::tui::model::{Model, Notice, Overlay, Sent, Touch, entry_of};

impl Model {
    /// The driver has something to say.
    pub fn report(&mut self, report: Report) -> Reaction {
        let mut reaction = Reaction::default();
        if !matches!(report, Report::Notice(_)) {
            self.touch_is_over();
        }
        match report {
            Report::State(state) => {
                let sent = self.sent.take();
                let asked_anew = sent == Some(Sent::Answer) || state.asking != self.state.asking;
                let logged = state.exceptions.len() > self.state.exceptions.len();
                let ended = state.ending.is_some() && self.state.ending.is_none();
                let opened = self.state.records == 0;
                self.state = *state;
                if self.working.take().is_some() || asked_anew || ended {
                    self.entry = entry_of(&self.state);
                    self.wait_for_file();
                    self.scroll = 0;
                    self.read_to_end = false;
                    self.notice = None;
                    reaction.flush = true;
                }
                if opened && self.state.cut_bytes > 0 {
                    self.notice = Some(Notice::Remark(report::cut(self.state.cut_bytes)));
                }
                if let Some(Sent::Form(overlay)) = sent {
                    self.close(overlay, logged);
                }
                if ended {
                    self.overlay = None;
                    self.help = false;
                }
                // kernel messages of an inserted token scribble on a console
                reaction.repaint = asked_anew;
            }
            Report::Working(effect) => {
                self.sent = None;
                self.notice = None;
                self.working = Some(effect);
            }
            Report::Notice(Said::TouchWanted { token, seconds }) => {
                self.wait_for_touch(token, seconds);
                reaction.repaint = true;
            }
            Report::Notice(Said::TouchOver) => self.touch_is_over(),
            Report::Notice(Said::LogBehind(fault)) => {
                self.log_behind = Some(report::log_behind(&fault));
            }
            Report::Refused(refusal) => {
                self.sent = None;
                self.working = None;
                if let (Refusal::WrongFile { .. }, Some(receiving)) =
                    (&refusal, &mut self.receiving)
                {
                    receiving.refuse();
                }
                self.notice = Some(Notice::Refused(report::refusal(&refusal)));
                if self.overlay.is_none() {
                    self.entry.clear_secrets();
                }
                reaction.flush = true;
            }
            // Nothing was begun, so there is no last screen to be read: whoever called says why.
            Report::Broken(words) if self.state.records == 0 => {
                reaction.leave = Some(Leaving::Broken(words));
            }
            Report::Broken(words) => {
                self.broken = Some(words);
                self.overlay = None;
                self.help = false;
                self.sent = None;
                self.working = None;
                self.scroll = 0;
                reaction.flush = true;
            }
        }
        self.settle();
        reaction
    }

    /// What lies over the screen makes way: nobody may miss it. It comes back with everything in it.
    fn wait_for_touch(&mut self, token: TokenName, seconds: u16) {
        let covered = self.touch.take().and_then(|touch| touch.covered);
        self.help = false;
        self.over_scroll = 0;
        self.touch = Some(Touch {
            token,
            since: self.now,
            seconds,
            covered: self.overlay.take().or(covered),
        });
    }

    fn touch_is_over(&mut self) {
        if let Some(touch) = self.touch.take()
            && self.overlay.is_none()
        {
            self.overlay = touch.covered;
        }
    }

    fn close(&mut self, overlay: Overlay, logged: bool) {
        if self.overlay == Some(overlay) {
            self.overlay = None;
        }
        let fresh = match overlay {
            Overlay::Exception => Some((0, Entry::exception(1))),
            Overlay::Skip => Some((1, Entry::exception(2))),
            Overlay::Withdraw => Some((3, Entry::withdrawal())),
            _ => None,
        };
        if let Some((draft, entry)) = fresh.and_then(|(i, e)| Some((self.drafts.get_mut(i)?, e))) {
            *draft = entry;
        }
        if let Some(last) = self.state.exceptions.last().filter(|_| logged) {
            self.notice = Some(Notice::Remark(format!(
                "Exception E{} is on record.",
                last.number
            )));
        }
    }
}
