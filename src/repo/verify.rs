//! A client's visit to what is published, from every root that clients may have.

pub mod streamed;
