//! The one walker: writes a value, marks the places of what has to wait, and puts them together.

use std::{
    any::TypeId,
    fmt::Display,
    future::poll_fn,
    io::Write as _,
    ops::Range,
    pin::Pin,
    sync::Arc,
    task::{Context as Task, Poll},
};

use async_graphql::{
    Context, Data, Error, InputType, PathSegment, Positioned, QueryEnv, QueryPathNode, QueryPathSegment, SchemaEnv,
    ServerError, parser::types::VariableDefinition,
};
use async_graphql_value::Value;

use crate::{
    Typed,
    room::{Room, TooLarge},
    select::{Document, Group},
};

/// Any value of the schema, as an answer holds it.
pub trait Output: Send + Sync {
    /// Writes it as JSON, with what `group` selects of it. On failure its place is the caller's to mend: see [`Walk::or_null`].
    fn write<'a>(&self, walk: &mut Walk<'a>, group: &Arc<Group<'a>>) -> Result<(), Failed>;
}

/// An object of the schema, without its type.
pub trait Object: Send + Sync {
    /// The name of its type.
    fn type_name(&self) -> &'static str;

    /// Writes the field that `group` names, or leaves its place to what comes later. False if there is no such field.
    fn field<'a>(&self, walk: &mut Walk<'a>, group: &Arc<Group<'a>>) -> Result<bool, Failed>;
}

impl<T: Object> Object for Arc<T> {
    fn type_name(&self) -> &'static str {
        T::type_name(self)
    }

    fn field<'a>(&self, walk: &mut Walk<'a>, group: &Arc<Group<'a>>) -> Result<bool, Failed> {
        T::field(self, walk, group)
    }
}

/// A value that may be null: what has to wait must be, so that its failure blanks nothing else.
pub trait Nullable: Output {}

/// A value that has to wait.
pub type Later<'a> = Pin<Box<dyn Future<Output = Box<dyn Output>> + Send + 'a>>;

/// A field that failed where null is no answer. Its error has its path.
#[derive(Debug)]
pub struct Failed(pub(crate) Box<ServerError>);

/// The source of an error about an argument that its type could not read. The message repeats what the client sent and
/// nothing else.
#[derive(Debug, Clone, Copy)]
pub struct BadInput;

/// One step of the way from the root to a value.
#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// A piece of the text, written without a pause, and the marks that lie in it.
#[derive(Debug, Default, Clone)]
struct Piece {
    text: Range<usize>,
    marks: Range<usize>,
}

/// A place in the text where something is still to be put.
#[derive(Debug, Clone, Copy)]
struct Mark {
    at: usize,
    waiting: usize,
}

/// Something that has to wait, and where it belongs.
struct Waiting<'a> {
    number: usize,
    value: Later<'a>,
    group: Arc<Group<'a>>,
    path: Vec<Step<'a>>,
}

/// An answer that is being written.
pub struct Walk<'a> {
    schema: &'a SchemaEnv,
    query: &'a QueryEnv,
    data: Option<&'a Data>,
    /// All pieces, one after another
    text: Vec<u8>,
    marks: Vec<Mark>,
    /// What came of the waiting, by number
    pieces: Vec<Piece>,
    waiting: Vec<Waiting<'a>>,
    path: Vec<Step<'a>>,
    errors: Vec<ServerError>,
    room: Option<&'a Room>,
    /// So many bytes of the text have been counted.
    counted: usize,
    /// There was no room for more.
    overrun: Option<TooLarge>,
}

/// Room is taken in steps of so many bytes.
const STEP: usize = 4096;

impl<'a> Walk<'a> {
    /// Begins an answer in the context of a request. `data` comes before what the request brings.
    pub(crate) fn new(schema: &'a SchemaEnv, query: &'a QueryEnv, data: Option<&'a Data>) -> Self {
        let room = query.query_data.get(&TypeId::of::<Arc<Room>>());
        let room = room.and_then(|room| room.downcast_ref::<Arc<Room>>()).map(|room| &**room);
        Self {
            schema,
            query,
            data,
            room,
            counted: 0,
            overrun: None,
            text: Vec::with_capacity(1024),
            marks: Vec::new(),
            pieces: Vec::new(),
            waiting: Vec::new(),
            path: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// What a resolver knows of its field and its request.
    #[must_use]
    pub fn context(&self, group: &Arc<Group<'a>>) -> Context<'a> {
        let node = QueryPathNode { parent: None, segment: QueryPathSegment::Name(group.key) };
        self.query.create_context(self.schema, Some(node), group.first, self.data)
    }

    /// The value of an argument. An error has this field's path.
    pub fn argument<T: InputType>(
        &self,
        group: &Arc<Group<'a>>,
        name: &str,
        default: Option<fn() -> T>,
    ) -> Result<T, Failed> {
        if self.is_left_out(group, name) {
            // The default of the argument, which the library would overrule by null.
            let read = default.map_or_else(|| T::parse(None), |default| Ok(default()));
            return read.map_err(|error| self.failed(error.into_server_error(group.first.pos)));
        }
        let read = self.context(group).param_value::<T>(name, default);
        read.map(|(_, value)| value).map_err(|mut error| {
            if error.locations.is_empty() {
                error.locations.push(group.first.pos);
            }
            error.source = Some(Arc::new(BadInput));
            self.failed(error)
        })
    }

    /// Whether an argument is given by a variable that has no value: then it is as if the argument were not there.
    fn is_left_out(&self, group: &Group<'a>, name: &str) -> bool {
        let Some(Value::Variable(variable)) = group.first.node.get_argument(name).map(|given| &given.node) else {
            return false;
        };
        let has_default = |definition: &Positioned<VariableDefinition>| {
            definition.node.name.node == *variable && definition.node.default_value.is_some()
        };
        !self.query.variables.contains_key(variable)
            && !self.query.operation.node.variable_definitions.iter().any(has_default)
    }

    /// [`Walk::argument`] of a field that many objects may have: read for the first of them.
    pub fn shared_argument<T: InputType + Clone + 'static>(
        &self,
        group: &Arc<Group<'a>>,
        name: &'static str,
        default: Option<fn() -> T>,
    ) -> Result<T, Failed> {
        if group.first.node.arguments.is_empty() {
            return self.argument(group, name, default);
        }
        if let Some(known) = group.known(name) {
            return Ok(known);
        }
        let value = self.argument(group, name, default)?;
        group.remember(name, value.clone());
        Ok(value)
    }

    /// What becomes of a field of type `T` that has failed: null and an error, or its parent's failure where it is never null.
    pub fn refuse<T: Typed>(&mut self, failed: Failed) -> Result<bool, Failed> {
        if !T::NULLABLE {
            return Err(failed);
        }
        self.errors.push(*failed.0);
        self.null();
        Ok(true)
    }

    /// The failure of the field that is being written.
    pub fn fail(&self, group: &Arc<Group<'a>>, error: Error) -> Failed {
        self.failed(error.into_server_error(group.first.pos))
    }

    /// Counts what was written since it was counted last.
    fn take_room(&mut self) -> Result<(), Failed> {
        let grown = self.text.len().saturating_sub(self.counted);
        if self.overrun.is_none() && grown >= STEP {
            self.counted = self.text.len();
            self.overrun = self.room.and_then(|room| room.take(grown).err());
        }
        self.overrun.map_or(Ok(()), |overrun| Err(self.failed(too_large(overrun, ""))))
    }

    fn failed(&self, mut error: ServerError) -> Failed {
        let steps = self.path.iter().map(|step| match step {
            Step::Key(key) => PathSegment::Field((*key).to_owned()),
            Step::Index(index) => PathSegment::Index(*index),
        });
        error.path = steps.collect();
        Failed(Box::new(error))
    }

    /// Leaves the place of a field to what comes later.
    pub fn later<V: Nullable + 'static>(&mut self, group: &Arc<Group<'a>>, value: impl Future<Output = V> + Send + 'a) {
        self.wait(group, Box::pin(async move { Box::new(value.await) as Box<dyn Output> }));
    }

    /// [`Walk::later`] for a field of a root, which may fail as a whole.
    pub fn later_at_root<V: Output + 'static>(
        &mut self,
        group: &Arc<Group<'a>>,
        value: impl Future<Output = V> + Send + 'a,
    ) {
        self.wait(group, Box::pin(async move { Box::new(value.await) as Box<dyn Output> }));
    }

    fn wait(&mut self, group: &Arc<Group<'a>>, value: Later<'a>) {
        let number = self.pieces.len();
        self.pieces.push(Piece::default());
        self.marks.push(Mark { at: self.text.len(), waiting: number });
        self.waiting.push(Waiting { number, value, group: Arc::clone(group), path: self.path.clone() });
    }

    /// Writes an object: what is selected of it, in order.
    pub fn object(&mut self, object: &dyn Object, group: &Arc<Group<'a>>) -> Result<(), Failed> {
        self.take_room()?;
        let type_name = object.type_name();
        let document = Document { registry: &self.schema.registry, fragments: &self.query.fragments };
        let selected = group.selected(type_name, document);
        let mut before = b'{';
        for field in selected.iter() {
            self.text.push(before);
            before = b',';
            self.text.extend_from_slice(field.label.as_bytes());
            if field.name == "__typename" {
                self.word(type_name);
                continue;
            }
            self.path.push(Step::Key(field.key));
            if !object.field(self, field)? {
                // Validation has found that it is there: an interface promises what its type does not have.
                let error = ServerError::new(format!("{type_name} has no field {}", field.name), Some(field.first.pos));
                return Err(self.failed(error));
            }
            self.path.pop();
        }
        if before == b'{' {
            self.text.push(before);
        }
        self.text.push(b'}');
        Ok(())
    }

    /// Writes a list.
    pub fn list<'v, T: Output + ?Sized + 'v>(
        &mut self,
        items: impl Iterator<Item = &'v T>,
        group: &Arc<Group<'a>>,
    ) -> Result<(), Failed> {
        self.text.push(b'[');
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.text.push(b',');
            }
            self.take_room()?;
            self.path.push(Step::Index(index));
            item.write(self, group)?;
            self.path.pop();
        }
        self.text.push(b']');
        Ok(())
    }

    /// Writes a value where null is an answer: if it fails, what it wrote and what waits below it is taken back, and null stands
    /// there, its error beside.
    pub fn or_null(&mut self, value: &dyn Output, group: &Arc<Group<'a>>) {
        let (text, marks, waiting, path) = (self.text.len(), self.marks.len(), self.waiting.len(), self.path.len());
        if let Err(failed) = value.write(self, group) {
            self.text.truncate(text);
            self.marks.truncate(marks);
            self.waiting.truncate(waiting);
            self.path.truncate(path);
            // The answer as a whole fails.
            if self.overrun.is_none() {
                self.errors.push(*failed.0);
            }
            self.null();
        }
    }

    /// Writes null.
    pub fn null(&mut self) {
        self.text.extend_from_slice(b"null");
    }

    /// Writes a text that holds nothing to escape: a name of the schema, a number, a day.
    pub fn word(&mut self, word: &str) {
        self.text.push(b'"');
        self.text.extend_from_slice(word.as_bytes());
        self.text.push(b'"');
    }

    /// [`Walk::word`] of what it is shown as.
    pub fn quoted(&mut self, value: &impl Display) {
        // Writing into memory does not fail.
        let _ = write!(self.text, "\"{value}\"");
    }

    /// Where a leaf writes JSON of its own.
    pub fn json(&mut self) -> &mut Vec<u8> {
        &mut self.text
    }

    /// Writes the value and awaits all that it leaves for later; the text, and the errors of what became null. An error where
    /// the root itself is null.
    pub(crate) async fn finish(
        mut self,
        root: &dyn RootValue,
        group: Arc<Group<'a>>,
    ) -> (Result<String, ServerError>, Vec<ServerError>) {
        let key = group.key;
        self.pieces.push(Piece::default());
        self.path.push(Step::Key(key));
        let written = self.piece(0, |walk| root.write(walk, &group));
        if let Some(overrun) = self.overrun {
            return (Err(too_large(overrun, key)), Vec::new());
        }
        if let Err(failed) = written {
            return (Err(*failed.0), self.errors);
        }
        let mut waiting = Vec::new();
        let waited = poll_fn(|task| self.poll(&mut waiting, task)).await;
        if let Some(overrun) = self.overrun {
            return (Err(too_large(overrun, key)), Vec::new());
        }
        if let Err(failed) = waited {
            return (Err(*failed.0), self.errors);
        }
        let mut whole = Vec::with_capacity(self.text.len());
        self.put_together(0, &mut whole);
        let whole = String::from_utf8(whole).map_err(|error| ServerError::new(error.to_string(), None));
        (whole, self.errors)
    }

    /// Polls all that waits, and writes what is there; what that leaves for later is polled in the same round.
    fn poll(&mut self, waiting: &mut Vec<Waiting<'a>>, task: &mut Task<'_>) -> Poll<Result<(), Failed>> {
        let mut next = 0;
        waiting.append(&mut self.waiting);
        while let Some(one) = waiting.get_mut(next) {
            if self.overrun.is_some() {
                return Poll::Ready(Ok(()));
            }
            match one.value.as_mut().poll(task) {
                Poll::Pending => next += 1,
                Poll::Ready(value) => {
                    let Waiting { number, group, path, .. } = waiting.swap_remove(next);
                    self.path = path;
                    self.piece(number, |walk| value.write(walk, &group))?;
                    waiting.append(&mut self.waiting);
                }
            }
        }
        if waiting.is_empty() { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    /// Writes one piece.
    fn piece(&mut self, number: usize, write: impl FnOnce(&mut Self) -> Result<(), Failed>) -> Result<(), Failed> {
        let (text, marks) = (self.text.len(), self.marks.len());
        write(self)?;
        if let Some(piece) = self.pieces.get_mut(number) {
            *piece = Piece { text: text..self.text.len(), marks: marks..self.marks.len() };
        }
        Ok(())
    }

    fn put_together(&self, number: usize, whole: &mut Vec<u8>) {
        let Some(piece) = self.pieces.get(number) else { return };
        let mut from = piece.text.start;
        for mark in self.marks.get(piece.marks.clone()).unwrap_or_default() {
            whole.extend_from_slice(self.text.get(from..mark.at).unwrap_or_default());
            self.put_together(mark.waiting, whole);
            from = mark.at;
        }
        whole.extend_from_slice(self.text.get(from..piece.text.end).unwrap_or_default());
    }
}

/// Of the field of the root: nothing below it is answered.
fn too_large(overrun: TooLarge, key: &str) -> ServerError {
    let mut error = ServerError::new(format!("the answer has more than {} bytes", overrun.limit), None);
    error.path = vec![PathSegment::Field(key.to_owned())];
    error.source = Some(Arc::new(overrun));
    error
}

/// What an answer begins with: a field of a root, or a value that is there.
pub(crate) trait RootValue: Sync {
    fn write<'a>(&self, walk: &mut Walk<'a>, group: &Arc<Group<'a>>) -> Result<(), Failed>;
}
