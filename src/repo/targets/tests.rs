//! Adding, removing, delegating, over small places in a directory.
