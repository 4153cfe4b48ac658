//! What is hidden, tied to all that a reader sees.

use std::collections::BTreeMap;

use tests::TestDb;
use uuid::Uuid;

/// What somebody may be kept from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hidden {
    Internal,
    Restricted,
    Submitted,
    Drafted,
}
use Hidden::{Drafted, Internal, Restricted, Submitted};

pub(crate) const ALL: [Hidden; 4] = [Internal, Restricted, Submitted, Drafted];

/// The parties of what is restricted, and who reports what is not published.
pub(crate) const GIVES: &str = "ubnd.21028";
pub(crate) const LEADS: &str = "ubnd.21025";
pub(crate) const COORDINATES: &str = "ubnd.21034";
pub(crate) const RECEIVES: &str = "ubnd.21172";
/// Has to do with none of it.
pub(crate) const ELSEWHERE: &str = "qng.skhcn";

/// An id that follows from its name.
fn id(name: &str) -> String {
    let mut bytes = [0; 16];
    for (place, byte) in format!("CANARY {name}").bytes().enumerate() {
        bytes[place % 16] ^= byte.rotate_left(u32::try_from(place / 16).unwrap());
    }
    Uuid::from_bytes(bytes).to_string()
}

/// Objects of that visibility, before all others in the usual order of lists, tied to whatever can be tied to them; and
/// what points to them, which stays without pointing anywhere where they are not `present`.
#[allow(clippy::too_many_lines, reason = "one statement")]
fn objects(of: Hidden, present: bool) -> String {
    let (word, place) = match of {
        Internal => ("INTERNAL", 0),
        Restricted => ("RESTRICTED", 1),
        Submitted | Drafted => unreachable!("figures have no visibility"),
    };
    let document = id(&format!("document {word}"));
    let directive = id(&format!("directive {word}"));
    let recommendation = id(&format!("recommendation {word}"));
    let agency = |code: &str| format!("(SELECT id FROM agency WHERE code = '{code}')");
    let (gives, leads, coordinates, receives) = (agency(GIVES), agency(LEADS), agency(COORDINATES), agency(RECEIVES));
    // Something of each noun that everybody sees, another one for each visibility.
    let nth = |table: &str| {
        format!("(SELECT id FROM {table} WHERE code NOT LIKE '!canary%' ORDER BY code LIMIT 1 OFFSET {place})")
    };
    let (a_document, a_directive, a_recommendation) = (nth("document"), nth("directive"), nth("recommendation"));
    let (a_measure, a_goal, a_system) = (nth("measure"), nth("goal"), nth("digital_system"));
    let (an_indicator, a_target, a_programme) = (nth("indicator"), nth("target"), nth("programme"));
    let another_directive =
        format!("(SELECT id FROM directive WHERE code NOT LIKE '!canary%' ORDER BY code DESC LIMIT 1 OFFSET {place})");
    let hidden = if present {
        format!(
            "INSERT INTO document (id, code, symbol, kind, title, issuer_id, issuer_name, issued_on, issued_precision, status, visibility, province, note)
                VALUES ('{document}', '!canary-{word}', 'canary/{word}', 'PLAN', 'canary kế hoạch', {gives}, 'canary', '1900-01-01', 'DAY', 'ISSUED', '{word}', 'canary', 'canary');
            INSERT INTO document_relation (id, from_document_id, kind, to_document_id, to_agency_id, clause) VALUES
                ('{relation}1', '{document}', 'REPLACES', {a_document}, NULL, 'canary'), ('{relation}2', {a_document}, 'AMENDS', '{document}', NULL, 'canary'),
                ('{relation}3', '{document}', 'SUBMITTED_TO', NULL, {receives}, 'canary');
            INSERT INTO programme_document SELECT id, '{document}', 'PLAN' FROM programme;
            INSERT INTO directive (id, code, programme_id, kind, title, summary_en, document_id, clause, position, parent_id, assigner_id, lead_basis,
                    expected_output, visibility, note) VALUES
                ('{directive}', '!canary-{word}', {a_programme}, 'DIRECTIVE', 'canary chỉ đạo', 'canary', {a_document}, 'canary', 9000 + {place}, {another_directive},
                    {gives}, 'EXPLICIT', 'canary', '{word}', 'canary'),
                ('{directive_within}', '!canary-{word}-2', {a_programme}, 'DIRECTIVE', 'canary chỉ đạo', 'canary', '{document}', 'canary', 1, NULL, {gives}, 'EXPLICIT',
                    'canary', '{word}', 'canary');
            INSERT INTO directive_lead SELECT id, {leads}, 1 FROM directive WHERE code LIKE '!canary-{word}%';
            INSERT INTO directive_coordinator SELECT id, 1, {coordinates}, NULL FROM directive WHERE code LIKE '!canary-{word}%';
            INSERT INTO directive_deadline (directive_id, revision, words, stated_on, precision, operator, due_on, document_id, note)
                SELECT id, 1, 'canary', '1900-01-01', 'DAY', 'BY', '1900-01-01', '{document}', 'canary' FROM directive WHERE code LIKE '!canary-{word}%';
            INSERT INTO directive_dependency (id, directive_id, on_directive_id, on_document_id, note) VALUES
                ('{dependency}1', {another_directive}, '{directive}', NULL, 'canary'), ('{dependency}2', {a_directive}, NULL, '{document}', 'canary'),
                ('{dependency}3', '{directive_within}', {a_directive}, NULL, 'canary');
            INSERT INTO directive_document VALUES ({a_directive}, '{document}'), ('{directive}', {a_document});
            INSERT INTO directive_indicator VALUES ('{directive}', {an_indicator}, true);
            INSERT INTO progress_update (id, directive_id, reporter_id, reported_on, percent, narrative, obstacles, source, document_id, recorded_at)
                VALUES ('{progress}1', '{directive}', {leads}, '2030-01-01', 50, 'canary', 'canary', 'REPORTED', '{document}', '2026-01-01T00:00:00Z');
            INSERT INTO directive_extension (id, directive_id, agency_id, proposed_on, reason, requested_at, requested_by)
                VALUES ('{progress}2', '{directive}', {leads}, '2030-01-01', 'canary', '2026-01-01T00:00:00Z', '{progress}2');
            INSERT INTO directive_input (id, directive_id, agency_id, coordinator_id, question, asked_on, asked_at, asked_by)
                VALUES ('{progress}3', '{directive}', {leads}, {coordinates}, 'canary', '2026-01-01', '2026-01-01T00:00:00Z', '{progress}3');
            INSERT INTO directive_event (id, directive_id, kind, occurred_on, recorded_at, agency_id, text, progress_id, extension_id, input_id, other_directive_id) VALUES
                ('{progress}4', '{directive}', 'PROGRESS_REPORTED', '2026-01-01', '2026-01-01T00:00:00Z', {leads}, 'canary', '{progress}1', NULL, NULL, NULL),
                ('{progress}5', '{directive}', 'EXTENSION_REQUESTED', '2026-01-01', '2026-01-01T00:00:00Z', {leads}, 'canary', NULL, '{progress}2', NULL, NULL),
                ('{progress}6', {a_directive}, 'UNBLOCKED', '2026-01-01', '2026-01-01T00:00:00Z', {leads}, 'canary', NULL, NULL, NULL, '{directive}');
            INSERT INTO recommendation (id, code, kind, from_agency_id, to_words, topic, text, document_id, clause, visibility, note) VALUES
                ('{recommendation}', '!canary-{word}', 'RECOMMENDATION', {gives}, 'canary', 'canary', 'canary kiến nghị', {a_document}, 'canary', '{word}', 'canary'),
                ('{recommendation_within}', '!canary-{word}-2', 'RECOMMENDATION', {gives}, 'canary', 'canary', 'canary', '{document}', 'canary', '{word}', 'canary');
            INSERT INTO recommendation_recipient SELECT id, {receives}, 1 FROM recommendation WHERE code LIKE '!canary-{word}%';
            INSERT INTO recommendation_answer VALUES ('{recommendation}', {a_directive}), ({a_recommendation}, '{directive}');
            INSERT INTO recommendation_document VALUES ({a_recommendation}, '{document}'), ('{recommendation}', {a_document});
            INSERT INTO recommendation_step (id, recommendation_id, state, text, document_id, agency_id, role, account_id, taken_on, recorded_at) VALUES
                ('{progress}7', '{recommendation}', 'ANSWERED', 'canary', '{document}', {receives}, 'HEAD', '{progress}7', '2026-01-01', '2026-01-01T00:00:00Z');
            INSERT INTO measure (id, code, programme_id, document_id, clause, position, title_vi, title_en, summary_vi, summary_en)
                VALUES ('{measure}', '!canary-{word}', {a_programme}, '{document}', 'canary', 1, 'canary', 'canary', 'canary kế hoạch', 'canary');
            INSERT INTO measure_document VALUES ({a_measure}, '{document}');
            INSERT INTO measure_indicator VALUES ('{measure}', {an_indicator}, true);
            INSERT INTO goal (id, code, kind, programme_id, document_id, clause, position, title_vi, title_en, summary_vi, summary_en)
                VALUES ('{goal}', '!canary-{word}', 'PURPOSE', {a_programme}, '{document}', 'canary', 1, 'canary', 'canary', 'canary kế hoạch', 'canary');
            INSERT INTO goal_document VALUES ({a_goal}, '{document}');
            INSERT INTO digital_system (id, code, name_vi, name_en, kind, proper_name, owner_id)
                VALUES ('{system}', '!canary-{word}', 'canary', 'canary', 'PORTAL', true, {gives});
            INSERT INTO digital_system_clause VALUES ('{system}', 1, '{document}', 'canary'), ({a_system}, 100 + {place}, '{document}', 'canary');
            INSERT INTO digital_system_document VALUES ({a_system}, '{document}');
            INSERT INTO digital_system_indicator VALUES ('{system}', {an_indicator});
            INSERT INTO measure_system VALUES ('{measure}', {a_system}), ({a_measure}, '{system}');
            INSERT INTO period_report (id, code, programme_id, document_id, reporter_id, title_vi, title_en, regime, period_kind, period, starts_on, ends_on, period_words)
                VALUES ('{report}', '!canary-{word}', {a_programme}, '{document}', {gives}, 'canary', 'canary', 'CALENDAR', 'YEAR', '1900', '1900-01-01', '1901-01-01', 'canary');
            INSERT INTO period_report_result (id, report_id, position, section, clause, title_vi, title_en, state, directive_id)
                VALUES ('{report}', '{report}', 1, 'RESULTS', 'canary', 'canary', 'canary', 'DONE', {a_directive});
            INSERT INTO period_report_output SELECT id, 100 + {place}, '{document}', 'REFERENCE' FROM period_report_result WHERE title_vi <> 'canary' AND position = 1;",
            relation = &id(&format!("relation {word}"))[..35],
            dependency = &id(&format!("dependency {word}"))[..35],
            progress = &id(&format!("progress {word}"))[..35],
            directive_within = id(&format!("directive within {word}")),
            recommendation_within = id(&format!("recommendation within {word}")),
            measure = id(&format!("measure {word}")),
            goal = id(&format!("goal {word}")),
            system = id(&format!("digital system {word}")),
            report = id(&format!("period report {word}")),
        )
    } else {
        String::new()
    };
    let to = |value: &str| if present { format!("'{value}'") } else { "NULL".to_owned() };
    let (pointer, clause, parent) = (to(&document), to("canary"), to(&directive));
    format!(
        "{hidden}
        UPDATE agency_placement SET document_id = {pointer}, clause = {clause}, stated = true, basis = NULL WHERE agency_id = {placed};
        UPDATE agency_succession SET document_id = {pointer}, clause = {clause}
            WHERE id = (SELECT id FROM agency_succession ORDER BY id LIMIT 1 OFFSET {place});
        INSERT INTO agency_name (id, agency_id, name_vi, valid_from, valid_until, document_id, clause)
            VALUES ('{revision}5', {placed}, 'Tên cũ', make_date(2000 + {place}, 1, 1), make_date(2001 + {place}, 1, 1), {pointer}, {clause});
        UPDATE indicator_definition SET document_id = {pointer}, clause = {clause} WHERE indicator_id = {an_indicator};
        INSERT INTO target_revision (id, target_id, revision, previous_known, document_id, clause)
            VALUES ('{revision}2', {a_target}, 100 + {place}, false, {pointer}, {clause});
        INSERT INTO directive_deadline (directive_id, revision, precision, document_id)
            VALUES ({a_directive}, 100 + {place}, 'NONE', {pointer});
        INSERT INTO progress_update (id, directive_id, reported_on, narrative, source, document_id, recorded_at)
            VALUES ('{revision}3', {a_directive}, '2029-01-01', 'Đã làm', 'REPORTED', {pointer}, '2026-01-01T00:00:00Z');
        INSERT INTO recommendation_step (id, recommendation_id, state, text, document_id, agency_id, role, account_id, taken_on, recorded_at)
            VALUES ('{revision}4', {a_recommendation}, 'ANSWERED', 'Đã trả lời', {pointer}, {receives}, 'HEAD', '{revision}4', '2026-01-01', '2026-01-01T00:00:00Z');
        UPDATE holiday SET document_id = {pointer} WHERE day = (SELECT day FROM holiday ORDER BY day LIMIT 1 OFFSET {place});
        UPDATE reporting_schedule SET document_id = {pointer}
            WHERE id = (SELECT id FROM reporting_schedule ORDER BY regime, period_kind LIMIT 1 OFFSET {place});
        UPDATE indicator_rule SET document_id = {pointer}, clause = {clause}
            WHERE id = (SELECT id FROM indicator_rule ORDER BY code LIMIT 1 OFFSET {place});
        INSERT INTO assessment_rule (id, programme_id, valid, on_track_from, at_risk_from, source, document_id)
            VALUES ('{revision}5', {a_programme}, daterange(date '1900-01-01' + {place}, date '1900-01-02' + {place}), 0.9, 0.6, 'Kết luận', {pointer});
        UPDATE directive SET parent_id = {parent} WHERE id = {a_directive};",
        placed = agency(GIVES),
        revision = &id(&format!("revision {word}"))[..35],
    )
}

/// A figure that is not published, and a correction of one that is.
fn figures(of: Hidden) -> String {
    let (state, place) = if of == Submitted { ("SUBMITTED", 0) } else { ("DRAFT", 1) };
    let decision = if of == Submitted { "ENDORSED" } else { "WITHDRAWN" };
    let measurement = id(&format!("measurement {state}"));
    format!(
        "INSERT INTO measurement (id, indicator_id, definition_id, subject_id, reporter_id, regime, period_kind, period, starts_on, ends_on)
            SELECT '{measurement}', i.id, d.id, a.id, a.id, 'CALENDAR', i.frequency,
                CASE i.frequency WHEN 'MONTH' THEN '2030-01' WHEN 'QUARTER' THEN '2030-Q1' WHEN 'HALF_YEAR' THEN '2030-S1' ELSE '2030' END, '2030-01-01', '2031-01-01'
            FROM indicator i JOIN indicator_definition d ON d.indicator_id = i.id, agency a
            WHERE a.code = '{GIVES}' AND d.version = 1 ORDER BY i.code LIMIT 1 OFFSET {place};
        INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, source, note, recorded_at)
            VALUES ('{measurement}', 1, '{state}', 'FINAL', 1900, 'REPORTED', 'canary', '2026-01-01T00:00:00Z');
        INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, source, note, reason, recorded_at)
            SELECT m.id, m.published_revision + 1, '{state}', 'REVISED', 1900, 'REPORTED', 'canary', 'canary', '2026-01-01T00:00:00Z'
            FROM measurement m JOIN agency a ON a.id = m.reporter_id WHERE a.code = '{GIVES}' AND m.published_revision IS NOT NULL
            ORDER BY m.ends_on DESC, m.id LIMIT 1 OFFSET {place};
        INSERT INTO measurement_decision (measurement_id, revision, state, content_hash, reason, decided_at, decided_by)
            SELECT measurement_id, revision, '{decision}', measurement_content_hash(measurement_id, revision), 'canary', '2026-01-02T00:00:00Z', '{measurement}'
            FROM measurement_revision WHERE state = '{state}' AND reason = 'canary';"
    )
}

/// Like the demo, known since the time in it, or since ever: twins are loaded at different moments.
const KNOWN: &str = "SET cotmoc.known_at = 'recorded';";

/// The demo with some of the hidden objects.
pub(crate) async fn with(present: &[Hidden]) -> TestDb {
    let db = TestDb::demo().await;
    for of in [Internal, Restricted] {
        db.execute(&format!("{KNOWN}{}", objects(of, present.contains(&of)))).await;
    }
    for of in present.iter().filter(|of| matches!(of, Submitted | Drafted)) {
        db.execute(&format!("{KNOWN}{}", figures(*of))).await;
    }
    db
}

/// The global ids of all hidden objects, whether they are there or not.
pub(crate) fn ids() -> Vec<String> {
    let of_words = ["INTERNAL", "RESTRICTED"].into_iter().flat_map(|word| {
        [
            (b'd', "document"),
            (b'v', "directive"),
            (b'v', "directive within"),
            (b'r', "recommendation"),
            (b'r', "recommendation within"),
            (b'f', "measure"),
            (b'b', "goal"),
            (b'S', "digital system"),
            (b'B', "period report"),
        ]
        .map(|(tag, noun)| (tag, id(&format!("{noun} {word}"))))
    });
    let updates = ["INTERNAL", "RESTRICTED"].map(|word| (b'u', format!("{}1", &id(&format!("progress {word}"))[..35])));
    let events = ["INTERNAL", "RESTRICTED"].map(|word| (b'q', format!("{}6", &id(&format!("progress {word}"))[..35])));
    let figures = ["SUBMITTED", "DRAFT"].map(|state| (b'm', id(&format!("measurement {state}"))));
    let all = of_words.chain(updates).chain(events).chain(figures);
    all.map(|(tag, id)| schema::id::encode(tag, id.parse().unwrap()).to_string()).collect()
}

/// What everybody sees and hidden objects are tied to.
pub(crate) async fn neighbours(db: &TestDb) -> BTreeMap<String, Vec<String>> {
    let firsts = [
        ("d", "document", 2),
        ("v", "directive", 2),
        ("r", "recommendation", 2),
        ("i", "indicator", 2),
        ("t", "target", 2),
        ("p", "programme", 1),
        ("f", "measure", 2),
        ("b", "goal", 2),
        ("S", "digital_system", 2),
        ("B", "period_report", 1),
    ];
    let firsts = firsts.map(|(tag, table, count)| {
        format!("(SELECT '{tag}' AS tag, id FROM {table} WHERE code NOT LIKE '!canary%' ORDER BY code LIMIT {count})")
    });
    let query = format!(
        "SELECT string_agg(tag || id, ' ') FROM ({}
            UNION ALL (SELECT 'v', id FROM directive WHERE code NOT LIKE '!canary%' ORDER BY code DESC LIMIT 2)
            UNION ALL SELECT 'a', id FROM agency WHERE code IN ('{GIVES}', '{RECEIVES}')
            UNION ALL SELECT 'a', min(agency_id::text)::uuid FROM agency_succession_party GROUP BY succession_id
            UNION ALL SELECT 'u', id FROM progress_update WHERE reported_on = '2029-01-01'
            UNION ALL (SELECT 'q', e.id FROM directive_event e JOIN directive d ON d.id = e.directive_id WHERE d.code NOT LIKE '!canary%'
                AND e.text IS DISTINCT FROM 'canary' ORDER BY d.code, e.number LIMIT 2)
            UNION ALL (SELECT 'm', m.id FROM measurement m JOIN agency a ON a.id = m.reporter_id WHERE a.code = '{GIVES}'
                AND m.published_revision IS NOT NULL ORDER BY m.ends_on DESC, m.id LIMIT 2)) AS found",
        firsts.join(" UNION ALL ")
    );
    let found = db.text(&query).await;
    let mut neighbours = BTreeMap::<String, Vec<String>>::new();
    for found in found.split(' ') {
        let of = TYPES.iter().find(|(tag, _)| found.starts_with(tag)).unwrap().1;
        let id = schema::id::encode(found.as_bytes()[0], found[1..].parse().unwrap()).to_string();
        neighbours.entry(of.to_owned()).or_default().push(id);
    }
    neighbours
}

/// What the ids of neighbours begin with.
const TYPES: [(&str, &str); 14] = [
    ("a", "Agency"),
    ("b", "Goal"),
    ("B", "PeriodReport"),
    ("d", "Document"),
    ("f", "Measure"),
    ("i", "Indicator"),
    ("m", "Measurement"),
    ("p", "Programme"),
    ("r", "Recommendation"),
    ("S", "DigitalSystem"),
    ("t", "Target"),
    ("q", "DirectiveEvent"),
    ("u", "ProgressUpdate"),
    ("v", "Directive"),
];
