//! Events that are executed together, though the stream gives them one by one.

use std::{borrow::Cow, collections::VecDeque, marker::PhantomData, mem, sync::PoisonError};

use async_graphql::{
    Context, ContextSelectionSet, Data, OutputType, PathSegment, Positioned, QueryPathNode, QueryPathSegment,
    ServerError, ServerResult, Value, parser::types::Field, registry::Registry,
};
use futures_util::future::join_all;

use crate::error::ApiError;

/// A value of the schema whose selection was executed before the library asked for it.
pub struct Executed<T> {
    answer: ServerResult<Value>,
    /// Of single fields.
    errors: Vec<ServerError>,
    of: PhantomData<fn() -> T>,
}

impl<T: OutputType> Executed<T> {
    /// Nothing but an error, of no field: the whole answer is refused.
    pub fn failed(error: ApiError) -> Self {
        Self::new(Err(error.into_server_error()))
    }

    fn new(answer: ServerResult<Value>) -> Self {
        Self { answer, errors: Vec::new(), of: PhantomData }
    }

    /// Executes what the field selects, of all these values at once and with this data before that of the request.
    pub async fn all(context: &Context<'_>, data: &Data, values: impl IntoIterator<Item = T>) -> VecDeque<Self> {
        let reported = || mem::take(&mut *context.query_env.errors.lock().unwrap_or_else(PoisonError::into_inner));
        // Those of an execution that was given up.
        drop(reported());
        let field = context.item;
        let answers = values.into_iter().enumerate().map(async |(number, value)| {
            let place = QueryPathNode { parent: context.path_node.as_ref(), segment: QueryPathSegment::Index(number) };
            let selected = &field.node.selection_set;
            let context = context.query_env.create_context(context.schema_env, Some(place), selected, Some(data));
            value.resolve(&context, field).await
        });
        let mut executed: VecDeque<Self> = join_all(answers)
            .await
            .into_iter()
            .map(|answer| Self::new(answer.map_err(|error| of_value(error).1)))
            .collect();
        // The library keeps the errors of one operation in one place.
        for (number, error) in reported().into_iter().map(of_value) {
            executed.get_mut(number).map(|value| value.errors.push(error));
        }
        executed
    }
}

/// Which of the values an error is about; its path then knows nothing of the others.
fn of_value(mut error: ServerError) -> (usize, ServerError) {
    let number = match error.path.get(1) {
        Some(PathSegment::Index(number)) => *number,
        _ => return (0, error),
    };
    error.path.remove(1);
    (number, error)
}

impl<T: OutputType> OutputType for Executed<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, context: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        for error in &self.errors {
            context.add_error(error.clone());
        }
        self.answer.clone()
    }
}
