//! Functions that migrations define, as diesel knows them.

use diesel::{
    define_sql_function,
    sql_types::{Array, Binary, Date, Integer, Nullable, Text, Timestamptz, Uuid},
};

define_sql_function! {
    /// The agencies below one that are there on a day, itself included; null if there are none.
    fn agency_subtree_ids(root: Nullable<Uuid>, on_day: Date) -> Array<Uuid>;
}

define_sql_function! {
    /// The agencies to which a role at one extends on a day: those below, also those that are gone, or went into one of them.
    fn agency_reached_ids(root: Nullable<Uuid>, on_day: Date) -> Array<Uuid>;
}

define_sql_function! {
    /// An agency, and those that are gone on a day and went into it; null for none.
    fn agency_inherited_ids(heir: Nullable<Uuid>, on_day: Date) -> Array<Uuid>;
}

define_sql_function! {
    /// Whether an agency is there on a day.
    fn agency_exists_on(agency: Uuid, on_day: Date) -> Bool;
}

define_sql_function! {
    /// Whether an agency may lead or coordinate what another gives.
    fn may_receive_directive(giver: Uuid, of_programme: Uuid, receiver: Uuid, on_day: Date) -> Bool;
}

define_sql_function! {
    /// The place in the outbox after which everything stands that was recorded since.
    fn change_place(since: Timestamptz) -> BigInt;
}

define_sql_function! {
    /// The agencies above one on a day, nearest first.
    fn agency_ancestor_ids(leaf: Uuid, on_day: Date) -> Array<Uuid>;
}

define_sql_function! {
    /// Counts a try to sign in under all keys; false, and nothing counted, if one of them is blocked. By the database's clock
    /// where no instant is given.
    fn sign_in_count(keys: Array<Binary>, free: Array<Integer>, longest: Array<Integer>, at: Nullable<Timestamptz>) -> Bool;
}

define_sql_function! {
    /// Takes a try to sign in back; of the key that was proved, all failures are forgotten.
    fn sign_in_take_back(keys: Array<Binary>, proved: Nullable<Binary>) -> Nullable<Text>;
}

define_sql_function! {
    /// Whether a dependency still holds, by the directive or the document that is waited for.
    fn is_awaited(directive: Nullable<Uuid>, document: Nullable<Uuid>) -> Bool;
}

define_sql_function! {
    /// Puts what documents say of directives without a timeline into one.
    fn directive_tell_past(at: Timestamptz) -> Nullable<Text>;
}

define_sql_function! {
    /// SHA-256 over what a revision of a measurement says, and of what.
    fn measurement_content_hash(of_measurement: Uuid, of_revision: Integer) -> Binary;
}

define_sql_function! {
    /// The n-th working day counted from a day, which is the first if it is one.
    fn nth_working_day(from_day: Date, n: Integer) -> Date;
}

define_sql_function! {
    /// Text as it is searched: [`crate::text::fold`].
    fn fold(words: Text) -> Text;
}

define_sql_function! {
    /// The same of a text that may be missing.
    #[sql_name = "fold"]
    fn fold_nullable(words: Nullable<Text>) -> Nullable<Text>;
}

define_sql_function! {
    /// Whether a folded text, with a space before and after each word, fits all patterns of the one list, and one of the other
    /// if it has any.
    fn search_holds(folded: Text, every: Array<Text>, any_one: Array<Text>) -> Bool;
}

define_sql_function! {
    /// Works out anew at most so many of the assessments that cannot be used on a day; how many they were.
    fn keep_assessments(on_day: Date, most: Integer) -> Integer;
}
