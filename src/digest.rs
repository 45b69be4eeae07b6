//! SHA-256 digests and their one rendering for people: hex groups and PGP words.
