//! Whom a clause names: an agency of the tree, or a body in the document's words.

use diesel::Queryable;
use object_layer::SimpleObject;
use uuid::Uuid;

/// Whom a clause names: an agency, or a body in the document's words where it is none of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, SimpleObject)]
pub struct NamedBody {
    /// The body as written; null for an agency
    pub words: Option<String>,
    /// The agency, if it is one
    #[graphql(skip)]
    pub agency_id: Option<Uuid>,
}
