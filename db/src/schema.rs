// @generated automatically by Diesel CLI.

diesel::table! {
    /// A person who signs in (tài khoản). Never deleted: history names them
    account (id) {
        id -> Uuid,
        /// What the person types to sign in: an e-mail address or a name, in lower case
        login -> Text,
        full_name -> Text,
        email -> Nullable<Text>,
        /// The agency the person belongs to: its administrators keep the account; null if none does
        agency_id -> Nullable<Uuid>,
        /// Language of what is sent to the person
        language -> Text,
        status -> Text,
        /// True for accounts of the demo, whose passwords are printed; refused outside it
        demo -> Bool,
        /// Counted up by each change, so that two editors notice one another
        version -> Int4,
        created_at -> Timestamptz,
        /// Folded name, login and e-mail address, for search
        search_text -> Text,
    }
}

diesel::table! {
    /// Who is to be mailed a link for a new password, and what became of it, in the words of notification_mail. The link is made as the mail is sent: its token is nowhere but there
    account_mail (mail_id) {
        mail_id -> Uuid,
        account_id -> Uuid,
        /// Who asked for it; null for the person, who need not have signed in, and for the command line
        requested_by -> Nullable<Uuid>,
        requested_at -> Timestamptz,
        /// DEAD: given up, for somebody to look at; DROPPED: the account is disabled or has no address, or a later link or password has taken its place
        state -> Text,
        send_after -> Timestamptz,
        attempts -> Int4,
        /// How often nobody knows whether the mail went out: once it is sent again, twice it is given up
        doubts -> Int4,
        lease_until -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    /// An agency or unit (cơ quan, đơn vị), a post, or a group of agencies that documents address as one
    agency (id) {
        id -> Uuid,
        /// Stable key, unique in the whole system: province prefix, dot, abbreviation
        code -> Text,
        name_vi -> Text,
        name_en -> Nullable<Text>,
        /// Other names in use, as documents write them
        aliases -> Array<Nullable<Text>>,
        kind -> Text,
        /// Administrative level; null if the documents do not say
        level -> Nullable<Text>,
        /// Province the agency belongs to; null for central bodies and enterprises
        province -> Nullable<Text>,
        /// First day of existence; null if unknown
        opened_on -> Nullable<Date>,
        /// First day on which it no longer exists; null while it does or if unknown
        closed_on -> Nullable<Date>,
        /// The parent that a document announces without a date
        planned_parent_id -> Nullable<Uuid>,
        /// True if no document names it: invented for the demo province
        simulated -> Bool,
        note -> Nullable<Text>,
        /// Folded names, code and aliases, for search
        search_text -> Text,
        /// Of which side it is: Party, State, both, Front and unions, enterprise; null if not even its name tells
        block -> Nullable<Text>,
        /// True if a document says so; false if it is read from the name
        block_stated -> Bool,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// Degrees north of the equator (WGS 84) of the place where it is; null if unknown
        latitude -> Nullable<Numeric>,
        /// Degrees east of Greenwich (WGS 84); null like latitude
        longitude -> Nullable<Numeric>,
        /// Code of the area that it governs, by the General Statistics Office: two digits for a province, three for a district, five for a commune; null for whoever governs none
        official_code -> Nullable<Text>,
        /// Raised by whatever people change: whoever changes it says which version they have seen
        version -> Int4,
    }
}

diesel::table! {
    /// What a document says of an agency that does not simply exist: that it was proposed, is to be founded, or is gone
    agency_existence (agency_id) {
        agency_id -> Uuid,
        state -> Text,
        document_id -> Uuid,
        /// Clause of the document, as printed
        clause -> Text,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Which agencies a group addresses: what is asked of the group is asked of each of them
    agency_member (group_id, agency_id) {
        group_id -> Uuid,
        agency_id -> Uuid,
        /// True if a document lists it; false if it follows from the group's name
        stated -> Bool,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The names that agencies had before: added, never changed. The name of today stands in agency
    agency_name (id) {
        id -> Uuid,
        agency_id -> Uuid,
        name_vi -> Text,
        name_en -> Nullable<Text>,
        /// First day; null if it was so before our records begin
        valid_from -> Nullable<Date>,
        /// First day on which it had another name
        valid_until -> Date,
        /// The document that gave it the next name
        document_id -> Nullable<Uuid>,
        clause -> Nullable<Text>,
        /// What a careful reader should know about the source
        note -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Which agency stands under which other, and when: the dated edges of the tree
    agency_placement (id) {
        id -> Uuid,
        agency_id -> Uuid,
        parent_id -> Uuid,
        /// First day; null if it was so before our records begin
        valid_from -> Nullable<Date>,
        /// First day on which it is no longer so; null while it is
        valid_until -> Nullable<Date>,
        /// True if a document says so; false if it follows from the law or the context
        stated -> Bool,
        document_id -> Nullable<Uuid>,
        clause -> Nullable<Text>,
        /// On what it rests: a document says so; the body's own name; the context; or it is assumed, as a known order of the State. Null: nobody has said
        basis -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// What a careful reader should know about the source
        note -> Nullable<Text>,
    }
}

diesel::table! {
    /// A reorganisation: which agencies became which
    agency_succession (id) {
        id -> Uuid,
        kind -> Text,
        /// First day of the new order; null if the documents give no date
        effective_on -> Nullable<Date>,
        document_id -> Nullable<Uuid>,
        clause -> Nullable<Text>,
        note -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Who went into a reorganisation and who came out of it
    agency_succession_party (succession_id, agency_id, side) {
        succession_id -> Uuid,
        agency_id -> Uuid,
        side -> Text,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The assignments that are answered by a figure, submitted, endorsed or published, counted by period. Kept by triggers of figures and assignments; recount_reporting computes it anew
    answer_tally (period, regime, period_kind, reporter_id, subject_id) {
        reporter_id -> Uuid,
        subject_id -> Uuid,
        regime -> Text,
        period_kind -> Text,
        period -> Text,
        /// So many assignments are answered
        answers -> Int4,
        /// Of those, answered on the first day after the period or earlier, by the second day after it, and so on, for 400 days at most; after its end nothing is added
        answered_by -> Array<Nullable<Int4>>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Which pace is enough: the bounds between on track, at risk and off track, of a programme on the days they are valid; where there is no row 0.95 and 0.75
    assessment_rule (id) {
        id -> Uuid,
        /// Null: of every programme that has no row of its own for the day
        programme_id -> Nullable<Uuid>,
        valid -> Daterange,
        /// Way made by way expected, from which an indicator is on track
        on_track_from -> Numeric,
        /// The same from which it is at risk; below it is off track
        at_risk_from -> Numeric,
        /// Who says so
        source -> Text,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// The document that sets it, if it is one of the register
        document_id -> Nullable<Uuid>,
        /// Raised by each change
        version -> Int4,
    }
}

diesel::table! {
    /// The reporting assignments, counted. Kept by their triggers; recount_reporting computes it anew
    assignment_tally (reporter_id, subject_id, regime, period_kind, valid) {
        reporter_id -> Uuid,
        subject_id -> Uuid,
        regime -> Text,
        period_kind -> Text,
        valid -> Daterange,
        /// So many assignments: one for each indicator
        assignments -> Int4,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// A file (tệp đính kèm) that shows what a figure, a report or a document says. Its bytes are those of its parts, in the store of files
    attachment (id) {
        id -> Uuid,
        /// Its name with its ending, as its sender calls it
        name -> Text,
        /// Its bytes, those that have not come yet included
        size -> Int4,
        created_at -> Timestamptz,
        /// The account, of a person or a machine, that sends it
        created_by -> Uuid,
        /// It is let go some time after that if nothing has it by then; null once something has it, or has had it: then it is kept
        expires_at -> Nullable<Timestamptz>,
        /// What its bytes are, which its name says too; null until it is whole
        media_type -> Nullable<Text>,
        /// SHA-256 of its bytes; null until it is whole
        content_hash -> Nullable<Bytea>,
        /// When its last byte came; null until then
        received_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// A part of a file as it came: an object of the store, under the ids of the file and of the part
    attachment_part (id) {
        id -> Uuid,
        attachment_id -> Uuid,
        /// Its place in the file, in bytes from 0: where the part before it ends
        starts_at -> Int4,
        bytes -> Int4,
    }
}

diesel::table! {
    /// Stretches of the audit trail that were moved to files: added, never changed
    audit_archive (last_id) {
        /// The last entry of the stretch
        last_id -> Int8,
        /// Its hash, which the entry after it carries on
        last_hash -> Bytea,
        /// The first entry of the stretch: the one after the stretch before
        first_id -> Int8,
        archived_at -> Timestamptz,
        /// The name that the file was given, without its folder
        file_name -> Text,
        /// SHA-256 of the file
        file_hash -> Bytea,
    }
}

diesel::table! {
    /// Who did what: added, never changed; each entry carries the hash of the one before
    audit_entry (id) {
        /// From 1, without a gap
        id -> Int8,
        recorded_at -> Timestamptz,
        actor_kind -> Text,
        /// The account of a person or of a machine
        actor_id -> Nullable<Uuid>,
        session_id -> Nullable<Uuid>,
        /// What was done, in the words of the table of permissions, or SIGN_IN and what belongs to it
        action -> Text,
        /// False for what was tried in vain: a wrong password, an expired link
        succeeded -> Bool,
        /// Table of the object
        noun -> Nullable<Text>,
        object_id -> Nullable<Uuid>,
        /// The object before, without secrets
        before -> Nullable<Jsonb>,
        /// The object after, or what was tried
        after -> Nullable<Jsonb>,
        /// Where the request came from
        address -> Nullable<Text>,
        client_name -> Nullable<Text>,
        client_version -> Nullable<Text>,
        /// As in the answer and in the log
        request_id -> Nullable<Text>,
        /// hash of the entry before; 32 zero bytes for the first
        previous_hash -> Bytea,
        /// SHA-256 of previous_hash and of all other columns
        hash -> Bytea,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The last entry of the audit trail: its row is the lock that makes entries follow one another
    audit_head (singleton) {
        singleton -> Bool,
        id -> Int8,
        hash -> Bytea,
    }
}

diesel::table! {
    /// A baseline (hiện trạng, mốc xuất phát): where an indicator of a subject stood on a day from which the way to its targets is counted
    baseline (id) {
        id -> Uuid,
        indicator_id -> Uuid,
        subject_id -> Uuid,
        /// In the indicator's unit
        value -> Numeric,
        /// The day it is true of; the latest one before the milestone counts
        measured_on -> Date,
        document_id -> Nullable<Uuid>,
        /// Clause of the document that says so, as printed
        clause -> Nullable<Text>,
        /// Invented for the demo: no real figure
        simulated -> Bool,
        /// Where it comes from, if no document of the register says so
        note -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// Raised by each change, so that nobody overwrites what they have not seen
        version -> Int4,
    }
}

diesel::table! {
    /// The outbox: one row for each object that a transaction changed, written in that transaction
    change (id) {
        /// Orders rows by commit: whoever sees one sees all smaller ones that there will ever be
        id -> Int8,
        /// Table of the object
        noun -> Text,
        /// The object; null where many were loaded at once and a reader should fetch the noun again
        object_id -> Nullable<Uuid>,
        /// What happened: CREATED, UPDATED, DELETED, many LOADED at once, or HIDDEN: the object, or its latest revision, has left the sight of the audience
        kind -> Text,
        recorded_at -> Timestamptz,
        /// Who alone is told, null for all who see the object: everybody, who sees what is internal, or whose reach for PARTY (restricted objects), SUBMITTED or DRAFTS (figures), or ACCOUNTS holds the agency. Whoever of them still sees the object is told that it has changed, the others that it is gone
        audience -> Nullable<Text>,
        /// The agency that the audience's reach holds
        audience_agency_id -> Nullable<Uuid>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// An agency that was asked for figures of a period that were missing (đôn đốc)
    chase (id) {
        id -> Uuid,
        agency_id -> Uuid,
        regime -> Text,
        /// The period, as in obligations
        period -> Text,
        /// How many of its figures were missing then
        figures -> Int4,
        asked_at -> Timestamptz,
        /// The account that asked
        asked_by -> Nullable<Uuid>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// How it stands with the computed figure of an indicator of a subject in a period: computed, or why not. Never a zero for what is missing
    computation (id) {
        id -> Uuid,
        indicator_id -> Uuid,
        /// The version of the definition by which it is computed
        definition_id -> Uuid,
        subject_id -> Uuid,
        regime -> Text,
        period_kind -> Text,
        period -> Text,
        /// First day of the period (Asia/Ho_Chi_Minh)
        starts_on -> Date,
        /// First day after the period
        ends_on -> Date,
        /// COMPUTED: the measurement of that place has the figure. INCOMPLETE: it could not be computed from what is published now; a figure from before stands
        state -> Text,
        /// Why it could not be computed
        gap -> Nullable<Text>,
        /// The indicators of which no figure is published
        missing -> Array<Nullable<Uuid>>,
        /// The measurement that was computed; null while none could be
        measurement_id -> Nullable<Uuid>,
        /// Its revision that was computed last
        revision -> Nullable<Int4>,
        /// When it was last tried
        computed_at -> Timestamptz,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The figures from which a revision of a measurement was computed
    computed_input (measurement_id, revision, input_id) {
        measurement_id -> Uuid,
        revision -> Int4,
        /// The measurement that was used
        input_id -> Uuid,
        /// Its revision that was published then
        input_revision -> Int4,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// How often each noun was changed: what was read before and has the same version now is the same now
    data_version (slot) {
        /// Orders the rows of a noun; a transaction counts in the first that no other has taken
        slot -> Int8,
        /// What is counted: the argument of the triggers data_version, each of which stands on a table of the noun
        noun -> Text,
        /// Transactions that have counted here; the noun's version is the sum of its rows
        version -> Int8,
    }
}

diesel::table! {
    /// By what the figures of a definition may be broken down
    definition_dimension (definition_id, dimension_id) {
        definition_id -> Uuid,
        dimension_id -> Uuid,
        /// Whether the items together are the figure: their values, or the parts of a ratio
        adds_up -> Bool,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The indicators whose figures the figures of a definition are computed from
    definition_input (definition_id, indicator_id) {
        definition_id -> Uuid,
        indicator_id -> Uuid,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// A digital system (hệ thống, nền tảng số) that documents name
    digital_system (id) {
        id -> Uuid,
        code -> Text,
        name_vi -> Text,
        name_en -> Text,
        kind -> Text,
        /// True if a document names it; false if it only speaks of such systems
        proper_name -> Bool,
        /// Province it belongs to; null for central systems and the market's
        province -> Nullable<Text>,
        /// The agency that owns it (chủ quản); null if no document says
        owner_id -> Nullable<Uuid>,
        /// The agency that is to build, run or review it; null if no document says
        responsible_id -> Nullable<Uuid>,
        /// The body that is the system, such as an operations centre; null if it is no body
        agency_id -> Nullable<Uuid>,
        /// What documents want of it, in our words
        wanted_vi -> Nullable<Text>,
        wanted_en -> Nullable<Text>,
        /// Whether it could give figures that are followed here
        gives_figures -> Bool,
        /// Whether it could take figures from here
        takes_figures -> Bool,
        note -> Nullable<Text>,
        search_text -> Text,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// Raised by each change, so that nobody overwrites what they have not seen
        version -> Int4,
    }
}

diesel::table! {
    /// Where documents name a digital system
    digital_system_clause (system_id, position) {
        system_id -> Uuid,
        position -> Int4,
        document_id -> Uuid,
        /// Clause of the document, as printed
        clause -> Text,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Documents that have to do with a digital system, beside those that name it
    digital_system_document (system_id, document_id) {
        system_id -> Uuid,
        document_id -> Uuid,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Which indicators a digital system has to do with, as we read the documents
    digital_system_indicator (system_id, indicator_id) {
        system_id -> Uuid,
        indicator_id -> Uuid,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// By what figures are broken down (chiều phân tổ): sex, age, area
    dimension (id) {
        id -> Uuid,
        code -> Text,
        name_vi -> Text,
        name_en -> Text,
        /// Order of the dimensions, from 1
        position -> Int4,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// What a dimension tells apart: women and men, town and country
    dimension_item (id) {
        id -> Uuid,
        dimension_id -> Uuid,
        code -> Text,
        name_vi -> Text,
        name_en -> Text,
        /// Order in the dimension, from 1
        position -> Int4,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// A directive or duty (chỉ đạo, nhiệm vụ) that a clause of a document gives
    directive (id) {
        id -> Uuid,
        /// Stable key: document and clause
        code -> Text,
        programme_id -> Uuid,
        /// DIRECTIVE has an end; STANDING_DUTY has none; the others are what reports and plans list
        kind -> Text,
        /// What is to be done, in our words
        title -> Text,
        summary_en -> Nullable<Text>,
        document_id -> Uuid,
        /// Clause label as printed: 10.a, 10.b, … 10.l
        clause -> Text,
        /// Order within the document, from 1: clause labels do not sort
        position -> Int4,
        parent_id -> Nullable<Uuid>,
        assigner_id -> Nullable<Uuid>,
        /// How the document names the lead
        lead_basis -> Text,
        priority -> Text,
        expected_output -> Nullable<Text>,
        state -> Text,
        /// Who says state and completed_on. REPORTED: a document; RECORDED: people, here; SIMULATED: invented for the demo; UNKNOWN: nobody has said anything
        state_source -> Text,
        visibility -> Text,
        /// Last day allowed by the first deadline; null without one. Kept by the deadline's trigger
        original_due_on -> Nullable<Date>,
        /// Last day allowed by the deadline now in force; null without one. Kept by the deadline's trigger
        due_on -> Nullable<Date>,
        /// Day on which it was done; null while it is not, or if the source does not say
        completed_on -> Nullable<Date>,
        note -> Nullable<Text>,
        search_text -> Text,
        /// What the clause says, in its own words; null if nobody has copied them
        content -> Nullable<Text>,
        /// Raised by whatever people change: whoever changes it says which version they have seen
        version -> Int4,
        /// The account that reported it as done; null while nobody has, or if the source does not say
        done_reported_by -> Nullable<Uuid>,
        /// The account that confirmed it, never the one that reported it; null while nobody has, or if the source does not say
        confirmed_by -> Nullable<Uuid>,
        /// True if the first deadline is only expected. Kept by the deadline's trigger
        original_due_expected -> Bool,
        /// True if the deadline now in force is only expected, so that nobody is late once it is over. Kept by the deadline's trigger
        due_expected -> Bool,
        /// What is to be done, in a sentence of ours, in Vietnamese
        summary_vi -> Nullable<Text>,
        /// What has come out of it, as a report says; null if none does
        achieved_output -> Nullable<Text>,
        /// Who leads in the document's words, where it names a post and no agency
        lead_words -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Who coordinates (phối hợp): a named agency, or an open group in the document's words
    directive_coordinator (directive_id, position) {
        directive_id -> Uuid,
        position -> Int4,
        agency_id -> Nullable<Uuid>,
        /// An open group as written: "các đơn vị liên quan"
        words -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The deadlines (thời hạn) a directive has had; the first is the original and is never lost
    directive_deadline (directive_id, revision) {
        directive_id -> Uuid,
        revision -> Int4,
        /// The deadline as written
        words -> Nullable<Text>,
        /// The day written, or the last day of the month, quarter, half-year or year written (its first day after "before")
        stated_on -> Nullable<Date>,
        precision -> Text,
        /// BY and WITHIN include the day, BEFORE does not; EXPECTED ends on its last day too, though it is no promise; DURING is a period of work and no deadline
        operator -> Nullable<Text>,
        /// True if the document gives no year and it follows from the context
        year_inferred -> Bool,
        /// Effective last day: "before 15/4" is 14/4, "in quarter IV" is 31/12
        due_on -> Nullable<Date>,
        /// Day on which this deadline was set; null if unknown
        set_on -> Nullable<Date>,
        document_id -> Nullable<Uuid>,
        note -> Nullable<Text>,
        /// How often it comes again: then stated_on is the first time, and due_on is null. Null if it comes once
        cadence -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// What a directive waits for: another directive, or a document not yet issued
    directive_dependency (id) {
        id -> Uuid,
        directive_id -> Uuid,
        on_directive_id -> Nullable<Uuid>,
        on_document_id -> Nullable<Uuid>,
        note -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Documents a directive mentions, beside the one it stands in
    directive_document (directive_id, document_id) {
        directive_id -> Uuid,
        document_id -> Uuid,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The timeline of a directive: everything that happened to it, written with what happened
    directive_event (id) {
        id -> Uuid,
        /// Order of recording; within a directive the order in which things happened
        number -> Int8,
        directive_id -> Uuid,
        kind -> Text,
        /// Day (Asia/Ho_Chi_Minh); null if the source gives none
        occurred_on -> Nullable<Date>,
        /// When it was recorded here; what documents say was recorded when it was loaded
        recorded_at -> Timestamptz,
        /// The person or machine that did it; null if the source does not say, or if it follows from something else
        account_id -> Nullable<Uuid>,
        /// The agency for which it was done
        agency_id -> Nullable<Uuid>,
        /// The role by which it was done; null for machines, and if the source does not say
        role -> Nullable<Text>,
        /// What was said: the reason, the question, the report
        text -> Nullable<Text>,
        deadline_revision -> Nullable<Int4>,
        progress_id -> Nullable<Uuid>,
        extension_id -> Nullable<Uuid>,
        input_id -> Nullable<Uuid>,
        /// The part that was given away, the directive that is waited for no longer, or the whole with which it was cancelled
        other_directive_id -> Nullable<Uuid>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// The agency from which its part passed to the one for which this was done
        predecessor_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    /// Requests for a later deadline (xin gia hạn), and what became of them
    directive_extension (id) {
        id -> Uuid,
        directive_id -> Uuid,
        /// The agency that asks, one of those that lead
        agency_id -> Uuid,
        /// LAPSED: the directive ended before the request was settled
        state -> Text,
        /// The last day that is asked for
        proposed_on -> Date,
        reason -> Text,
        requested_at -> Timestamptz,
        requested_by -> Uuid,
        /// The last day that was offered instead
        counter_on -> Nullable<Date>,
        decision_reason -> Nullable<Text>,
        decided_at -> Nullable<Timestamptz>,
        decided_by -> Nullable<Uuid>,
        answered_at -> Nullable<Timestamptz>,
        answered_by -> Nullable<Uuid>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Which indicators a directive serves
    directive_indicator (directive_id, indicator_id) {
        directive_id -> Uuid,
        indicator_id -> Uuid,
        /// True if the document says so; false if it is our reading of the two texts
        stated -> Bool,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// What coordinating agencies were asked for, and what they gave: the days in between are counted
    directive_input (id) {
        id -> Uuid,
        directive_id -> Uuid,
        /// The agency that asks, one of those that lead
        agency_id -> Uuid,
        /// The agency that is asked, one of those that coordinate
        coordinator_id -> Uuid,
        question -> Text,
        due_on -> Nullable<Date>,
        asked_on -> Date,
        asked_at -> Timestamptz,
        asked_by -> Uuid,
        answer -> Nullable<Text>,
        /// Day on which the waiting ended: by the answer, or with the directive; null while it goes on
        ended_on -> Nullable<Date>,
        given_at -> Nullable<Timestamptz>,
        given_by -> Nullable<Uuid>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Who leads (chủ trì): nobody, one, or several jointly
    directive_lead (directive_id, agency_id) {
        directive_id -> Uuid,
        agency_id -> Uuid,
        /// Order in which the document names them, from 1
        position -> Int4,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Agencies that a directive names without making them lead or coordinate: they owe nothing for it
    directive_named_agency (directive_id, position) {
        directive_id -> Uuid,
        /// Order in which the document names them, from 1
        position -> Int4,
        agency_id -> Uuid,
        /// As what it names them
        role -> Text,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// A document (văn bản). Its identity is issuer, symbol and date: a number alone is repeated by other provinces
    document (id) {
        id -> Uuid,
        /// Stable short key of this system: the symbol where it is unique, otherwise a name in words
        code -> Text,
        /// Number and symbol as printed; null if the source names the document without one
        symbol -> Nullable<Text>,
        /// False if the number is blank ("/TB-UBND") or absent
        symbol_complete -> Bool,
        kind -> Text,
        /// What the document is about, in our words
        title -> Text,
        issuer_id -> Nullable<Uuid>,
        /// The issuer as the source writes it, where it is no agency of the tree
        issuer_name -> Nullable<Text>,
        /// Day of issue (Asia/Ho_Chi_Minh); the first day of the month or year if only that is known; null if the source gives none
        issued_on -> Nullable<Date>,
        /// How much of issued_on the document states: DAY, MONTH, YEAR, NONE
        issued_precision -> Text,
        /// The date as written, where it is incomplete
        issued_words -> Nullable<Text>,
        status -> Text,
        visibility -> Text,
        /// Province the document belongs to; null for central documents
        province -> Nullable<Text>,
        /// What a careful reader should know about the source
        note -> Nullable<Text>,
        /// Folded symbol, title and code, for search
        search_text -> Text,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// Raised by each change, so that nobody overwrites what they have not seen
        version -> Int4,
        /// The programme for whose catalogue it was registered; null for what was loaded
        programme_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    /// The files of a document: its scan, its annexes
    document_attachment (document_id, attachment_id) {
        document_id -> Uuid,
        attachment_id -> Uuid,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The meetings (cuộc họp) that a document reports
    document_meeting (document_id, position) {
        document_id -> Uuid,
        position -> Int4,
        held_on -> Date,
        /// The day as written
        held_words -> Text,
        place -> Nullable<Text>,
        about_vi -> Text,
        about_en -> Text,
        chair_id -> Nullable<Uuid>,
        note -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Who receives, signs or takes part, by office: never by a person's name
    document_office (document_id, position) {
        document_id -> Uuid,
        /// Order within the document, from 1
        position -> Int4,
        role -> Text,
        agency_id -> Nullable<Uuid>,
        /// The office, in Vietnamese
        office_vi -> Text,
        office_en -> Text,
        /// As the document prints it; null where it is a sentence
        as_printed -> Nullable<Text>,
        note -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// What one document does to another document, or to an agency
    document_relation (id) {
        id -> Uuid,
        from_document_id -> Uuid,
        kind -> Text,
        to_document_id -> Nullable<Uuid>,
        to_agency_id -> Nullable<Uuid>,
        /// Clause of the document that says so, as printed
        clause -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// The day from which it has replaced or revoked the other (Asia/Ho_Chi_Minh); null: from its day of issue
        effective_on -> Nullable<Date>,
    }
}

diesel::table! {
    /// A file that somebody has sent (nhập tệp), and how far it has come. Rows are written with what they say, never twice
    file_import (id) {
        id -> Uuid,
        kind -> Text,
        /// The agency that reports
        agency_id -> Uuid,
        regime -> Text,
        period -> Text,
        /// What becomes of the other rows if one has to be mended
        mode -> Text,
        /// Whether it is only looked at: all is done as otherwise, and taken back
        dry_run -> Bool,
        /// Whether figures are submitted at once
        submit -> Bool,
        /// SHA-256 of the file
        content_hash -> Bytea,
        /// The size of the file
        bytes -> Int4,
        state -> Text,
        /// Rows in which something is filled in; null until the file was looked through
        rows_total -> Nullable<Int4>,
        rows_read -> Int4,
        rows_accepted -> Int4,
        rows_refused -> Int4,
        /// The sheet of the last row that is done, from 0
        reached_sheet -> Int4,
        /// The last row of that sheet that is done, as its program numbers it; 0 for none
        reached_row -> Int4,
        /// An earlier import of the same file of which rows are left: what was accepted then is left out
        follows_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        /// The account, of a person or a machine, in whose name its rows are written
        created_by -> Uuid,
        /// The session in which it was sent, for the audit trail; null for a machine
        session_id -> Nullable<Uuid>,
        /// Whether the account is a machine's
        is_service -> Bool,
        started_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
        /// Whoever is at work on it: a name that a server makes for each piece of work
        lease_owner -> Nullable<Uuid>,
        /// Until when nobody else takes it up; raised while it is worked on
        lease_until -> Nullable<Timestamptz>,
        /// How often it was taken up since it last came further
        attempts -> Int4,
        /// The headings of its own by which it is read, as the mapping had them when it was sent; null if it has those of the form
        headings -> Nullable<Jsonb>,
    }
}

diesel::table! {
    /// The bytes of a file, until some days after its import has ended
    file_import_content (import_id) {
        import_id -> Uuid,
        content -> Bytea,
    }
}

diesel::table! {
    /// What has to be mended in a file
    file_import_error (id) {
        id -> Uuid,
        import_id -> Uuid,
        /// Order in the import, from 1
        position -> Int4,
        /// Which sheet, from 0
        sheet_number -> Int4,
        /// The name of the sheet; empty for a file of text, and for what is about the whole file
        sheet -> Text,
        /// The row as its program numbers it; 0 for what is about no row
        row_number -> Int4,
        /// The column, from 0; null for what is about no column
        column_number -> Nullable<Int4>,
        /// The rule, as in the userErrors of mutations
        code -> Text,
        /// The field of the row, by its name in the schema
        field -> Nullable<Text>,
        /// The rule's bound, where it has one
        limit_value -> Nullable<Int4>,
        /// What stands in the way, by its name
        about -> Nullable<Text>,
        /// What the rule says, where its code does not say it all
        words_vi -> Nullable<Text>,
        words_en -> Nullable<Text>,
    }
}

diesel::table! {
    /// What a document wants or judges without a figure: general goals, purposes, requirements, assessments
    goal (id) {
        id -> Uuid,
        /// Stable key: document and clause
        code -> Text,
        kind -> Text,
        programme_id -> Uuid,
        document_id -> Uuid,
        clause -> Text,
        /// Order within the document, from 1
        position -> Int4,
        title_vi -> Text,
        title_en -> Text,
        summary_vi -> Text,
        summary_en -> Text,
        /// What it is about, in a few Vietnamese words each
        topics -> Array<Nullable<Text>>,
        /// The period that is judged; for an assessment only
        period -> Nullable<Text>,
        /// Who judges; for an assessment only
        assessed_by_id -> Nullable<Uuid>,
        /// How it is judged; for an assessment only
        rating -> Nullable<Text>,
        note -> Nullable<Text>,
        search_text -> Text,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// Raised by each change, so that nobody overwrites what they have not seen
        version -> Int4,
    }
}

diesel::table! {
    /// Whom a goal names
    goal_agency (goal_id, position) {
        goal_id -> Uuid,
        position -> Int4,
        agency_id -> Nullable<Uuid>,
        /// A body as written, where it is no agency of the tree
        words -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Documents a goal mentions, beside the one it stands in
    goal_document (goal_id, document_id) {
        goal_id -> Uuid,
        document_id -> Uuid,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Which indicators a goal is about
    goal_indicator (goal_id, indicator_id) {
        goal_id -> Uuid,
        indicator_id -> Uuid,
        /// True if the document says so; false if it is our reading of the two texts
        stated -> Bool,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The days that are not as their weekday says: public holidays (ngày nghỉ lễ, tết), and weekends that are worked
    holiday (day) {
        day -> Date,
        /// SOLAR and LUNAR: a public holiday by the solar or the lunar calendar. IN_LIEU (nghỉ bù): for one that falls on a weekend. SWAPPED (nghỉ hoán đổi): for a weekend that is worked. WORKING (làm bù): a weekend day that is worked
        kind -> Text,
        name_vi -> Text,
        name_en -> Text,
        /// What sets it: law, decision or announcement
        source -> Text,
        /// True while the plan of the year is not announced: the day follows the law and custom, and may be another
        provisional -> Bool,
        /// True if the day is worked
        works -> Bool,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// The document that sets it, if it is one of the register
        document_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    /// Changes that were made, by the key their client gave them: the same request again gets the same answer, and nothing is written twice. Kept 72 hours
    idempotency_record (account_id, key) {
        /// The account or service account that asked; each has keys of its own
        account_id -> Uuid,
        /// The UUID that the client made
        key -> Uuid,
        /// SHA-256 of the mutation and its arguments: the key with another body is an error
        body_hash -> Bytea,
        /// What was answered; null only inside the transaction that writes it
        answer -> Nullable<Jsonb>,
        /// When it was done
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    /// Which headings of an agency's own sheet stand for which columns of the form (ánh xạ cột)
    import_mapping (id) {
        id -> Uuid,
        /// The agency that reports
        agency_id -> Uuid,
        /// What the rows of such a sheet are
        kind -> Text,
        /// What the agency calls it
        name -> Text,
        /// The headings, each with its field: [{"heading": "KQ thực hiện quý", "field": "value"}]
        headings -> Jsonb,
        /// Raised by each change, so that nobody overwrites what they have not seen
        version -> Int4,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    /// A component of a composite index: a pillar, a part of one, or at the leaves the figure of another indicator
    index_component (definition_id, code) {
        definition_id -> Uuid,
        /// Its number in the tree: 3, 3.2, 3.2.1
        code -> Text,
        /// The component that it is part of; null for the parts of the index itself
        parent -> Nullable<Text>,
        /// Order in the index, from 1
        position -> Int4,
        name_vi -> Text,
        name_en -> Text,
        /// How much it counts beside those of the same parent; they need not be 1 or 100 together
        weight -> Numeric,
        /// The indicator whose figure it is; null for what has parts
        indicator_id -> Nullable<Uuid>,
        /// The figure that scores 0; what is beyond scores no less
        minimum -> Nullable<Numeric>,
        /// The figure that scores 1; what is beyond scores no more. Less than the minimum where less is better
        maximum -> Nullable<Numeric>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// An indicator (chỉ tiêu): what is measured. Its key stays when a plan moves or rewords it
    indicator (id) {
        id -> Uuid,
        /// Stable key, the same in every programme and province, so that provinces can be compared
        code -> Text,
        name_vi -> Text,
        name_en -> Text,
        /// Order in the catalogue, from 1: a programme lists its indicators in this order, pillar by pillar
        position -> Int4,
        /// Unit of the value; NONE for yes/no and narrative
        unit -> Text,
        value_kind -> Text,
        direction -> Text,
        /// STOCK: a level, never summed over periods. FLOW: what came about within the period
        nature -> Text,
        /// How the values of several subjects make one
        aggregation -> Text,
        /// Length of the periods in which it is reported
        frequency -> Text,
        /// Decimal places people read it with
        decimals -> Int2,
        /// Smallest plausible value; null if there is none
        lower_bound -> Nullable<Numeric>,
        /// Largest plausible value; null if there is none
        upper_bound -> Nullable<Numeric>,
        /// The agency that answers for it; null while nobody is named
        lead_agency_id -> Nullable<Uuid>,
        note -> Nullable<Text>,
        search_text -> Text,
        /// Decimal places that the parts of a ratio may have; null: none, for they are counted, or six where the unit is a share of money
        part_decimals -> Nullable<Int2>,
        /// In which periods its figures are read unless a question names the others: CALENDAR or ADMINISTRATIVE
        regime -> Text,
        /// How it is expected to go from one milestone to the next: LINEAR, STEP (nothing is expected before the day), COMPOUND (by a constant rate). Null: LINEAR for numbers, ratios and indices, STEP for all else
        interpolation -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// Raised by each change, so that nobody overwrites what they have not seen
        version -> Int4,
        /// The day from which it is measured no longer (Asia/Ho_Chi_Minh); null while it is
        retired_on -> Nullable<Date>,
    }
}

diesel::table! {
    /// A dated wording of what an indicator measures: another denominator or window is another version
    indicator_definition (id) {
        id -> Uuid,
        indicator_id -> Uuid,
        version -> Int4,
        /// First day it is used; null if it was used from the beginning
        valid_from -> Nullable<Date>,
        text_vi -> Text,
        text_en -> Text,
        /// What the figure is measured over, as the document says; null if it names nothing
        denominator -> Nullable<Text>,
        /// Figures inside the definition that are no targets: a speed, a window in months, a number of people
        parameters -> Jsonb,
        document_id -> Nullable<Uuid>,
        clause -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// REPORTED by somebody; by a FORMULA over other indicators; COMPOSITE: the weighted mean of a tree of others
        method -> Text,
        /// The formula, in the language of db::formula; null unless figures are computed by one
        formula -> Nullable<Text>,
    }
}

diesel::table! {
    /// A pillar of a programme (trụ cột, nhóm chỉ tiêu)
    indicator_group (id) {
        id -> Uuid,
        programme_id -> Uuid,
        /// Label as printed in the plan: a, b, c, d, e
        code -> Text,
        name_vi -> Text,
        name_en -> Text,
        /// Order within the programme, from 1
        position -> Int4,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// How the figures of two indicators must compare, for one subject in one period: what is accepted was launched before
    indicator_rule (id) {
        id -> Uuid,
        code -> Text,
        left_indicator_id -> Uuid,
        /// How the left figure must compare with the right one
        comparator -> Text,
        right_indicator_id -> Uuid,
        /// What is said to whoever submits figures that break it
        words_vi -> Text,
        words_en -> Text,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// Holds for periods whose last day is one of these
        valid -> Daterange,
        /// The document that sets it; null for what was there before documents were named
        document_id -> Nullable<Uuid>,
        /// Its clause, as printed
        clause -> Nullable<Text>,
        /// Raised by each change
        version -> Int4,
    }
}

diesel::table! {
    /// A judgement (nhận định): how a target in words stands on a day, by the standing office. Once decided on it never changes; a later one takes its place
    judgement (id) {
        id -> Uuid,
        target_id -> Uuid,
        verdict -> Text,
        /// The day it is true of (Asia/Ho_Chi_Minh)
        judged_on -> Date,
        reason -> Text,
        /// What it rests on
        evidence -> Text,
        /// PROPOSED until somebody else has decided; ENDORSED: it counts; RETURNED with a reason
        state -> Text,
        recorded_at -> Timestamptz,
        /// The account that recorded it; null for the demo
        recorded_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        /// The account that decided; null for the demo
        decided_by -> Nullable<Uuid>,
        decision_reason -> Nullable<Text>,
        /// Invented for the demo
        simulated -> Bool,
        version -> Int4,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// A measure of a plan (nhiệm vụ, giải pháp): what is to be done in its field, without a duty that falls to anybody by name
    measure (id) {
        id -> Uuid,
        /// Stable key: document and clause
        code -> Text,
        programme_id -> Uuid,
        document_id -> Uuid,
        /// Clause of the document, with the number of the bullet where it has one
        clause -> Text,
        /// Order within the document, from 1: clause labels do not sort
        position -> Int4,
        /// Clause of the heading it stands under; null for a heading itself
        heading_clause -> Nullable<Text>,
        heading_vi -> Nullable<Text>,
        heading_en -> Nullable<Text>,
        title_vi -> Text,
        title_en -> Text,
        summary_vi -> Text,
        summary_en -> Text,
        /// What it is about, in a few Vietnamese words each
        topics -> Array<Nullable<Text>>,
        assigner_id -> Nullable<Uuid>,
        /// How often, as written; null if the document does not say
        recurrence -> Nullable<Text>,
        /// Until when it looks, as written: no deadline
        horizon -> Nullable<Text>,
        /// What should come out of it; null if the document does not say
        expected_output -> Nullable<Text>,
        note -> Nullable<Text>,
        search_text -> Text,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// Raised by each change, so that nobody overwrites what they have not seen
        version -> Int4,
    }
}

diesel::table! {
    /// Whom a measure names: nobody of them leads
    measure_agency (measure_id, position) {
        measure_id -> Uuid,
        position -> Int4,
        agency_id -> Nullable<Uuid>,
        /// A body as written, where it is no agency of the tree
        words -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Documents a measure mentions, beside the one it stands in
    measure_document (measure_id, document_id) {
        measure_id -> Uuid,
        document_id -> Uuid,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Which indicators a measure serves
    measure_indicator (measure_id, indicator_id) {
        measure_id -> Uuid,
        indicator_id -> Uuid,
        /// True if the document says so; false if it is our reading of the two texts
        stated -> Bool,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Which digital systems a measure names
    measure_system (measure_id, system_id) {
        measure_id -> Uuid,
        system_id -> Uuid,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// A measurement (số liệu): one indicator of one subject in one period. Its figures stand in its revisions
    measurement (id) {
        id -> Uuid,
        indicator_id -> Uuid,
        /// The version of the definition it was measured by
        definition_id -> Uuid,
        /// Whose figure it is. Never re-attributed when agencies are reorganised
        subject_id -> Uuid,
        /// The agency that reports it
        reporter_id -> Uuid,
        /// CALENDAR, or ADMINISTRATIVE where a month runs from the 15th of the month before to the 14th
        regime -> Text,
        period_kind -> Text,
        /// Canonical code: 2025-07, 2025-Q3, 2025-S1, 2025-9M, 2025
        period -> Text,
        /// First day of the period (Asia/Ho_Chi_Minh)
        starts_on -> Date,
        /// First day after the period
        ends_on -> Date,
        /// The revision the public reads; null while none is published
        published_revision -> Nullable<Int4>,
        /// The latest revision that is submitted or endorsed; null if there is none. Kept by the revisions' trigger
        submitted_revision -> Nullable<Int4>,
        /// The latest revision that is a draft, was returned or withdrawn; null if there is none. Kept by the revisions' trigger
        drafted_revision -> Nullable<Int4>,
        /// The day (Asia/Ho_Chi_Minh) on which a figure was first handed in that has not been withdrawn since; null if there is none. Kept by the revisions' trigger
        answered_on -> Nullable<Date>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// Whether its figures are computed from others; then nobody enters one. Written by record_computations alone
        computed -> Bool,
    }
}

diesel::table! {
    /// The files that a revision of a measurement comes with
    measurement_attachment (measurement_id, revision, attachment_id) {
        measurement_id -> Uuid,
        revision -> Int4,
        attachment_id -> Uuid,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// What of a revision of a measurement falls to an item of a dimension
    measurement_breakdown (measurement_id, revision, item_id) {
        measurement_id -> Uuid,
        revision -> Int4,
        item_id -> Uuid,
        /// The figure of the item, where the whole was reported as one number
        stated_value -> Nullable<Numeric>,
        numerator -> Nullable<Numeric>,
        /// What the ratio is taken over; never zero
        denominator -> Nullable<Numeric>,
        /// What the ratio is multiplied by, as in the revision
        factor -> Numeric,
        /// The figure of the item in the indicator's unit
        value -> Nullable<Numeric>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// What was decided on a revision of a measurement: its state follows. A revision comes to each state at most once
    measurement_decision (measurement_id, revision, state) {
        measurement_id -> Uuid,
        revision -> Int4,
        /// The state it led to
        state -> Text,
        /// What it was decided on: measurement_content_hash
        content_hash -> Bytea,
        /// Why; never missing where a figure was returned
        reason -> Nullable<Text>,
        decided_at -> Timestamptz,
        /// The account of the person or the machine; null for the command line
        decided_by -> Nullable<Uuid>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// What was said of a measurement, and when: added, never changed
    measurement_revision (measurement_id, revision) {
        measurement_id -> Uuid,
        revision -> Int4,
        /// Where this revision stands in its life-cycle
        state -> Text,
        /// How firm the figure is
        observation -> Text,
        /// The figure, where it was reported as one number
        stated_value -> Nullable<Numeric>,
        numerator -> Nullable<Numeric>,
        /// What the ratio is taken over; never zero
        denominator -> Nullable<Numeric>,
        /// What the ratio is multiplied by: 100 for percent, 10000 for per 10,000 people
        factor -> Numeric,
        /// The figure in the indicator's unit: as stated, or the ratio to six places
        value -> Nullable<Numeric>,
        narrative -> Nullable<Text>,
        /// Where it comes from. SIMULATED: invented for the demo, no real figure
        source -> Text,
        note -> Nullable<Text>,
        /// Why an earlier figure was changed; never missing where that was published
        reason -> Nullable<Text>,
        recorded_at -> Timestamptz,
        /// The account that recorded it; null for imports and the demo
        recorded_by -> Nullable<Uuid>,
        published_at -> Nullable<Timestamptz>,
        /// When it was handed in; null if it never was, or at once when it was recorded
        submitted_at -> Nullable<Timestamptz>,
        /// What the reporter says to a figure that is far from those before it
        comment -> Nullable<Text>,
        /// The account that submitted it; null for imports and the demo. Kept by the decisions' trigger
        submitted_by -> Nullable<Uuid>,
        /// Who endorsed it, if a programme of the indicator then asked for four eyes. Kept by the decisions' trigger
        not_published_by -> Nullable<Uuid>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The answer that nothing arose in a period (không phát sinh). A figure that is handed in stands before it
    nil_answer (id) {
        id -> Uuid,
        assignment_id -> Uuid,
        /// The agency that reports, as in the assignment
        reporter_id -> Uuid,
        period -> Text,
        note -> Text,
        /// The day of the answer in Asia/Ho_Chi_Minh
        answered_on -> Date,
        answered_at -> Timestamptz,
        /// The account, of a person or a machine
        answered_by -> Nullable<Uuid>,
        /// When it was taken back; null while it stands
        withdrawn_at -> Nullable<Timestamptz>,
        withdrawn_by -> Nullable<Uuid>,
        version -> Int4,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Something that a person is told (thông báo): once, in the inbox. What it is about is looked up as the person may see it when they read
    notification (id) {
        id -> Uuid,
        account_id -> Uuid,
        kind -> Text,
        directive_id -> Nullable<Uuid>,
        recommendation_id -> Nullable<Uuid>,
        regime -> Nullable<Text>,
        period -> Nullable<Text>,
        due_on -> Nullable<Date>,
        /// Of what falls due or is late: the days of the rule by which it is told; null for the rest
        step -> Nullable<Int4>,
        /// What it is told of, so that nobody is told twice of the same
        key -> Text,
        /// When it happened; of what falls due or is late: when it was told
        happened_at -> Timestamptz,
        created_at -> Timestamptz,
        /// When the person marked it as read; null while they have not
        read_at -> Nullable<Timestamptz>,
        /// The webhook it is about; null if it is about something else
        webhook_id -> Nullable<Uuid>,
        /// The rule by which the report of the period is asked for that it is about; null if it is about something else
        reporting_rule_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    /// Whose figures, or whose report, a notification is about: shown to who sees what the agency owes
    notification_agency (notification_id, agency_id) {
        notification_id -> Uuid,
        agency_id -> Uuid,
        /// How many figures, as it was when it was told; 1 of a report
        figures -> Int4,
    }
}

diesel::table! {
    /// How a person wants to be told of a kind, beside the inbox
    notification_choice (account_id, kind) {
        account_id -> Uuid,
        kind -> Text,
        /// When by e-mail; null if they have not said
        mail -> Nullable<Text>,
        /// Whether by push; null if they have not said
        push -> Nullable<Bool>,
    }
}

diesel::table! {
    /// Working days (Asia/Ho_Chi_Minh) on which it was told what falls due and what is late
    notification_day (day) {
        day -> Date,
        told_at -> Timestamptz,
    }
}

diesel::table! {
    /// What has happened and has not been told yet, written by triggers in the transaction in which it happens. A row goes as it is told
    notification_event (id) {
        id -> Int8,
        kind -> Text,
        directive_id -> Nullable<Uuid>,
        recommendation_id -> Nullable<Uuid>,
        regime -> Nullable<Text>,
        period -> Nullable<Text>,
        /// The ADDRESSEE; null if there is none
        agency_id -> Nullable<Uuid>,
        /// How many figures of the agency and the period it happened to
        figures -> Nullable<Int4>,
        /// Who did it, who is not told; null if nobody did
        account_id -> Nullable<Uuid>,
        happened_at -> Timestamptz,
        /// The webhook it happened to; null if it happened to something else
        webhook_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    /// What is to be mailed, and what became of it
    notification_mail (notification_id) {
        notification_id -> Uuid,
        account_id -> Uuid,
        /// DEAD: given up, for somebody to look at; DROPPED: its reader may see none of it any more
        state -> Text,
        send_after -> Timestamptz,
        /// The mail in which it is sent, the same at each attempt; null before the first
        mail_id -> Nullable<Uuid>,
        attempts -> Int4,
        /// How often nobody knows whether the mail went out: once it is sent again, twice it is given up
        doubts -> Int4,
        lease_until -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    /// What is to be pushed to which browser or app, and what became of it
    notification_push (notification_id, subscription_id) {
        notification_id -> Uuid,
        subscription_id -> Uuid,
        send_after -> Timestamptz,
        attempts -> Int4,
        /// Until when it is nobody else's; null while nobody sends it
        lease_until -> Nullable<Timestamptz>,
        /// When it was taken, or given up; null before
        ended_at -> Nullable<Timestamptz>,
        /// Why it failed the last time; null if it did not
        error -> Nullable<Text>,
    }
}

diesel::table! {
    /// Who is told of what: whoever holds the role at the party, or reaches it from an agency above
    notification_rule (kind, party, role, days) {
        kind -> Text,
        /// Which agency: LEAD and COORDINATOR of a directive, its ISSUER, or the ADDRESSEE: the one that is asked, answered, or owes figures
        party -> Text,
        role -> Text,
        /// Working days after the due day; before it where negative
        days -> Int4,
    }
}

diesel::table! {
    /// Whose kept assessments no longer hold, because something has changed that they were made of. A row goes when they were worked out anew
    outdated_assessment (id) {
        id -> Int8,
        /// The indicator; null: all assessments
        indicator_id -> Nullable<Uuid>,
        /// The subject; null: all of the indicator
        subject_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    /// How an account proves who it is; no row until a password has been set
    password (account_id) {
        account_id -> Uuid,
        /// Argon2id in PHC form, with its salt and parameters
        hash -> Text,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    /// Links by which a person sets a password, each once
    password_reset (token_hash) {
        /// SHA-256 of the token in the link; the token itself is not kept
        token_hash -> Bytea,
        account_id -> Uuid,
        created_at -> Timestamptz,
        /// Who made it; null for the command line, and for who asked for it by e-mail without signing in
        created_by -> Nullable<Uuid>,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// A report for a period (báo cáo định kỳ) as its document gives it: what became of each task, what was not achieved, what comes next
    period_report (id) {
        id -> Uuid,
        /// Stable key: that of its document
        code -> Text,
        programme_id -> Uuid,
        document_id -> Uuid,
        /// The agency that reports
        reporter_id -> Uuid,
        title_vi -> Text,
        title_en -> Text,
        regime -> Text,
        period_kind -> Text,
        period -> Text,
        starts_on -> Date,
        /// First day after the period
        ends_on -> Date,
        /// The period as written
        period_words -> Text,
        /// True if the document gives no year and it follows from the context
        year_inferred -> Bool,
        note -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// Raised by each change, so that nobody overwrites what they have not seen
        version -> Int4,
    }
}

diesel::table! {
    /// The documents that came out of a task, or that it names
    period_report_output (result_id, position) {
        result_id -> Uuid,
        position -> Int4,
        document_id -> Uuid,
        /// EXPECTED: to come; REFERENCE: named only
        role -> Text,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// What a period report says of one task: done, in progress, planned, not done, or a heading with nothing below
    period_report_result (id) {
        id -> Uuid,
        report_id -> Uuid,
        /// Order within the report, from 1
        position -> Int4,
        /// Results of the period, what was not achieved, or what comes next
        section -> Text,
        /// Clause of the report, as printed
        clause -> Text,
        /// The heading it stands under, in our words; null if it has none
        heading_vi -> Nullable<Text>,
        heading_en -> Nullable<Text>,
        title_vi -> Text,
        title_en -> Text,
        summary_vi -> Nullable<Text>,
        summary_en -> Nullable<Text>,
        /// As the report says; NOT_REPORTED: there is a heading and nothing below
        state -> Text,
        /// What is still to come, as the report says; null if it does not
        remaining -> Nullable<Text>,
        /// The task; null if it is none of ours
        directive_id -> Nullable<Uuid>,
        /// The obstacle it is, where the report lists it as one
        recommendation_id -> Nullable<Uuid>,
        note -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// A programme (chương trình): a resolution and the plans that carry it out in one jurisdiction
    programme (id) {
        id -> Uuid,
        code -> Text,
        name_vi -> Text,
        name_en -> Text,
        /// The agency whose area the programme covers: the subject of its totals
        jurisdiction_id -> Uuid,
        starts_on -> Nullable<Date>,
        /// Last day
        ends_on -> Nullable<Date>,
        /// Whether whoever endorsed a figure of its indicators may not publish it
        four_eyes -> Bool,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// Raised by each change, so that nobody overwrites what they have not seen
        version -> Int4,
    }
}

diesel::table! {
    /// The documents a programme rests on, and as what
    programme_document (programme_id, document_id) {
        programme_id -> Uuid,
        document_id -> Uuid,
        role -> Text,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Which indicators a programme follows, and in which pillar
    programme_indicator (programme_id, indicator_id) {
        programme_id -> Uuid,
        indicator_id -> Uuid,
        /// The pillar; null if the programme names the indicator outside its pillars
        group_id -> Nullable<Uuid>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// What was reported of a directive's progress: added, never changed
    progress_update (id) {
        id -> Uuid,
        directive_id -> Uuid,
        /// The agency that reports; null if the source does not say
        reporter_id -> Nullable<Uuid>,
        reported_on -> Date,
        /// How much is done, 0 to 100; null if the report gives no figure
        percent -> Nullable<Int2>,
        narrative -> Text,
        /// What stands in the way; null if nothing was reported
        obstacles -> Nullable<Text>,
        /// SIMULATED: invented for the demo, no real report
        source -> Text,
        document_id -> Nullable<Uuid>,
        recorded_at -> Timestamptz,
        recorded_by -> Nullable<Uuid>,
        /// What shows it, in words and addresses; null if nothing was given
        evidence -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The files that a report of progress comes with
    progress_update_attachment (progress_update_id, attachment_id) {
        progress_update_id -> Uuid,
        attachment_id -> Uuid,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// A browser or app in which a person wants to be told, for as long as the session lasts in which they said so
    push_subscription (id) {
        id -> Uuid,
        account_id -> Uuid,
        session_id -> Uuid,
        /// Where its push service takes messages for it
        endpoint -> Text,
        /// Its public key, a point of P-256, for which messages are encrypted
        p256dh -> Bytea,
        /// What it shares with us, so that nobody else writes to it
        auth -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// A version of the rules by which agencies are ranked: those of a period are the ones that hold on its last day
    ranking_scheme (version) {
        version -> Int4,
        /// The days on which it holds; no two versions hold on one day
        valid -> Daterange,
        /// Whoever has fewer obligations and directives that are judged is shown, but not ranked
        least -> Int4,
        /// The document that sets it, or why it is so
        source -> Text,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// How much each part counts in a version of the rules; together 1
    ranking_weight (version, part) {
        version -> Int4,
        part -> Text,
        /// Its share of the score, if all parts can be judged
        weight -> Numeric,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// What an agency asks of an authority (kiến nghị), or an obstacle it reports (khó khăn, tồn tại)
    recommendation (id) {
        id -> Uuid,
        code -> Text,
        /// RECOMMENDATION asks for something; DIFFICULTY and LIMITATION are obstacles
        kind -> Text,
        from_agency_id -> Uuid,
        /// The addressee as written, where it is vague; null if none is named
        to_words -> Nullable<Text>,
        /// Who would have to decide, where the text says so
        decision_maker_id -> Nullable<Uuid>,
        topic -> Text,
        /// What is said, in our words
        text -> Text,
        /// The document it stands in; null if it was made here and stands in none
        document_id -> Nullable<Uuid>,
        clause -> Nullable<Text>,
        state -> Text,
        visibility -> Text,
        note -> Nullable<Text>,
        search_text -> Text,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// The programme it is about; null if only the document says so
        programme_id -> Nullable<Uuid>,
        /// The day on which it was made here; null for what a document says, which has a day of its own
        made_on -> Nullable<Date>,
        /// The account that made it; null for what a document says
        made_by -> Nullable<Uuid>,
        version -> Int4,
    }
}

diesel::table! {
    /// The directives that answer a recommendation
    recommendation_answer (recommendation_id, directive_id) {
        recommendation_id -> Uuid,
        directive_id -> Uuid,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Documents a recommendation mentions, beside the one it stands in
    recommendation_document (recommendation_id, document_id) {
        recommendation_id -> Uuid,
        document_id -> Uuid,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// To whom a recommendation goes
    recommendation_recipient (recommendation_id, agency_id) {
        recommendation_id -> Uuid,
        agency_id -> Uuid,
        position -> Int4,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// What was done about a recommendation: added, never changed. It is in the state of the last one
    recommendation_step (id) {
        id -> Uuid,
        recommendation_id -> Uuid,
        /// The state it led to, each at most once
        state -> Text,
        /// The answer or the reason, in words
        text -> Nullable<Text>,
        /// The document by which it was answered; the directives stand in recommendation_answer
        document_id -> Nullable<Uuid>,
        /// The agency for which it was done
        agency_id -> Uuid,
        role -> Text,
        /// Who did it
        account_id -> Uuid,
        /// Day (Asia/Ho_Chi_Minh)
        taken_on -> Date,
        recorded_at -> Timestamptz,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Codes that stand in for the authenticator app, each once
    recovery_code (account_id, hash) {
        account_id -> Uuid,
        hash -> Bytea,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The tokens of a session, one after the other; all but the last are used
    refresh_token (hash) {
        /// SHA-256 of the token; the token itself is not kept
        hash -> Bytea,
        session_id -> Uuid,
        created_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Who reports an indicator of a subject, how often and in which regime (giao báo cáo). Both regimes may hold for one indicator
    reporting_assignment (id) {
        id -> Uuid,
        indicator_id -> Uuid,
        /// Whose figure it is
        subject_id -> Uuid,
        /// Who reports it
        reporter_id -> Uuid,
        regime -> Text,
        period_kind -> Text,
        /// Periods whose last day is one of these are to be reported
        valid -> Daterange,
        /// Raised by each change
        version -> Int4,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// A later due date (gia hạn) of one period, for everybody or for one agency. Added, never changed: of several the latest day holds
    reporting_extension (id) {
        id -> Uuid,
        regime -> Text,
        /// Canonical code; it also says how long the period is
        period -> Text,
        /// For the reports of this agency; null: for all
        reporter_id -> Nullable<Uuid>,
        due_on -> Date,
        reason -> Text,
        extended_at -> Timestamptz,
        /// The account that extended it; null for whoever runs the server
        extended_by -> Nullable<Uuid>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// A clause that says who reports what to whom, and how often. Rules that contradict one another coexist
    reporting_rule (id) {
        id -> Uuid,
        code -> Text,
        kind -> Text,
        document_id -> Uuid,
        clause -> Text,
        /// True if it is also owed when something happens
        ad_hoc -> Bool,
        /// True if it is also owed whenever somebody asks
        on_request -> Bool,
        /// False if it was only asked for
        in_force -> Bool,
        /// What else has to be done with the report
        also -> Nullable<Text>,
        note -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// Raised by each change, so that nobody overwrites what they have not seen
        version -> Int4,
    }
}

diesel::table! {
    /// How often: a rule may name several cadences, or alternatives
    reporting_rule_cadence (rule_id, position) {
        rule_id -> Uuid,
        position -> Int4,
        cadence -> Text,
        /// The cadence as written
        words -> Text,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Who reports and who receives
    reporting_rule_party (rule_id, role, agency_id) {
        rule_id -> Uuid,
        agency_id -> Uuid,
        role -> Text,
        position -> Int4,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// When reports of a kind are taken, due and closed (chế độ báo cáo): one row for each regime and length of period, at a time
    reporting_schedule (id) {
        id -> Uuid,
        regime -> Text,
        period_kind -> Text,
        /// How many days before the last day of the period figures are taken (chốt số liệu); 0: on the last day. Reporting opens on the day after
        cut_off_days -> Int4,
        /// The report is due on this working day after the end of the period, the first being 1
        due_working_days -> Int4,
        /// So many working days after the due date figures are still taken, as late; then the period is closed, and opened by an unlock only
        grace_working_days -> Int4,
        /// Holds for periods whose last day is one of these
        valid -> Daterange,
        /// The document that sets it, or words
        source -> Text,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// The document that sets it, if it is one of the register
        document_id -> Nullable<Uuid>,
        /// Raised by each change
        version -> Int4,
    }
}

diesel::table! {
    /// A role somebody holds at an agency, from a day, perhaps until a day. Ended by its last day, never deleted
    role_grant (id) {
        id -> Uuid,
        account_id -> Uuid,
        role -> Text,
        /// Where it is held; null means everywhere, for inspectors and administrators only
        agency_id -> Nullable<Uuid>,
        /// True if it is also held at the agencies below
        with_below -> Bool,
        /// First day (Asia/Ho_Chi_Minh)
        valid_from -> Date,
        /// First day on which it is no longer held; null while no end is set
        valid_until -> Nullable<Date>,
        granted_at -> Timestamptz,
        /// Who granted it; null for the command line. Nobody grants to themselves
        granted_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    /// The shared secret of an authenticator app (TOTP, RFC 6238)
    second_factor (account_id) {
        account_id -> Uuid,
        /// The secret, encrypted with the installation's key
        sealed_secret -> Bytea,
        created_at -> Timestamptz,
        /// When a first code proved that the app has it; not asked for before
        confirmed_at -> Nullable<Timestamptz>,
        /// The time step of the last code accepted: each is accepted once
        last_step -> Nullable<Int8>,
    }
}

diesel::table! {
    /// A machine that signs in: another system that pushes figures or pulls published data
    service_account (id) {
        id -> Uuid,
        /// Its client_id
        code -> Text,
        name -> Text,
        /// The agency for which it acts
        agency_id -> Uuid,
        /// True if it also acts for the agencies below
        with_below -> Bool,
        /// What it may do, by name
        scopes -> Array<Nullable<Text>>,
        status -> Text,
        version -> Int4,
        created_at -> Timestamptz,
        created_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    /// Secrets of a service account: at most two at a time, so that one can be replaced without a pause
    service_secret (id) {
        id -> Uuid,
        service_account_id -> Uuid,
        /// SHA-256 of 256 random bits: shown once, never kept
        hash -> Bytea,
        created_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Somebody who signed in on one device: a family of refresh tokens, of which one is good at a time
    session (id) {
        id -> Uuid,
        account_id -> Uuid,
        /// Whether a second factor was given
        second_factor -> Bool,
        created_at -> Timestamptz,
        /// When it was last refreshed; unused for the idle life, it is over
        last_used_at -> Timestamptz,
        /// When it ends however often it is refreshed
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        end_reason -> Nullable<Text>,
        /// Where it began
        address -> Nullable<Text>,
        client_name -> Nullable<Text>,
        client_version -> Nullable<Text>,
        user_agent -> Nullable<Text>,
    }
}

diesel::table! {
    /// Failed sign-ins by login and by address, so that guessing becomes slow on every node at once
    sign_in_throttle (key) {
        /// Hash of the login as typed, whether or not an account has it, or of the address
        key -> Bytea,
        /// Tries that have failed or are under way; forgotten a day after the last
        failures -> Int4,
        /// When the last of them was counted
        last_failed_at -> Timestamptz,
        /// Until when tries are refused; null while no wait is due
        blocked_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Keys (Ed25519) that sign access tokens. The newest that signs already signs; an older one verifies until its last token has expired
    signing_key (kid) {
        kid -> Text,
        public_key -> Bytea,
        /// The private key, encrypted with the installation's key
        sealed_private_key -> Bytea,
        created_at -> Timestamptz,
        /// Published before it signs, so that whoever keeps our key set for a while knows it in time
        signs_from -> Timestamptz,
        /// When it was withdrawn because somebody else may have it
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Which share of an agency that was divided each of its successors has: by it figures of the former are divided
    succession_weight (succession_id, predecessor_id, successor_id, kind) {
        succession_id -> Uuid,
        predecessor_id -> Uuid,
        successor_id -> Uuid,
        /// Of what it is a share: AREA or POPULATION
        kind -> Text,
        /// From 0 to 1; those of one predecessor come to 1
        share -> Numeric,
        /// The document that says so; null where source names what does
        document_id -> Nullable<Uuid>,
        /// Where it is from, in words
        source -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// A target (mục tiêu): what an indicator of a subject must reach by a day or in each year
    target (id) {
        id -> Uuid,
        /// Stable key: document, milestone, pillar, bullet and part
        code -> Text,
        programme_id -> Uuid,
        indicator_id -> Uuid,
        definition_id -> Uuid,
        /// Whose figure it is: the province through its people's committee, or an agency
        subject_id -> Uuid,
        /// What the clause asks for, in our words
        wording -> Text,
        /// Milestone: the last day on which it may be reached; null if the document names none
        due_on -> Nullable<Date>,
        /// How exactly the document states the day
        due_precision -> Text,
        due_words -> Nullable<Text>,
        /// True if the document gives day and month only and the year follows from the context
        due_year_inferred -> Bool,
        /// BY_DATE: once, by the milestone. EACH_YEAR: in every year up to the milestone
        cadence -> Text,
        /// First year of EACH_YEAR; null if the document does not say
        cadence_from -> Nullable<Int4>,
        /// Last year of EACH_YEAR; null if the document does not say
        cadence_until -> Nullable<Int4>,
        /// As the document writes it; null for a qualitative target
        comparator -> Nullable<Text>,
        /// Value demanded, in the indicator's unit; the lower end of a range
        value -> Nullable<Numeric>,
        /// Upper end of a range
        upper_value -> Nullable<Numeric>,
        /// What a qualitative target demands; null for a number
        statement -> Nullable<Text>,
        /// The comparing words of the source: ≥, từ, đạt, có; null where the number stands alone
        source_words -> Nullable<Text>,
        /// The denominator this very clause names; null if it names none
        measured_over -> Nullable<Text>,
        document_id -> Uuid,
        /// Clause of the document, as printed
        clause -> Text,
        /// Number of the bullet within the clause, from 1
        ordinal -> Nullable<Int4>,
        /// Part of a bullet that holds several targets, from 1
        sub -> Nullable<Int4>,
        note -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
        /// Raised by each change, so that nobody overwrites what they have not seen
        version -> Int4,
        /// The day from which it is demanded no longer (Asia/Ho_Chi_Minh); null while it is
        withdrawn_on -> Nullable<Date>,
        /// The document that withdraws it
        withdrawal_document_id -> Nullable<Uuid>,
        /// Clause of that document, as printed
        withdrawal_clause -> Nullable<Text>,
    }
}

diesel::table! {
    /// A change of a target: the old value may be unknown
    target_revision (id) {
        id -> Uuid,
        target_id -> Uuid,
        revision -> Int4,
        /// False if the source says that the target was changed, but not from what
        previous_known -> Bool,
        previous_value -> Nullable<Numeric>,
        new_value -> Nullable<Numeric>,
        /// Day on which the change was made or reported; null if unknown
        revised_on -> Nullable<Date>,
        /// Who changed it, as the source says
        revised_by -> Nullable<Text>,
        document_id -> Nullable<Uuid>,
        clause -> Nullable<Text>,
        note -> Nullable<Text>,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Documents of GraphQL that were published: clients name them by their ids. One that was retired stays, so that its id never means another text
    trusted_document (id) {
        /// What a request names it by: a SHA-256 of its text in hexadecimal digits, or whatever a tool has chosen
        id -> Text,
        text -> Text,
        /// The name of its first operation that has one
        name -> Nullable<Text>,
        /// When it was published last
        published_at -> Timestamptz,
        /// When it was retired, if it was; it may be published again
        retired_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// A request to open a closed period for one assignment (đề nghị mở khóa kỳ báo cáo), and the decision on it
    unlock_request (id) {
        id -> Uuid,
        assignment_id -> Uuid,
        /// The agency that reports, as in the assignment
        reporter_id -> Uuid,
        period -> Text,
        state -> Text,
        reason -> Text,
        requested_at -> Timestamptz,
        /// The account that asked
        requested_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        /// The account that decided: never the one that asked
        decided_by -> Nullable<Uuid>,
        decision_reason -> Nullable<Text>,
        /// First day on which the period is open again
        opened_on -> Nullable<Date>,
        /// Last day on which it is, at most 60 days later
        expires_on -> Nullable<Date>,
        version -> Int4,
        /// Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept
        known -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// An address to which changes are sent, as far as a service account sees them. Its secret is computed from the installation's secret, its id and secret_number: it lies nowhere
    webhook (id) {
        id -> Uuid,
        service_account_id -> Uuid,
        url -> Text,
        /// Which types of objects; empty for all
        nouns -> Array<Nullable<Text>>,
        programme_id -> Nullable<Uuid>,
        agency_id -> Nullable<Uuid>,
        /// Up to where in the change feed everything was sent
        place -> Int8,
        /// How often it was sent back to a place: messages that are sent again on purpose are others
        replays -> Int4,
        secret_number -> Int4,
        /// When it got its latest secret; the one before signs for a day longer; null while it has its first
        rotated_at -> Nullable<Timestamptz>,
        /// True if a message is to be sent that says nothing but that it is a test
        test_wanted -> Bool,
        /// Attempts that failed since the last one that did not
        failures -> Int4,
        failing_since -> Nullable<Timestamptz>,
        /// Nothing is sent before; of those that are due, the one that has waited for longest comes first
        send_after -> Timestamptz,
        /// Whoever sends now; null while nobody does
        lease -> Nullable<Uuid>,
        lease_until -> Nullable<Timestamptz>,
        /// Since when nothing is sent; null while it is used
        disabled_at -> Nullable<Timestamptz>,
        /// When it was deleted: nobody is shown it any more; null while it is there
        deleted_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        created_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    /// What became of each attempt to send, the latest 50 of each webhook
    webhook_delivery (id) {
        id -> Uuid,
        webhook_id -> Uuid,
        /// The webhook-id: the same at each attempt
        message_id -> Text,
        test -> Bool,
        /// How many changes it told of
        events -> Int4,
        sent_at -> Timestamptz,
        /// How long it took until there was an answer, or none any more
        milliseconds -> Int4,
        /// The HTTP status of the answer; null if there was none
        status -> Nullable<Int4>,
        /// Why it failed; null if it did not
        error -> Nullable<Text>,
    }
}

diesel::joinable!(account -> agency (agency_id));
diesel::joinable!(agency_existence -> agency (agency_id));
diesel::joinable!(agency_existence -> document (document_id));
diesel::joinable!(agency_name -> agency (agency_id));
diesel::joinable!(agency_name -> document (document_id));
diesel::joinable!(agency_placement -> document (document_id));
diesel::joinable!(agency_succession -> document (document_id));
diesel::joinable!(agency_succession_party -> agency (agency_id));
diesel::joinable!(agency_succession_party -> agency_succession (succession_id));
diesel::joinable!(assessment_rule -> document (document_id));
diesel::joinable!(assessment_rule -> programme (programme_id));
diesel::joinable!(attachment_part -> attachment (attachment_id));
diesel::joinable!(baseline -> agency (subject_id));
diesel::joinable!(baseline -> document (document_id));
diesel::joinable!(baseline -> indicator (indicator_id));
diesel::joinable!(chase -> account (asked_by));
diesel::joinable!(chase -> agency (agency_id));
diesel::joinable!(computation -> agency (subject_id));
diesel::joinable!(definition_dimension -> dimension (dimension_id));
diesel::joinable!(definition_dimension -> indicator_definition (definition_id));
diesel::joinable!(definition_input -> indicator (indicator_id));
diesel::joinable!(definition_input -> indicator_definition (definition_id));
diesel::joinable!(digital_system_clause -> digital_system (system_id));
diesel::joinable!(digital_system_clause -> document (document_id));
diesel::joinable!(digital_system_document -> digital_system (system_id));
diesel::joinable!(digital_system_document -> document (document_id));
diesel::joinable!(digital_system_indicator -> digital_system (system_id));
diesel::joinable!(digital_system_indicator -> indicator (indicator_id));
diesel::joinable!(dimension_item -> dimension (dimension_id));
diesel::joinable!(directive -> agency (assigner_id));
diesel::joinable!(directive -> document (document_id));
diesel::joinable!(directive -> programme (programme_id));
diesel::joinable!(directive_coordinator -> agency (agency_id));
diesel::joinable!(directive_coordinator -> directive (directive_id));
diesel::joinable!(directive_deadline -> directive (directive_id));
diesel::joinable!(directive_deadline -> document (document_id));
diesel::joinable!(directive_dependency -> document (on_document_id));
diesel::joinable!(directive_document -> directive (directive_id));
diesel::joinable!(directive_document -> document (document_id));
diesel::joinable!(directive_event -> directive_extension (extension_id));
diesel::joinable!(directive_event -> directive_input (input_id));
diesel::joinable!(directive_event -> progress_update (progress_id));
diesel::joinable!(directive_extension -> agency (agency_id));
diesel::joinable!(directive_extension -> directive (directive_id));
diesel::joinable!(directive_indicator -> directive (directive_id));
diesel::joinable!(directive_indicator -> indicator (indicator_id));
diesel::joinable!(directive_input -> directive (directive_id));
diesel::joinable!(directive_lead -> agency (agency_id));
diesel::joinable!(directive_lead -> directive (directive_id));
diesel::joinable!(directive_named_agency -> agency (agency_id));
diesel::joinable!(directive_named_agency -> directive (directive_id));
diesel::joinable!(document -> agency (issuer_id));
diesel::joinable!(document -> programme (programme_id));
diesel::joinable!(document_attachment -> attachment (attachment_id));
diesel::joinable!(document_attachment -> document (document_id));
diesel::joinable!(document_meeting -> agency (chair_id));
diesel::joinable!(document_meeting -> document (document_id));
diesel::joinable!(document_office -> agency (agency_id));
diesel::joinable!(document_office -> document (document_id));
diesel::joinable!(document_relation -> agency (to_agency_id));
diesel::joinable!(file_import -> agency (agency_id));
diesel::joinable!(file_import_content -> file_import (import_id));
diesel::joinable!(file_import_error -> file_import (import_id));
diesel::joinable!(goal -> agency (assessed_by_id));
diesel::joinable!(goal -> document (document_id));
diesel::joinable!(goal -> programme (programme_id));
diesel::joinable!(goal_agency -> agency (agency_id));
diesel::joinable!(goal_agency -> goal (goal_id));
diesel::joinable!(goal_document -> document (document_id));
diesel::joinable!(goal_document -> goal (goal_id));
diesel::joinable!(goal_indicator -> goal (goal_id));
diesel::joinable!(goal_indicator -> indicator (indicator_id));
diesel::joinable!(holiday -> document (document_id));
diesel::joinable!(import_mapping -> agency (agency_id));
diesel::joinable!(index_component -> indicator (indicator_id));
diesel::joinable!(index_component -> indicator_definition (definition_id));
diesel::joinable!(indicator -> agency (lead_agency_id));
diesel::joinable!(indicator_definition -> document (document_id));
diesel::joinable!(indicator_definition -> indicator (indicator_id));
diesel::joinable!(indicator_group -> programme (programme_id));
diesel::joinable!(indicator_rule -> document (document_id));
diesel::joinable!(judgement -> target (target_id));
diesel::joinable!(measure -> agency (assigner_id));
diesel::joinable!(measure -> document (document_id));
diesel::joinable!(measure -> programme (programme_id));
diesel::joinable!(measure_agency -> agency (agency_id));
diesel::joinable!(measure_agency -> measure (measure_id));
diesel::joinable!(measure_document -> document (document_id));
diesel::joinable!(measure_document -> measure (measure_id));
diesel::joinable!(measure_indicator -> indicator (indicator_id));
diesel::joinable!(measure_indicator -> measure (measure_id));
diesel::joinable!(measure_system -> digital_system (system_id));
diesel::joinable!(measure_system -> measure (measure_id));
diesel::joinable!(measurement_attachment -> attachment (attachment_id));
diesel::joinable!(measurement_breakdown -> dimension_item (item_id));
diesel::joinable!(notification -> account (account_id));
diesel::joinable!(notification -> directive (directive_id));
diesel::joinable!(notification -> recommendation (recommendation_id));
diesel::joinable!(notification -> reporting_rule (reporting_rule_id));
diesel::joinable!(notification -> webhook (webhook_id));
diesel::joinable!(notification_agency -> agency (agency_id));
diesel::joinable!(notification_agency -> notification (notification_id));
diesel::joinable!(notification_choice -> account (account_id));
diesel::joinable!(notification_event -> agency (agency_id));
diesel::joinable!(notification_event -> directive (directive_id));
diesel::joinable!(notification_event -> recommendation (recommendation_id));
diesel::joinable!(notification_event -> webhook (webhook_id));
diesel::joinable!(notification_mail -> account (account_id));
diesel::joinable!(notification_mail -> notification (notification_id));
diesel::joinable!(notification_push -> notification (notification_id));
diesel::joinable!(notification_push -> push_subscription (subscription_id));
diesel::joinable!(password -> account (account_id));
diesel::joinable!(period_report -> agency (reporter_id));
diesel::joinable!(period_report -> document (document_id));
diesel::joinable!(period_report -> programme (programme_id));
diesel::joinable!(period_report_output -> document (document_id));
diesel::joinable!(period_report_output -> period_report_result (result_id));
diesel::joinable!(period_report_result -> directive (directive_id));
diesel::joinable!(period_report_result -> period_report (report_id));
diesel::joinable!(period_report_result -> recommendation (recommendation_id));
diesel::joinable!(programme -> agency (jurisdiction_id));
diesel::joinable!(programme_document -> document (document_id));
diesel::joinable!(programme_document -> programme (programme_id));
diesel::joinable!(programme_indicator -> indicator (indicator_id));
diesel::joinable!(programme_indicator -> programme (programme_id));
diesel::joinable!(progress_update -> agency (reporter_id));
diesel::joinable!(progress_update -> directive (directive_id));
diesel::joinable!(progress_update -> document (document_id));
diesel::joinable!(progress_update_attachment -> attachment (attachment_id));
diesel::joinable!(progress_update_attachment -> progress_update (progress_update_id));
diesel::joinable!(push_subscription -> account (account_id));
diesel::joinable!(push_subscription -> session (session_id));
diesel::joinable!(ranking_weight -> ranking_scheme (version));
diesel::joinable!(recommendation -> document (document_id));
diesel::joinable!(recommendation -> programme (programme_id));
diesel::joinable!(recommendation_answer -> directive (directive_id));
diesel::joinable!(recommendation_answer -> recommendation (recommendation_id));
diesel::joinable!(recommendation_document -> document (document_id));
diesel::joinable!(recommendation_document -> recommendation (recommendation_id));
diesel::joinable!(recommendation_recipient -> agency (agency_id));
diesel::joinable!(recommendation_recipient -> recommendation (recommendation_id));
diesel::joinable!(recommendation_step -> agency (agency_id));
diesel::joinable!(recommendation_step -> document (document_id));
diesel::joinable!(recommendation_step -> recommendation (recommendation_id));
diesel::joinable!(recovery_code -> account (account_id));
diesel::joinable!(refresh_token -> session (session_id));
diesel::joinable!(reporting_assignment -> indicator (indicator_id));
diesel::joinable!(reporting_extension -> agency (reporter_id));
diesel::joinable!(reporting_rule -> document (document_id));
diesel::joinable!(reporting_rule_cadence -> reporting_rule (rule_id));
diesel::joinable!(reporting_rule_party -> agency (agency_id));
diesel::joinable!(reporting_rule_party -> reporting_rule (rule_id));
diesel::joinable!(reporting_schedule -> document (document_id));
diesel::joinable!(role_grant -> agency (agency_id));
diesel::joinable!(second_factor -> account (account_id));
diesel::joinable!(service_account -> account (created_by));
diesel::joinable!(service_account -> agency (agency_id));
diesel::joinable!(service_secret -> service_account (service_account_id));
diesel::joinable!(session -> account (account_id));
diesel::joinable!(succession_weight -> agency_succession (succession_id));
diesel::joinable!(succession_weight -> document (document_id));
diesel::joinable!(target -> agency (subject_id));
diesel::joinable!(target -> indicator (indicator_id));
diesel::joinable!(target -> programme (programme_id));
diesel::joinable!(target_revision -> document (document_id));
diesel::joinable!(target_revision -> target (target_id));
diesel::joinable!(webhook -> account (created_by));
diesel::joinable!(webhook -> agency (agency_id));
diesel::joinable!(webhook -> programme (programme_id));
diesel::joinable!(webhook -> service_account (service_account_id));
diesel::joinable!(webhook_delivery -> webhook (webhook_id));

diesel::allow_tables_to_appear_in_same_query!(
    account,
    account_mail,
    agency,
    agency_existence,
    agency_member,
    agency_name,
    agency_placement,
    agency_succession,
    agency_succession_party,
    answer_tally,
    assessment_rule,
    assignment_tally,
    attachment,
    attachment_part,
    audit_archive,
    audit_entry,
    audit_head,
    baseline,
    change,
    chase,
    computation,
    computed_input,
    data_version,
    definition_dimension,
    definition_input,
    digital_system,
    digital_system_clause,
    digital_system_document,
    digital_system_indicator,
    dimension,
    dimension_item,
    directive,
    directive_coordinator,
    directive_deadline,
    directive_dependency,
    directive_document,
    directive_event,
    directive_extension,
    directive_indicator,
    directive_input,
    directive_lead,
    directive_named_agency,
    document,
    document_attachment,
    document_meeting,
    document_office,
    document_relation,
    file_import,
    file_import_content,
    file_import_error,
    goal,
    goal_agency,
    goal_document,
    goal_indicator,
    holiday,
    idempotency_record,
    import_mapping,
    index_component,
    indicator,
    indicator_definition,
    indicator_group,
    indicator_rule,
    judgement,
    measure,
    measure_agency,
    measure_document,
    measure_indicator,
    measure_system,
    measurement,
    measurement_attachment,
    measurement_breakdown,
    measurement_decision,
    measurement_revision,
    nil_answer,
    notification,
    notification_agency,
    notification_choice,
    notification_day,
    notification_event,
    notification_mail,
    notification_push,
    notification_rule,
    outdated_assessment,
    password,
    password_reset,
    period_report,
    period_report_output,
    period_report_result,
    programme,
    programme_document,
    programme_indicator,
    progress_update,
    progress_update_attachment,
    push_subscription,
    ranking_scheme,
    ranking_weight,
    recommendation,
    recommendation_answer,
    recommendation_document,
    recommendation_recipient,
    recommendation_step,
    recovery_code,
    refresh_token,
    reporting_assignment,
    reporting_extension,
    reporting_rule,
    reporting_rule_cadence,
    reporting_rule_party,
    reporting_schedule,
    role_grant,
    second_factor,
    service_account,
    service_secret,
    session,
    sign_in_throttle,
    signing_key,
    succession_weight,
    target,
    target_revision,
    trusted_document,
    unlock_request,
    webhook,
    webhook_delivery,
);
