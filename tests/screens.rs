//! Every screen, by its text and by its styles, and what keys do to it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "screens/behaviour.rs"]
mod behaviour;
#[path = "screens/day.rs"]
mod day;
#[path = "screens/pictures.rs"]
mod pictures;
#[path = "screens/plans.rs"]
mod plans;
#[path = "screens/played.rs"]
mod played;
#[path = "screens/roots.rs"]
mod roots;
#[path = "screens/samples.rs"]
mod samples;
#[path = "screens/touches.rs"]
mod touches;
