//! Events that are executed together, though the stream gives them one by one.

use std::{borrow::Cow, collections::VecDeque, marker::PhantomData};

use async_graphql::{
    Context, ContextSelectionSet, Data, OutputType, Positioned, ServerError, ServerResult, Value, parser::types::Field,
    registry::Registry,
};
use futures_util::future::join_all;
use object_layer::{Output, Typed, answer_value};

use crate::error::ApiError;

/// A value of the schema whose selection was executed before the library asked for it.
pub struct Executed<T> {
    answer: ServerResult<Value>,
    /// Of single fields.
    errors: Vec<ServerError>,
    of: PhantomData<fn() -> T>,
}

impl<T: Output> Executed<T> {
    /// Nothing but an error, of no field: the whole answer is refused.
    pub fn failed(error: ApiError) -> Self {
        Self { answer: Err(error.into_server_error()), errors: Vec::new(), of: PhantomData }
    }

    /// Executes what the field selects, of all these values at once and with this data before that of the request.
    pub async fn all(context: &Context<'_>, data: &Data, values: impl IntoIterator<Item = T>) -> VecDeque<Self> {
        let answers = values.into_iter().map(async |value| {
            let (answer, errors) = answer_value(&value, context, Some(data)).await;
            Self { answer, errors, of: PhantomData }
        });
        join_all(answers).await.into()
    }
}

impl<T: Typed> OutputType for Executed<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::register(registry)
    }

    async fn resolve(&self, context: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        for error in &self.errors {
            context.add_error(error.clone());
        }
        self.answer.clone()
    }
}
