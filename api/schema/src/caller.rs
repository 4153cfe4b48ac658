//! What an answer must know of the one who asked.

use std::sync::Arc;

use uuid::Uuid;

use crate::language::Language;

/// Whoever waits for an answer.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Found again in the log and in every error.
    pub request_id: RequestId,
    /// Of the messages, and the default for names and labels.
    pub language: Language,
}

/// Long enough for a UUID with a prefix, too short to fill a log.
const LONGEST: usize = 64;

/// The name of one request, on each of its log lines and on its answer: ASCII letters, digits and `-_.`. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The one that somebody else gave, if it is fit for a log.
    #[must_use]
    pub fn given(id: &str) -> Option<Self> {
        let fit =
            (1..=LONGEST).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        fit.then(|| Self(id.into()))
    }

    /// A new one: a version 7 UUID.
    #[must_use]
    pub fn new() -> Self {
        Self(Uuid::now_v7().to_string().into())
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for RequestId {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sane_one_is_kept() {
        assert_eq!(RequestId::given("proxy-01.abc_DEF").unwrap().as_str(), "proxy-01.abc_DEF");
        for sent in ["", "a b", "tỉnh", "\"}{", &"x".repeat(65)] {
            assert_eq!(RequestId::given(sent), None, "{sent}");
        }
        assert_ne!(RequestId::new(), RequestId::new());
    }
}
