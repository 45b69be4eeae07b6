//! What went wrong with a medium, as the ceremony records it.

use super::Sticks;
use crate::ceremony::medium::{Medium, MediumRole};
use crate::ceremony::token::Fault;
use crate::media::{Images, MediaError};

impl Sticks {
    /// The fault that this error of the medium of a role is.
    pub(super) fn fault(&self, role: MediumRole, medium: &Medium, error: MediaError) -> Fault {
        let named = medium.describe();
        let words = error.to_string();
        match error {
            MediaError::Absent { .. } | MediaError::OtherMedium { .. } => Fault::MediumAbsent {
                role: role.name().to_owned(),
                medium: named,
                present: self.others(medium),
            },
            MediaError::Gone { reason, .. } | MediaError::Failed { reason, .. } => {
                Fault::MediumFailed {
                    medium: named,
                    reason,
                }
            }
            MediaError::Listing { .. } | MediaError::LogOff { .. } => Fault::MediumFailed {
                medium: named,
                reason: words,
            },
            MediaError::Full { needed, free, .. } => Fault::MediumFull {
                medium: named,
                needed,
                free,
            },
            MediaError::FileAbsent {
                name,
                mut there,
                more,
                ..
            } => {
                if more > 0 {
                    there.push(format!("and {more} more"));
                }
                Fault::NotOnMedium {
                    medium: named,
                    name,
                    there,
                }
            }
            MediaError::Ambiguous { name, .. }
            | MediaError::NotAFile { name, .. }
            | MediaError::TooLarge { name, .. } => Fault::NotTaken {
                name,
                reason: words,
            },
            MediaError::Differs { name, .. } => Fault::ReadBackDiffers {
                path: format!("{}/{name}", medium.word()),
            },
            MediaError::Transcript { path, reason } => Fault::Storage { path, reason },
            MediaError::NotOffered { reason, .. }
            | MediaError::ReadOnly { reason, .. }
            | MediaError::NotMountable { reason, .. } => Fault::MediumUnfit {
                medium: named,
                reason,
            },
            MediaError::Busy { .. }
            | MediaError::Ours { .. }
            | MediaError::NotPermitted { .. }
            | MediaError::NameRefused { .. }
            | MediaError::NameTaken { .. }
            | MediaError::OtherLog { .. } => Fault::MediumUnfit {
                medium: named,
                reason: words,
            },
        }
    }

    /// What is there besides this medium.
    fn others(&self, medium: &Medium) -> Vec<String> {
        let images = if medium.image {
            Images::Allowed
        } else {
            Images::Hidden
        };
        let offered = self.machine.offered(images).unwrap_or_default();
        let others = offered
            .iter()
            .filter(|place| !medium.is_same(&place.medium));
        others.map(|place| place.medium.describe()).collect()
    }
}
