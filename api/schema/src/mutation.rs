//! How something is done: once, within a permit, by one function of `db`; and how what became of it is answered.

use std::collections::BTreeMap;

use async_graphql::{Context, Value};
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
    key: Uuid,
    input: I,
    about: P::About,
    change: Change<A, I, P::Done>,
) -> Result<P, ApiError> {
    let acting = Acting::new(once(context, key)?, &viewer(context).principal)?;
    let (done, user_errors) = settle(context, change(&acting, input).await)?;
    Ok(P::settled(context, done, user_errors, about))
}

/// What a mutation writes with: done once, however often its client sends it with this key.
///
/// The body is the mutation's name and its arguments as they are executed, so that the same request in other words (as
/// variables or as literals, with another selection) is the same.
fn once(context: &Context<'_>, key: Uuid) -> Result<Once, ApiError> {
    let field = context.field();
    let arguments = field.arguments().map_err(|error| ApiError::bad_request("INPUT", error.message))?;
    let arguments: BTreeMap<_, _> = arguments
        .into_iter()
        .filter(|(name, _)| name != "idempotencyKey")
        .map(|(name, value)| (name.to_string(), canonical(value)))
        .collect();
    let body = serde_json::json!([field.name(), arguments]).to_string();
    Ok(Once::new(writer(context).clone(), once::Key { key, body: auth::hash::of(&body) }))
}

/// The value with the fields of its objects in one order, whatever order the client wrote them in.
fn canonical(value: Value) -> serde_json::Value {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<_, _> =
                fields.into_iter().map(|(name, value)| (name.to_string(), canonical(value))).collect();
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
                    Some($crate::mutation::mutate::<auth::action::$action, _, _>(context, idempotency_key, input, about, $change).await)
                }
            )+
        }
    };
    (@about $input:ident) => { () };
    (@about $input:ident $named:ident) => { $input.$named.uuid().ok() };
}

pub(crate) use mutations;
