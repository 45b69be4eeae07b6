//! What goes onto media: what leaves the ceremony, and the copy of the transcript.

use super::{OUTPUTS, ThisMachine, put, storage};
use crate::ceremony::carriage;
use crate::ceremony::effect::FileDigest;
use crate::ceremony::medium::{Medium, MediumRole, Way};
use crate::ceremony::state::State;
use crate::ceremony::token::Fault;
use crate::journal::TRANSCRIPT;

impl ThisMachine {
    /// The medium that was bound to this role.
    pub(super) fn bound<'a>(
        &mut self,
        state: &'a State,
        role: MediumRole,
    ) -> Result<&'a Medium, Fault> {
        let Some(medium) = state.media.get(&role) else {
            let present = self.media.list(state.procedure.plan.mode)?;
            return Err(Fault::MediumAbsent {
                role: role.name().to_owned(),
                medium: "none was chosen today".to_owned(),
                present: present.iter().map(Medium::describe).collect(),
            });
        };
        if medium.image && !state.rehearsal() {
            return Err(Fault::MediumUnfit {
                medium: medium.describe(),
                reason: "an image file stands for a medium in rehearsals only".to_owned(),
            });
        }
        Ok(medium)
    }

    /// Completes the copy on the LOG medium, and keeps it open.
    pub(super) fn attach_log(&mut self, state: &State) -> Result<(), Fault> {
        let medium = self.bound(state, MediumRole::Log)?;
        let opening = state.opening.as_ref();
        let ceremony = opening.map_or("", |opening| opening.ceremony.as_str());
        self.media
            .attach(medium, ceremony, &self.dir.join(TRANSCRIPT))
    }

    /// Writes what leaves: into `out/`, and onto the OUT medium where that is the way.
    pub(super) fn export(&mut self, state: &State, way: Way) -> Result<Vec<FileDigest>, Fault> {
        let files = carriage::files(state, way);
        let out = self.dir.join(OUTPUTS);
        std::fs::create_dir_all(&out).map_err(|error| storage(&out, &error))?;
        let mut written = files
            .iter()
            .map(|file| put(&out, file))
            .collect::<Result<Vec<_>, _>>()?;
        if way == Way::Medium {
            let medium = self.bound(state, MediumRole::Out)?;
            written.extend(self.media.write(MediumRole::Out, medium, &files)?);
        }
        Ok(written)
    }
}
