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

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, Schema, Subscription};
    use futures_util::{Stream, StreamExt as _, stream};
    use object_layer::{MergedObject, Object};
    use serde_json::json;

    use super::*;

    #[derive(Clone, Default)]
    struct One;

    #[Object(root)]
    impl One {
        async fn one(&self) -> i32 {
            1
        }
    }

    #[derive(Default, MergedObject)]
    struct Query(One);

    #[derive(Clone)]
    struct Number(i32);

    #[Object]
    impl Number {
        async fn half(&self) -> Option<Result<i32, ApiError>> {
            Some(if self.0 % 2 == 0 { Ok(self.0 / 2) } else { Err(ApiError::internal()) })
        }

        fn inverse(&self) -> Result<i32, ApiError> {
            1_i32.checked_div(self.0).ok_or_else(ApiError::internal)
        }

        fn read_with(&self, context: &Context<'_>) -> &'static str {
            context.data_unchecked::<&'static str>()
        }
    }

    struct Root;

    #[Subscription]
    impl Root {
        async fn numbers(&self, context: &Context<'_>) -> impl Stream<Item = Executed<Number>> {
            let mut data = Data::default();
            data.insert("of the event");
            stream::iter(Executed::all(context, &data, (0..3).map(Number)).await)
        }
    }

    async fn answers(selection: &str) -> serde_json::Value {
        let schema = Schema::build(Query::default(), EmptyMutation, Root).data("of the schema").finish();
        let answers = schema.execute_stream(format!("subscription {{ n: numbers {{ {selection} }} }}"));
        let shown = answers.map(|answer| {
            let paths: Vec<_> = answer.errors.into_iter().map(|error| error.path).collect();
            json!([answer.data, paths])
        });
        shown.collect::<Vec<_>>().await.into()
    }

    #[tokio::test]
    async fn each_value_has_its_own_errors_at_its_own_paths() {
        let halves = json!([
            [{ "n": { "half": 0 } }, []],
            [{ "n": { "half": null } }, [["n", "half"]]],
            [{ "n": { "half": 1 } }, []],
        ]);
        assert_eq!(answers("half").await, halves);
        let inverses = json!([
            [null, [["n", "inverse"]]],
            [{ "n": { "inverse": 1 } }, []],
            [{ "n": { "inverse": 0 } }, []],
        ]);
        assert_eq!(answers("inverse").await, inverses);
    }

    #[tokio::test]
    async fn what_is_read_with_comes_from_the_values_own_data() {
        let read = json!([{ "n": { "readWith": "of the event" } }, []]);
        assert_eq!(answers("readWith").await, json!([read, read, read]));
    }
}
