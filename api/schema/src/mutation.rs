//! How something is done: once, within a permit, by one function of `db`; and how what became of it is answered.

use std::collections::BTreeMap;

use async_graphql::{Context, InputType, Value};
use auth::Acts;
use db::{Acting, DbError, Once, once};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::{
    error::ApiError,
    payload::{Payload, settle},
    viewer::{viewer, writer},
};

/// The function of `db` that does it.
pub(crate) type Change<A, I, D> = for<'a> fn(&'a Acting<A>, I) -> BoxFuture<'a, Result<D, DbError>>;

/// Does something once, if the viewer may, and answers what became of it. `about` is what the payload asks for.
pub(crate) async fn mutate<A: Acts, I, P: Payload>(
    context: &Context<'_>,
    once: Once,
    input: I,
    about: P::About,
    change: Change<A, I, P::Done>,
) -> Result<P, ApiError> {
    let acting = Acting::new(once, &viewer(context).principal)?;
    let (done, user_errors) = settle(context, change(&acting, input).await)?;
    Ok(P::settled(context, done, user_errors, about))
}

/// What a mutation writes with: done once, however often its client sends it with this key.
///
/// The body is the mutation's name and its input as it was read: the same in other words (as variables or as literals, with a
/// default written out, with null for what is left out, with `0.70` for `0.7`) is the same request.
pub(crate) fn once(context: &Context<'_>, key: Uuid, input: &impl InputType) -> Once {
    let body = serde_json::json!([context.field().name(), canonical(input.to_value())]).to_string();
    Once::new(writer(context).clone(), once::Key { key, body: auth::hash::of(&body) })
}

/// The value with the fields of its objects in one order, and without those that are null.
fn canonical(value: Value) -> serde_json::Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().filter(|(_, value)| *value != Value::Null);
            let fields: BTreeMap<_, _> = fields.map(|(name, value)| (name.to_string(), canonical(value))).collect();
            fields.into_iter().collect()
        }
        Value::List(items) => items.into_iter().map(canonical).collect(),
        other => other.into_json().unwrap_or_default(),
    }
}

/// Declares mutations, a part of the root. Each takes an input of `db`, with what the schema says of that argument, and a key:
///
/// ```ignore
/// mutations! {
///     AccountMutation;
///     /// Makes an account
///     create_account(NewAccount, "The account") -> CreateAccountPayload by CreateAccount = account::create;
///     /// Changes what is known of a person
///     update_account(AccountChange, "What changes") -> UpdateAccountPayload of account by CreateAccount = account::update;
/// }
/// ```
///
/// `by` is its action; `of` names the field of the input with the id of the object that is changed, for a payload with `current`.
/// Mutations by hand stand in braces before another.
macro_rules! mutations {
    ($mutation:ident; $(
        $({ $($by_hand:tt)* })?
        $(#[$about:meta])+
        $name:ident($input:ty, $what:literal) -> $payload:ident $(of $named:ident)? by $action:ident = $change:path;
    )+) => {
        /// Part of the mutation root.
        #[derive(Clone, Default)]
        pub struct $mutation;

        /// Part of the mutation root.
        #[object_layer::Object(root)]
        impl $mutation {
            $(
                $($($by_hand)*)?

                $(#[$about])+
                #[graphql(directive = db::access::Auth::apply(auth::Action::$action))]
                async fn $name(
                    &self,
                    context: &async_graphql::Context<'_>,
                    #[graphql(desc = $what)] input: $input,
                    #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: uuid::Uuid,
                ) -> $crate::page::Answer<$payload> {
                    let about = $crate::mutation::mutations!(@about input $($named)?);
                    let once = $crate::mutation::once(context, idempotency_key, &input);
                    Some($crate::mutation::mutate::<auth::action::$action, _, _>(context, once, input, about, $change).await)
                }
            )+
        }
    };
    (@about $input:ident) => { () };
    (@about $input:ident $named:ident) => { $input.$named.uuid().ok() };
}

pub(crate) use mutations;
