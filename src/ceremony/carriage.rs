//! What leaves a ceremony, and in which form: it follows from the state.

use super::assembly::MetadataFile;
use super::medium::Way;
use super::state::State;

/// The files that leave by this way.
pub fn files(state: &State, way: Way) -> Vec<MetadataFile> {
    let _ = (state, way);
    Vec::new()
}

/// The file that the screen shows as QR codes at the open question, where it shows one.
pub fn shown(state: &State) -> Option<MetadataFile> {
    let carried = state.asking.as_ref()?.carries.as_ref()?;
    let files = files(state, Way::Qr).into_iter();
    let mut same = files.filter(|file| file.digest() == *carried);
    same.next()
}
