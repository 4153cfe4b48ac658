//! How the schema says who may see and do what: `@auth`, computed from the table in `auth`. It stands here because types
//! are derived here as well as in `api`.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, Enum, InputType, InputValueError, InputValueResult, Name, OutputType, Positioned,
    ServerResult, TypeDirective, Value,
    indexmap::IndexMap,
    parser::types::Field,
    registry::{
        __DirectiveLocation, EnumBuilder, MetaDirective, MetaDirectiveInvocation, MetaEnumValue, MetaInputValue,
        MetaTypeId, Registry, location_traits,
    },
};
use auth::{Action, Reach, Role, Rule};

/// The directive `@auth`. `#[graphql(directive = Auth::apply(Action::SeeAccounts))]` on a type, or on a field that has a
/// rule of its own. The server does not start while a type or a field of a root has none.
#[derive(Debug, Clone, Copy)]
pub struct Auth;

impl Auth {
    /// The name of the directive, without its `@`.
    pub const NAME: &'static str = "auth";

    /// The rule of an action, to be written beside what the action opens.
    #[must_use]
    pub fn apply(action: Action) -> MetaDirectiveInvocation {
        let rule = action.rule();
        let grantees = Grantee::of(&rule).iter().map(|(grantee, _)| InputType::to_value(grantee)).collect();
        let mut args = IndexMap::new();
        args.insert("action".to_owned(), InputType::to_value(&ActionWord(action)));
        args.insert("for".to_owned(), Value::List(grantees));
        if let Some(scope) = rule.service {
            args.insert("scope".to_owned(), Value::from(scope.as_str()));
        }
        MetaDirectiveInvocation { name: Self::NAME.to_owned(), args }
    }
}

impl TypeDirective for Auth {
    fn name(&self) -> Cow<'static, str> {
        Self::NAME.into()
    }

    fn register(&self, registry: &mut Registry) {
        let described = |name: &str, ty: String, about: &str| {
            let mut argument = MetaInputValue::new(name, ty);
            argument.description = Some(about.to_owned());
            (name.to_owned(), argument)
        };
        let args = [
            described(
                "action",
                <ActionWord as InputType>::create_type_info(registry),
                "The row of the table of permissions",
            ),
            described(
                "for",
                <Vec<Grantee> as InputType>::create_type_info(registry),
                "To whom that row gives it, within a reach that `permissionTable` tells",
            ),
            described(
                "scope",
                <Option<String> as InputType>::create_type_info(registry),
                "The scope that a service account needs; absent if no service account may",
            ),
        ];
        registry.add_directive(MetaDirective {
            name: Self::NAME.to_owned(),
            description: Some(
                "Who may use a field, or see objects of a type: a row of `permissionTable`. A type's rule holds for its \
                 fields, unless they have one of their own. It is the least that is needed: which objects are there for \
                 somebody depends on their agencies and on the objects' states too, and what is out of reach looks like \
                 what is not there."
                    .to_owned(),
            ),
            locations: vec![__DirectiveLocation::OBJECT, __DirectiveLocation::FIELD_DEFINITION],
            args: args.into_iter().collect(),
            is_repeatable: false,
            visible: None,
            composable: None,
        });
    }
}

impl location_traits::Directive_At_OBJECT for Auth {}
impl location_traits::Directive_At_FIELD_DEFINITION for Auth {}

/// To whom a row of the table of permissions gives something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum Grantee {
    /// Anyone, signed in or not
    Public,
    /// Any person who has signed in
    User,
    /// Who drafts and submits figures, and reports progress
    Reporter,
    /// Who endorses or returns figures, and answers for directives
    Head,
    /// Who verifies, publishes, keeps the catalogue, and chases
    StandingOffice,
    /// Who issues directives and decides on them
    Leader,
    /// Who reads whatever has been handed in, and the audit trail
    Inspector,
    /// Who keeps accounts, agencies and the calendar
    Administrator,
    /// A machine that has the scope
    Service,
}

object_layer::named!(Grantee);

impl From<Role> for Grantee {
    fn from(role: Role) -> Self {
        match role {
            Role::Reporter => Self::Reporter,
            Role::Head => Self::Head,
            Role::StandingOffice => Self::StandingOffice,
            Role::Leader => Self::Leader,
            Role::Inspector => Self::Inspector,
            Role::Administrator => Self::Administrator,
        }
    }
}

impl Grantee {
    /// Everybody whom a rule names, and how far they reach.
    #[must_use]
    pub fn of(rule: &Rule) -> Vec<(Self, Reach)> {
        let public = rule.public.map(|reach| (Self::Public, reach));
        let user = rule.user.map(|reach| (Self::User, reach));
        let roles = rule.roles.iter().map(|(role, reach)| (Self::from(*role), *reach));
        let service = rule.service.map(|_| (Self::Service, Reach::Held));
        public.into_iter().chain(user).chain(roles).chain(service).collect()
    }
}

/// An [`Action`] as the schema shows it: its values and their descriptions are those of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionWord(pub Action);

const ACTION: &str = "Action";

impl ActionWord {
    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::Enum, |_| {
            let value = |action: &Action| {
                let mut value = MetaEnumValue::new(action.as_str());
                value.description = Some(action.about().to_owned());
                (action.as_str().to_owned(), value)
            };
            EnumBuilder::new(ACTION, Action::ALL.iter().map(value).collect())
                .description(Some("Something that can be done: a row of the table of permissions.".to_owned()))
                .rust_typename(std::any::type_name::<Self>())
                .build()
        })
    }

    fn value(self) -> Value {
        Value::Enum(Name::new(self.0.as_str()))
    }
}

impl InputType for ActionWord {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        ACTION.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Self::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let value = value.unwrap_or_default();
        let word = match &value {
            Value::Enum(name) => name.as_str(),
            Value::String(word) => word,
            _ => return Err(InputValueError::expected_type(value)),
        };
        let found = Action::ALL.iter().find(|action| action.as_str() == word);
        found.map(|action| Self(*action)).ok_or_else(|| InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        self.value()
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

object_layer::leaf!(ActionWord: |action, walk| walk.word(action.0.as_str()));

impl OutputType for ActionWord {
    fn type_name() -> Cow<'static, str> {
        ACTION.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Self::create_type_info(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(self.value())
    }
}
