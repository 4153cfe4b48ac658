//! What the schema asks for and how it is asked: a value for each argument, whoever it belongs to.

use std::collections::BTreeMap;

use async_graphql_parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
};
use schema::id;
use tests::TestDb;
use uuid::Uuid;

/// What ids are of, by the name of the argument or field that takes them: the tag of its type, and its table. A mutation
/// that takes an id of another name adds its line.
pub(super) const IDS: &[(&str, u8, &str)] = &[
    ("account", b'k', "account"),
    ("accounts", b'k', "account"),
    ("agency", b'a', "agency"),
    ("assignment", b'l', "reporting_assignment"),
    ("assignments", b'l', "reporting_assignment"),
    ("attachments", b'H', "attachment"),
    ("digitalSystem", b'S', "digital_system"),
    ("directive", b'v', "directive"),
    ("document", b'd', "document"),
    ("extensionRequest", b'z', "directive_extension"),
    ("goal", b'b', "goal"),
    ("grant", b'o', "role_grant"),
    ("id", b'a', "agency"),
    ("ids", b'a', "agency"),
    ("import", b'F', "file_import"),
    ("indicator", b'i', "indicator"),
    ("inputRequest", b'y', "directive_input"),
    ("judgement", b'J', "judgement"),
    ("mapping", b'M', "import_mapping"),
    ("measure", b'f', "measure"),
    ("measurement", b'm', "measurement"),
    ("nilAnswer", b'j', "nil_answer"),
    ("notifications", b'N', "notification"),
    ("periodReport", b'B', "period_report"),
    ("plan", b'd', "document"),
    ("programme", b'p', "programme"),
    ("recommendation", b'r', "recommendation"),
    ("reportingRule", b'n', "reporting_rule"),
    ("roles", b'o', "role_grant"),
    ("secret", b'x', "service_secret"),
    ("serviceAccount", b'w', "service_account"),
    ("serviceAccounts", b'w', "service_account"),
    ("session", b's', "session"),
    ("subscription", b'P', "push_subscription"),
    ("target", b't', "target"),
    ("unlockRequest", b'c', "unlock_request"),
    ("webhook", b'K', "webhook"),
];

/// Texts that are understood, by the name of the argument or field that takes them.
pub(super) const TEXTS: &[(&str, &str)] = &[
    ("code", "qng.skhcn"),
    ("login", "lan@quangngai.gov.vn"),
    ("email", "moi@quangngai.gov.vn"),
    ("symbol", "359-KH/TU"),
    ("indicator", "bts_5g_count"),
    ("period", "2025-12"),
    ("subject", "qng.ubnd"),
    ("programme", "nq57-quang-ngai"),
    ("from", "qng.skhcn"),
    ("period", "2025-12"),
    ("text", "chuyển đổi số"),
    ("url", "https://nhan.qng.vn/thay-doi"),
    ("endpoint", "https://push.example/may-cua-toi"),
    ("p256dh", "BLn9b-VR0ca83knDNZ32dCHGyjJp-1riX9ZTN40MqV8K_LpQmLqxC_DoHvqvFXO_nGdAB4W9dogZb_sM-uV4JbY"),
    ("auth", "_ordMnz7uTCmrpBTeUV4Bw"),
    ("password", "mật khẩu đủ dài 2026"),
    ("newPassword", "mật khẩu đủ dài 2026"),
];

/// Somebody else at another agency, with a role.
pub(super) const SOMEBODY: &str = "
    INSERT INTO account (id, login, full_name, agency_id, created_at) VALUES
        ('00000000-0000-7000-8000-00000000000a', 'lan@quangngai.gov.vn', 'Nguyễn Thị Lan',
            (SELECT id FROM agency WHERE code = 'qng.skhcn'), '2026-01-02T01:00:00Z');
    INSERT INTO role_grant (id, account_id, role, agency_id, with_below, valid_from, granted_at) VALUES
        ('00000000-0000-7000-8000-0000000000a1', '00000000-0000-7000-8000-00000000000a', 'REPORTER',
            (SELECT id FROM agency WHERE code = 'qng.skhcn'), false, '2025-07-01', '2026-01-02T01:00:00Z');
    INSERT INTO agency_name (id, agency_id, name_vi, valid_until) VALUES
        ('00000000-0000-7000-8000-0000000000d6', (SELECT id FROM agency WHERE code = 'qng.skhcn'), 'Sở Khoa học, Công nghệ và Môi trường', '2003-04-01');
    INSERT INTO session (id, account_id, second_factor, created_at, last_used_at, expires_at) VALUES
        ('00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-00000000000a', false,
            '2026-01-20T01:00:00Z', '2026-01-20T01:00:00Z', '2026-02-19T01:00:00Z');
    INSERT INTO service_account (id, code, name, agency_id, scopes, created_at) VALUES
        ('00000000-0000-7000-8000-0000000000c1', 'qng.ioc', 'Trung tâm điều hành',
            (SELECT id FROM agency WHERE code = 'qng.skhcn'), '{figures:read}', '2026-01-02T01:00:00Z');
    INSERT INTO service_secret (id, service_account_id, hash, created_at) VALUES
        ('00000000-0000-7000-8000-0000000000c2', '00000000-0000-7000-8000-0000000000c1', sha256('bi-mat'), '2026-01-02T01:00:00Z');
    INSERT INTO webhook (id, service_account_id, url, nouns, place, send_after, created_at) VALUES
        ('00000000-0000-7000-8000-0000000000c3', '00000000-0000-7000-8000-0000000000c1', 'https://nhan.qng.vn/thay-doi', '{}', 0,
            '2026-01-02T01:00:00Z', '2026-01-02T01:00:00Z');
    INSERT INTO webhook_delivery (id, webhook_id, message_id, test, events, sent_at, milliseconds, status) VALUES
        ('00000000-0000-7000-8000-0000000000c4', '00000000-0000-7000-8000-0000000000c3', 'msg_1', false, 2, '2026-01-20T01:00:00Z', 31, 204);
    INSERT INTO push_subscription (id, account_id, session_id, endpoint, p256dh, auth, created_at) VALUES
        ('00000000-0000-7000-8000-0000000000b2', '00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000b1',
            'https://push.example/may-cua-lan', decode(repeat('04', 65), 'hex'), decode(repeat('05', 16), 'hex'), '2026-01-20T01:00:00Z');
    INSERT INTO directive_extension (id, directive_id, agency_id, proposed_on, reason, requested_at, requested_by)
        SELECT '00000000-0000-7000-8000-0000000000d1', id, (SELECT id FROM agency WHERE code = 'qng.skhcn'), '2026-06-30', 'Chờ hướng dẫn',
            '2026-01-19T01:00:00Z', '00000000-0000-7000-8000-00000000000a' FROM directive WHERE code = 'tb-ubnd-qng-2025-04:6';
    INSERT INTO directive_input (id, directive_id, agency_id, coordinator_id, question, asked_on, asked_at, asked_by)
        SELECT '00000000-0000-7000-8000-0000000000d2', id, (SELECT id FROM agency WHERE code = 'qng.skhcn'),
            (SELECT id FROM agency WHERE code = 'qng.skhcn'), 'Góp ý', '2026-01-19', '2026-01-19T01:00:00Z',
            '00000000-0000-7000-8000-00000000000a' FROM directive WHERE code = 'tb-ubnd-qng-2025-04:6';
    INSERT INTO measurement_decision (measurement_id, revision, state, content_hash, decided_at)
        SELECT id, revision, 'SUBMITTED', measurement_content_hash(id, revision), '2026-01-20T01:00:00Z'
        FROM measurement JOIN measurement_revision ON measurement_id = id AND state = 'DRAFT' ORDER BY ends_on DESC, id LIMIT 1;
    INSERT INTO nil_answer (id, assignment_id, reporter_id, period, note, answered_on, answered_at)
        SELECT '00000000-0000-7000-8000-0000000000d1', id, reporter_id, '2025-12', 'Không phát sinh trong kỳ', '2026-01-05', '2026-01-05T01:00:00Z'
        FROM reporting_assignment WHERE period_kind = 'MONTH' ORDER BY id LIMIT 1;
    INSERT INTO unlock_request (id, assignment_id, reporter_id, period, reason, requested_at)
        SELECT '00000000-0000-7000-8000-0000000000d2', id, reporter_id, '2025-10', 'Mất điện', '2026-01-05T01:00:00Z'
        FROM reporting_assignment WHERE period_kind = 'MONTH' ORDER BY id LIMIT 1;
    INSERT INTO judgement (id, target_id, verdict, judged_on, reason, evidence, state, recorded_at, decided_at)
        SELECT '00000000-0000-7000-8000-0000000000d4', id, 'ACHIEVED', '2026-01-05', 'Đã nghiệm thu', 'Biên bản', 'ENDORSED', '2026-01-05T01:00:00Z',
            '2026-01-06T01:00:00Z' FROM target WHERE statement IS NOT NULL ORDER BY code LIMIT 1;
    INSERT INTO recommendation_step (id, recommendation_id, state, agency_id, role, account_id, taken_on, recorded_at)
        SELECT '00000000-0000-7000-8000-0000000000d5', id, 'ACKNOWLEDGED', from_agency_id, 'HEAD', '00000000-0000-7000-8000-00000000000a',
            '2026-01-19', '2026-01-19T01:00:00Z' FROM recommendation WHERE state = 'OPEN' ORDER BY code LIMIT 1;
    UPDATE recommendation SET state = 'ACKNOWLEDGED', version = 2 WHERE id = (SELECT recommendation_id FROM recommendation_step);
    INSERT INTO assessment_rule (id, programme_id, valid, on_track_from, at_risk_from, source)
        SELECT '00000000-0000-7000-8000-0000000000d6', id, '[1990-01-01,1991-01-01)', 0.9, 0.6, 'Kết luận' FROM programme WHERE code = 'nq57-quang-ngai';
    INSERT INTO computation (id, indicator_id, definition_id, subject_id, regime, period_kind, period, starts_on, ends_on, state, gap, missing, computed_at)
        SELECT '00000000-0000-7000-8000-0000000000d7', d.indicator_id, d.id, a.id, 'CALENDAR', 'YEAR', '2025', '2025-01-01', '2026-01-01', 'INCOMPLETE',
            'MISSING_INPUT', ARRAY[d.indicator_id], '2026-01-20T01:00:00Z' FROM indicator_definition d, agency a WHERE a.code = 'qng.skhcn' ORDER BY d.id LIMIT 1;
    INSERT INTO definition_dimension SELECT m.definition_id, d.id, false
        FROM (SELECT * FROM measurement WHERE published_revision IS NOT NULL ORDER BY ends_on DESC, id DESC LIMIT 1) m, dimension d WHERE d.code = 'sex';
    INSERT INTO measurement_breakdown (measurement_id, revision, item_id, stated_value) SELECT m.id, m.published_revision, i.id, 1
        FROM (SELECT * FROM measurement WHERE published_revision IS NOT NULL ORDER BY ends_on DESC, id DESC LIMIT 1) m, dimension_item i WHERE i.code = 'female';
    INSERT INTO attachment (id, name, size, created_at, created_by, expires_at, media_type, content_hash, received_at) VALUES
        ('00000000-0000-7000-8000-0000000000da', 'Biên bản.pdf', 9, '2026-01-20T01:00:00Z', '00000000-0000-7000-8000-00000000000a',
            '2026-01-21T01:00:00Z', 'application/pdf', sha256('%PDF-1.7'), '2026-01-20T01:00:00Z');
    INSERT INTO measurement_attachment (measurement_id, revision, attachment_id) SELECT m.id, m.published_revision, '00000000-0000-7000-8000-0000000000da'
        FROM (SELECT * FROM measurement WHERE published_revision IS NOT NULL ORDER BY ends_on DESC, id DESC LIMIT 1) m;
    INSERT INTO chase (id, agency_id, regime, period, figures, asked_at, asked_by) SELECT '00000000-0000-7000-8000-0000000000ec', id, 'CALENDAR', '2025-12', 2,
        '2026-01-19T01:00:00Z', '00000000-0000-7000-8000-00000000000a' FROM agency WHERE code = 'qng.skhcn';
    INSERT INTO reporting_extension (id, regime, period, due_on, reason, extended_at) VALUES
        ('00000000-0000-7000-8000-0000000000d3', 'CALENDAR', '2025-12', '2026-01-15', 'Bão số 12', '2026-01-05T01:00:00Z');
    INSERT INTO file_import (id, kind, agency_id, regime, period, mode, dry_run, submit, content_hash, bytes, created_at, created_by)
        SELECT '00000000-0000-7000-8000-0000000000d8', 'FIGURES', id, 'CALENDAR', '2025-12', 'ROW_BY_ROW', false, false, sha256('tep'), 3,
            '2026-01-20T01:00:00Z', '00000000-0000-7000-8000-00000000000a' FROM agency WHERE code = 'qng.skhcn';
    INSERT INTO file_import_error (id, import_id, position, sheet_number, sheet, row_number, column_number, code, field) VALUES
        ('00000000-0000-7000-8000-0000000000d9', '00000000-0000-7000-8000-0000000000d8', 1, 0, 'Số liệu', 2, 1, 'MALFORMED', 'value');
    INSERT INTO file_import (id, kind, agency_id, regime, period, mode, dry_run, submit, content_hash, bytes, created_at, created_by)
        SELECT '00000000-0000-7000-8000-0000000000e8', 'FIGURES', id, 'CALENDAR', '2025-12', 'ROW_BY_ROW', false, false, sha256('bang'), 4,
            '2026-01-20T01:00:00Z', '00000000-0000-7000-8000-00000000000a' FROM agency WHERE code = 'qng.stc';
    INSERT INTO file_import_error (id, import_id, position, sheet_number, sheet, row_number, column_number, code, field) VALUES
        ('00000000-0000-7000-8000-0000000000e9', '00000000-0000-7000-8000-0000000000e8', 1, 0, 'Số liệu', 2, 1, 'MALFORMED', 'value');
    INSERT INTO import_mapping (id, agency_id, kind, name, headings, created_at, changed_at)
        SELECT id, agency_id, 'FIGURES', 'Bảng của Sở', jsonb_build_array(jsonb_build_object('heading', 'KQ thực hiện quý', 'field', 'value')), '2026-01-20T01:00:00Z', '2026-01-20T01:00:00Z'
        FROM (SELECT '00000000-0000-7000-8000-0000000000db'::uuid, id FROM agency WHERE code = 'qng.skhcn'
            UNION ALL SELECT '00000000-0000-7000-8000-0000000000eb', id FROM agency WHERE code = 'qng.stc') AS saved (id, agency_id);
    INSERT INTO notification (id, account_id, kind, directive_id, key, happened_at, created_at)
        SELECT '00000000-0000-7000-8000-0000000000dc', '00000000-0000-7000-8000-00000000000a', 'DIRECTIVE_ISSUED', id, 'event 1', '2026-01-20T01:00:00Z',
            '2026-01-20T01:00:00Z' FROM directive WHERE code = 'tb-ubnd-qng-2025-04:6';
    INSERT INTO audit_entry (id, recorded_at, actor_kind, action, succeeded, noun, object_id, previous_hash, hash) VALUES
        (0, '2026-01-20T01:00:00Z', 'NOBODY', 'SIGN_IN', false, 'account', '00000000-0000-7000-8000-00000000000a', '', '');";

/// The schema as its own words tell it.
pub(super) struct Sdl(pub(super) BTreeMap<String, TypeDefinition>);

impl Sdl {
    pub(super) fn read() -> Self {
        let document = parse_schema(schema::sdl()).unwrap();
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(ty) => Some((ty.node.name.node.to_string(), ty.node)),
            _ => None,
        });
        Self(types.collect())
    }

    pub(super) fn fields(&self, of: &str) -> Vec<&FieldDefinition> {
        match self.0.get(of).map(|ty| &ty.kind) {
            Some(TypeKind::Object(object)) => object.fields.iter().map(|field| &field.node).collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn is_composite(&self, of: &str) -> bool {
        let kind = self.0.get(of).map(|ty| &ty.kind);
        matches!(kind, Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)))
    }

    /// A value for an argument or an input field: what must be given, and nothing else.
    pub(super) fn value(&self, name: &str, ty: &Type, ids: &Ids) -> String {
        match &ty.base {
            BaseType::List(item) => format!("[{}]", self.value(name, item, ids)),
            BaseType::Named(of) => match self.0.get(of.as_str()).map(|ty| &ty.kind) {
                Some(TypeKind::Enum(kind)) => kind.values[0].node.value.node.to_string(),
                Some(TypeKind::InputObject(input)) => {
                    let given =
                        input.fields.iter().map(|field| &field.node).filter(|field| is_required(field, ids.all));
                    let given = given.map(|field| {
                        let name = &field.name.node;
                        format!("{name}: {}", self.value(name, &field.ty.node, ids))
                    });
                    format!("{{ {} }}", given.collect::<Vec<_>>().join(", "))
                }
                _ => match of.as_str() {
                    "ID" => format!("\"{}\"", ids.of(name)),
                    "Int" => "1".to_owned(),
                    "Boolean" => "true".to_owned(),
                    "Float" => "1.5".to_owned(),
                    "Decimal" => "\"1.5\"".to_owned(),
                    "Date" => "\"2026-01-20\"".to_owned(),
                    // Before the demo's plan was replaced.
                    "DateTime" if name == "from" => "\"2025-04-30T17:00:00Z\"".to_owned(),
                    "DateTime" => "\"2026-01-20T02:00:00Z\"".to_owned(),
                    "UUID" => format!("\"{}\"", tests::mutation::key()),
                    _ => {
                        let text = TEXTS.iter().find(|(of, _)| *of == name);
                        format!("\"{}\"", text.map_or("Nguyễn Văn An", |(_, text)| text))
                    }
                },
            },
        }
    }

    /// A field with what must be given, and a selection.
    pub(super) fn asked(&self, field: &FieldDefinition, ids: &Ids, selection: &str) -> String {
        let given =
            field.arguments.iter().map(|argument| &argument.node).filter(|argument| is_required(argument, ids.all));
        let first = field.arguments.iter().find(|argument| argument.node.name.node == "first");
        let first = first.map(|_| format!("first: {}", ids.page));
        let given: Vec<_> = given
            .map(|argument| {
                format!("{}: {}", argument.name.node, self.value(&argument.name.node, &argument.ty.node, ids))
            })
            .chain(first)
            .collect();
        let given = if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) };
        format!("{}{given} {selection}", field.name.node)
    }

    /// All fields of a type, and so on for some steps; of lists below it the first.
    pub(super) fn whole(&self, of: &str, ids: &Ids, steps: usize) -> String {
        let fields = self.fields(of).into_iter().map(|field| {
            let to = named(&field.ty.node);
            if !self.is_composite(to) {
                return self.asked(field, ids, "");
            }
            // A list's own types are no step; its edges hold the objects once more.
            let steps =
                if to.ends_with("Connection") || to.ends_with("Edge") { steps } else { steps.saturating_sub(1) };
            let again = of.ends_with("Edge") && of != "SearchEdge";
            let selection = if steps == 0 || again { "{ __typename }".to_owned() } else { self.whole(to, ids, steps) };
            self.asked(field, ids, &selection)
        });
        format!("{{ __typename {} }}", fields.collect::<Vec<_>>().join(" "))
    }
}

pub(super) fn is_required(input: &InputValueDefinition, ids_too: bool) -> bool {
    let required = !input.ty.node.nullable && input.default_value.is_none();
    required || input.name.node == "code" || (ids_too && named(&input.ty.node) == "ID")
}

pub(super) fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => named(item),
    }
}

/// The ids that are asked for: by table, or such as nobody has.
pub(super) struct Ids {
    pub(super) known: BTreeMap<&'static str, Uuid>,
    /// Also where they may be left out.
    pub(super) all: bool,
    /// How many of a list.
    pub(super) page: usize,
}

impl Ids {
    pub(super) async fn of_others(db: &TestDb) -> Self {
        let mut known = BTreeMap::new();
        for (_, _, table) in IDS {
            let of = match *table {
                "agency" => "WHERE code = 'qng.skhcn'",
                "directive" => "WHERE code = 'tb-ubnd-qng-2025-04:6'",
                _ => "",
            };
            let id = db.text(&format!("SELECT id::text FROM {table} {of} ORDER BY id LIMIT 1")).await;
            known.insert(*table, id.parse().unwrap());
        }
        Self { known, all: false, page: 1 }
    }

    pub(super) fn unknown() -> Self {
        Self { known: BTreeMap::new(), all: false, page: 1 }
    }

    pub(super) fn everywhere(self) -> Self {
        Self { all: true, ..self }
    }

    pub(super) fn of(&self, name: &str) -> String {
        let (_, tag, table) = IDS
            .iter()
            .find(|(of, ..)| *of == name)
            .unwrap_or_else(|| panic!("an id named {name}: say in IDS of what it is"));
        id::encode(*tag, self.known.get(table).copied().unwrap_or(Uuid::from_u128(99))).to_string()
    }
}
