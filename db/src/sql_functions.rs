//! Functions that migrations define, as diesel knows them.

use diesel::{
    define_sql_function,
    sql_types::{Date, Nullable, Uuid},
};

define_sql_function! {
    /// The agencies below one on a day, itself included.
    fn agency_subtree_ids(root: Nullable<Uuid>, on_day: Date) -> Array<Uuid>;
}

define_sql_function! {
    /// The agencies above one on a day, nearest first.
    fn agency_ancestor_ids(leaf: Uuid, on_day: Date) -> Array<Uuid>;
}
