//! The object layer: how a value of the schema becomes its part of an answer.
//!
//! The library validates, introspects and begins at the root. What lies below the root is written here, because the
//! library makes a future and a map entry of every field, nested by type. A field here has one of two faces:
//!
//! - **At once.** A column, or what is computed from columns, is written as JSON text where it stands.
//! - **Later.** What has to be loaded is one boxed future. Its place in the text is marked, and its value is written, by the
//!   same rules, when it is there.
//!
//! All that walks a selection set is written once, over `dyn` [`Object`](trait@Object) and `dyn` [`Output`] ([`walk`]). What differs
//! between types is a table of fields ([`FieldSpec`]) and a `match` over their names; the macros `SimpleObject`,
//! `ComplexObject`, `Object`, `MergedObject` and `Union` make them, with the attributes of the library's macros of the same names.
//!
//! What has to wait is nullable, and that is checked by the compiler ([`Nullable`]): one failure blanks one field.

mod leaf;
mod members;
mod registration;
mod room;
mod root;
mod select;
mod walk;
mod wrappers;

pub use derive::{ComplexObject, MergedObject, Object, SimpleObject, Union};

pub use self::{
    leaf::{name_of, specify},
    members::{Member, register_interface, register_union},
    registration::{ArgumentSpec, Described, Directive, FieldSpec, Part, Typed, register_object},
    room::{Room, TooLarge},
    root::{RawJson, answer, answer_root, answer_value, raw, text_of},
    select::Group,
    walk::{BadInput, Failed, Later, Nullable, Object, Output, Walk},
};
