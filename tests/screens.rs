//! Every screen, by its text and by its styles, and what keys do to it.

#[path = "screens/samples.rs"]
mod samples;
#[path = "screens/behaviour.rs"]
mod behaviour;
#[path = "screens/pictures.rs"]
mod pictures;
#[path = "screens/gallery.rs"]
mod gallery;
