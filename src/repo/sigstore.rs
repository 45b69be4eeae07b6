//! The targets that Sigstore's clients look for, from the certificates and keys of its services.
