//! Who gets what of an agency that ends: row by row where it is said, and the rest by one word.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use async_graphql::InputObject;
use uuid::Uuid;

use super::passing::{Open, PassedKind};
use crate::{
    DbError, Id, Violation, ViolationCode, account::Account, reporting::assignment::ReportingAssignment,
    role_grant::RoleGrant, service_account::ServiceAccount, violation::Words,
};

/// One that takes over, and what of it by name.
#[derive(Debug, Clone, Default, InputObject)]
#[graphql(name = "SuccessorInput")]
pub struct Share {
    /// Code of the agency that takes over; that of the one that is split, if it goes on
    pub agency: String,
    /// The directives in which it takes the part, by code
    #[graphql(default)]
    pub directives: Vec<String>,
    /// The recommendations that it is to answer, by code
    #[graphql(default)]
    pub recommendations: Vec<String>,
    /// The reporting assignments that it takes on
    #[graphql(default)]
    pub assignments: Vec<Id<ReportingAssignment>>,
    /// Those below it from now on, by code
    #[graphql(default)]
    pub below: Vec<String>,
    /// The indicators that it answers for, by code
    #[graphql(default)]
    pub indicators: Vec<String>,
    /// The grants of roles that are held at it from now on
    #[graphql(default)]
    pub roles: Vec<Id<RoleGrant>>,
    /// The accounts of the people who belong to it from now on
    #[graphql(default)]
    pub accounts: Vec<Id<Account>>,
    /// The service accounts that act for it from now on
    #[graphql(default)]
    pub service_accounts: Vec<Id<ServiceAccount>>,
}

impl Share {
    /// What is named, by kind, with the field that names it.
    fn named(&self) -> [(PassedKind, &'static str, Vec<Named>); 8] {
        let codes = |codes: &[String]| codes.iter().cloned().map(Named::Code).collect();
        [
            (PassedKind::Directive, "directives", codes(&self.directives)),
            (PassedKind::Recommendation, "recommendations", codes(&self.recommendations)),
            (PassedKind::Assignment, "assignments", ids(&self.assignments)),
            (PassedKind::Agency, "below", codes(&self.below)),
            (PassedKind::Indicator, "indicators", codes(&self.indicators)),
            (PassedKind::Role, "roles", ids(&self.roles)),
            (PassedKind::Account, "accounts", ids(&self.accounts)),
            (PassedKind::ServiceAccount, "serviceAccounts", ids(&self.service_accounts)),
        ]
    }
}

fn ids<T>(ids: &[Id<T>]) -> Vec<Named> {
    ids.iter().map(|id| id.uuid().map_or(Named::Nothing, Named::Id)).collect()
}

/// What somebody names.
enum Named {
    Code(String),
    Id(Uuid),
    /// An id of nothing.
    Nothing,
}

/// Who takes over: the ids of the successors with what each is given, and who gets the rest.
pub(super) struct Sharing<'a> {
    pub(super) shares: Vec<(Uuid, &'a Share)>,
    pub(super) rest: Option<Uuid>,
    /// The field that would say who gets the rest.
    pub(super) field: &'static str,
}

/// The field of a row of the successors.
pub(super) fn field_of(row: usize, name: &'static str) -> Vec<Cow<'static, str>> {
    vec!["input".into(), "successors".into(), row.to_string().into(), name.into()]
}

pub(super) fn refused_in_row(code: ViolationCode, row: usize, name: &'static str) -> Violation {
    Violation { field: field_of(row, name), ..Violation::of(code, &[]) }
}

impl Sharing<'_> {
    /// Each thing that is open, with its heir. Refused if something is named that is not open or that the actor does not see, or twice; and
    /// if something is left that nobody gets, with what.
    pub(super) fn settle(&self, open: Vec<Open>) -> Result<Vec<(Open, Uuid)>, DbError> {
        let mut heirs: HashMap<(PassedKind, Uuid), Uuid> = HashMap::new();
        let mut broken = Vec::new();
        for (row, (heir, share)) in self.shares.iter().enumerate() {
            for (kind, field, named) in share.named() {
                for name in named {
                    let found = open.iter().find(|it| it.kind == kind && it.is(&name));
                    let code = match found {
                        None => Some(ViolationCode::NotFound),
                        Some(it) => heirs.insert((kind, it.id), *heir).map(|_| ViolationCode::Duplicate),
                    };
                    broken.extend(code.map(|code| refused_in_row(code, row, field)));
                }
            }
        }
        if !broken.is_empty() {
            broken.truncate(100);
            return Err(DbError::Violated(broken));
        }
        let mut left: BTreeMap<PassedKind, usize> = BTreeMap::new();
        let mut settled = Vec::new();
        for it in open {
            match heirs.get(&(it.kind, it.id)).copied().or(self.rest) {
                Some(heir) => settled.push((it, heir)),
                None => *left.entry(it.kind).or_default() += 1,
            }
        }
        if left.is_empty() { Ok(settled) } else { Err(DbError::Violated(vec![self.left_over(&left)])) }
    }

    /// What is left that nobody gets.
    fn left_over(&self, left: &BTreeMap<PassedKind, usize>) -> Violation {
        let list = |word: fn(PassedKind) -> &'static str| {
            left.iter().map(|(kind, count)| format!("{count} {}", word(*kind))).collect::<Vec<_>>().join(", ")
        };
        let words = Words {
            vi: format!("Còn việc chưa có đơn vị tiếp nhận: {}", list(PassedKind::counted_vi)),
            en: format!("Still open, and nobody takes it over: {}", list(PassedKind::counted_en)),
        };
        Violation::of(ViolationCode::Required, &["input", self.field]).saying(words)
    }
}

impl Open {
    fn is(&self, named: &Named) -> bool {
        match named {
            Named::Code(code) => self.is_seen && self.code.as_ref() == Some(code),
            Named::Id(id) => self.id == *id,
            Named::Nothing => false,
        }
    }
}
