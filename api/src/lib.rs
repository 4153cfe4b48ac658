//! How it is spoken.
