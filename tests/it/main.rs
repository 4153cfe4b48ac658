//! All integration tests, one module a noun.
