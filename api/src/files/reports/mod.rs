//! The consolidated report of a programme for a period: what a standing office types by hand, drawn from what the API answers its
//! reader at one instant, as a document in the official form and as data.
//!
//! [`draw`] asks [`questions`] and puts the answers together to [`data`]; [`form`] says what stands where on paper, [`docx`] writes it.

pub mod data;
mod docx;
mod draw;
mod form;
mod http;
mod questions;
mod words;

pub use self::http::{PATH, route};
