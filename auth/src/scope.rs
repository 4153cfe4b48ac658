//! What a reader may see.

/// What a reader may see. Every function of `db` that reads demands one, so that a forgotten check does not compile.
///
/// Until accounts exist there is one kind of reader, the public: published measurements, public directives,
/// issued documents, and the whole catalogue of agencies, indicators and targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope(Reach);

/// Kept private: only this crate makes a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Reach {
    Public,
}

impl Scope {
    /// The scope of a reader who has not signed in.
    #[must_use]
    pub const fn public() -> Self {
        Self(Reach::Public)
    }

    /// True if the reader sees only what is published.
    #[must_use]
    pub const fn published_only(&self) -> bool {
        matches!(self.0, Reach::Public)
    }
}
