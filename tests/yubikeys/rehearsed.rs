//! Rehearsals that nobody attends.
