//! How it is spoken.

pub mod explorer;
