//! How directives come about: issued from a document's clause, perhaps in parts, or as a part that is delegated.

use auth::{Acts, action, random};
use derive::boxed;
use diesel::{ExpressionMethods as _, NullableExpressionMethods as _, QueryDsl as _, dsl::not};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    DirectiveEventKind, Event, NOUN, Opened, add, audit_snapshot,
    checked::{CheckedPart, in_part},
    input::{Delegation, NewDirective},
    insert::{Common, Draft, depend, write},
    reread,
};
use crate::{
    Acting, DbError, Violation, ViolationCode,
    agency::there_today,
    deadline::{Deadline, Given},
    directive::Directive,
    document::{Document, in_force},
    enums::{DatePrecision, Visibility},
    id::tail,
    input::{CLAUSE, Checks, few, refused},
    programme::running,
    schema::{agency, directive},
    sql_functions::{agency_subtree_ids, may_receive_directive},
    text::symbol,
    writer::{ChangeKind, Writing},
};

/// Issues a directive from a document's clause, with its parts: all of them or nothing.
#[boxed]
pub async fn issue(acting: &Acting<action::IssueDirective>, new: NewDirective) -> Result<Directive, DbError> {
    let work = async |writing: &mut Writing| issue_within(acting, writing, &new).await;
    acting.write(work).await
}

/// The same within a change that does something else as well.
pub(crate) async fn issue_within(
    acting: &Acting<action::IssueDirective>,
    writing: &mut Writing,
    new: &NewDirective,
) -> Result<Directive, DbError> {
    let mut checks = Checks::default();
    let clause = checks.text("clause", &symbol(&new.clause), CLAUSE);
    checks.passed()?;
    few(new.depends_on.len(), "dependsOn")?;
    few(new.parts.len(), "parts")?;
    let assigner = there_today(writing, std::slice::from_ref(&new.assigner), "assigner").await?;
    let assigner = assigner.into_iter().find(|agency| acting.permit.reach().holds(Some(*agency)));
    let assigner = assigner.ok_or_else(|| refused(ViolationCode::OutOfReach, "assigner"))?;
    let programme = running(writing, &new.programme).await?.id;
    let source = Source::of(acting, writing, &new.document).await?;
    // Its code would tell of the document.
    if new.visibility < source.visibility {
        return Err(refused(ViolationCode::Incompatible, "visibility"));
    }
    let whole = Draft {
        common: Common {
            programme,
            document: source.id,
            assigner,
            kind: new.kind,
            priority: new.priority,
            visibility: new.visibility,
            clause,
        },
        id: random::id(writing.now()),
        code: String::new(),
        parent: None,
        part: CheckedPart::of(writing, &new.whole(), source.given).await?,
    };
    receive(writing, &whole.common, &whole.part).await?;
    // What is hidden takes no code that others could find taken.
    let hidden = if new.visibility == Visibility::Public { String::new() } else { format!("~{}", tail(whole.id)) };
    let whole = Draft { code: format!("{}:{}{hidden}", source.code, whole.common.clause), ..whole };
    let mut drafts = Vec::new();
    for (place, part) in new.parts.iter().enumerate() {
        let part = CheckedPart::of(writing, part, source.given).await;
        let part = part.and_then(|part| part.within(&whole.part.deadline)).map_err(|error| in_part(error, place))?;
        receive(writing, &whole.common, &part).await.map_err(|error| in_part(error, place))?;
        drafts.push(whole.divided(writing, assigner, place + 1, part));
    }
    let id = whole.id;
    drafts.insert(0, whole);
    write(writing, source.id, &drafts).await?;
    depend(acting, writing, id, &new.depends_on).await?;
    let events: Vec<Event> = drafts.iter().map(|draft| issued(acting, writing, draft)).collect();
    add(writing, &events).await?;
    for part in drafts.iter().skip(1) {
        writing.changed(ChangeKind::Created, (NOUN, part.id));
    }
    let after = reread(writing, id).await?;
    let mut snapshot = audit_snapshot(&after);
    if let Value::Object(fields) = &mut snapshot {
        let parts: Vec<_> = drafts.iter().skip(1).map(|part| &part.code).collect();
        fields.insert("parts".to_owned(), json!(parts));
    }
    writing.record(&acting.permit, ChangeKind::Created, (NOUN, id), None, Some(snapshot));
    Ok(after)
}

/// Gives a part of a directive to agencies below one that leads it; answers the part.
#[boxed]
pub async fn delegate(
    acting: &Acting<action::DelegateDirective>,
    Delegation { directive, part: new }: Delegation,
) -> Result<Directive, DbError> {
    let id = directive.uuid()?;
    let work = async |writing: &mut Writing| {
        let Opened { before, standing, .. } = acting.open(writing, id, None).await?;
        let today = writing.today();
        let part = CheckedPart::of(writing, &new, Given::on(today.0)).await?;
        if part.leads.is_empty() {
            return Err(refused(ViolationCode::Required, "leads"));
        }
        let mut by = None;
        for lead in standing.leads.iter().filter(|lead| acting.permit.reach().holds(Some(**lead))) {
            let below = diesel::select(agency_subtree_ids(Some(*lead), today).nullable());
            let below: Vec<Uuid> = below.get_result::<Option<_>>(writing.connection()).await?.unwrap_or_default();
            if part.leads.iter().all(|agency| agency != lead && below.contains(agency)) {
                by = Some(*lead);
                break;
            }
        }
        let by = by.ok_or_else(|| refused(ViolationCode::OutOfReach, "leads"))?;
        let due = before.due_on.map(|day| Deadline::on(day.0));
        let part = part.within(&due.unwrap_or(Deadline::none(None)))?;
        let parts: i64 =
            directive::table.filter(directive::parent_id.eq(id)).count().get_result(writing.connection()).await?;
        let whole = Draft {
            common: Common {
                programme: before.programme_id,
                document: before.document_id,
                assigner: by,
                kind: before.kind,
                priority: before.priority,
                visibility: before.visibility,
                clause: before.clause.clone(),
            },
            id,
            code: before.code.clone(),
            parent: None,
            part: CheckedPart::default(),
        };
        receive(writing, &whole.common, &part).await?;
        let place = usize::try_from(parts).unwrap_or_default() + 1;
        let draft = whole.divided(writing, by, place, part);
        write(writing, before.document_id, std::slice::from_ref(&draft)).await?;
        let given = acting.event(writing, id, DirectiveEventKind::Delegated, Some(by));
        let given = Event { text: Some(draft.part.title.clone()), other_directive_id: Some(draft.id), ..given };
        add(writing, &[given, issued(acting, writing, &draft)]).await?;
        writing.changed(ChangeKind::Updated, (NOUN, id));
        let after = reread(writing, draft.id).await?;
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, draft.id), None, Some(audit_snapshot(&after)));
        Ok(after)
    };
    acting.write(work).await
}

/// The document that a directive is issued from.
struct Source {
    id: Uuid,
    code: String,
    /// When it was issued: deadlines count from it.
    given: Given,
    visibility: Visibility,
}

impl Source {
    async fn of<A: Acts>(acting: &Acting<A>, writing: &mut Writing, code: &str) -> Result<Self, DbError> {
        let Document { id, code, issued_on, issued_precision, visibility, .. } =
            in_force(acting, writing, code, &["input", "document"]).await?;
        let given = Given {
            on: issued_on.unwrap_or(writing.today()).0,
            is_exact: issued_on.is_some() && issued_precision == DatePrecision::Day,
        };
        Ok(Self { id, code, given, visibility })
    }
}

/// Whether whoever receives it may be tasked by the assigner.
async fn receive(writing: &mut Writing, common: &Common, part: &CheckedPart) -> Result<(), DbError> {
    let coordinators = part.coordinators.iter().filter_map(|(agency, _)| *agency).collect();
    let mut broken = Vec::new();
    for (field, receivers) in [("leads", part.leads.clone()), ("coordinators", coordinators)] {
        let may = may_receive_directive(common.assigner, common.programme, agency::id, writing.today());
        let outside: Vec<String> = agency::table
            .filter(agency::id.eq_any(receivers))
            .filter(not(may))
            .order(agency::code)
            .select(agency::code)
            .load(writing.connection())
            .await?;
        if !outside.is_empty() {
            broken.push(Violation::of(ViolationCode::OutOfReach, &["input", field]).about(outside.join(", ")));
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(DbError::Violated(broken)) }
}

fn issued<A: Acts>(acting: &Acting<A>, writing: &Writing, draft: &Draft) -> Event {
    let event = acting.event(writing, draft.id, DirectiveEventKind::Issued, Some(draft.common.assigner));
    Event { deadline_revision: draft.part.has_deadline().then_some(1), ..event }
}
