// Made by generate.mjs out of src/documents/*.graphql and the schema: change those.
import { gql } from "./document.js";
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type MakeOptional<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]?: Maybe<T[SubKey]> };
export type MakeMaybe<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]: Maybe<T[SubKey]> };
export type MakeEmpty<T extends { [key: string]: unknown }, K extends keyof T> = { [_ in K]?: never };
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  Date: { input: string; output: string; }
  DateTime: { input: string; output: string; }
  Decimal: { input: string; output: string; }
  JSON: { input: unknown; output: unknown; }
  Period: { input: string; output: string; }
  RelativePeriod: { input: string; output: string; }
  UUID: { input: string; output: string; }
};

export type AcceptDirectiveInput = {
  readonly directive: Scalars['ID']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
};

export type AccountFilter = {
  readonly agency?: InputMaybe<Scalars['String']['input']>;
  readonly roles?: InputMaybe<ReadonlyArray<Role>>;
  readonly status?: InputMaybe<AccountStatus>;
  readonly text?: InputMaybe<Scalars['String']['input']>;
};

export type AccountInput = {
  readonly account: Scalars['ID']['input'];
};

export type AccountStatus =
  | 'ACTIVE'
  | 'DISABLED';

export type AcknowledgeRecommendationInput = {
  readonly expectedVersion: Scalars['Int']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly recommendation: Scalars['ID']['input'];
};

export type Action =
  | 'ACCEPT_DIRECTIVE'
  | 'ACKNOWLEDGE_RECOMMENDATION'
  | 'ANSWER_COUNTER_OFFER'
  | 'ANSWER_NIL'
  | 'ANSWER_RECOMMENDATION'
  | 'ASSIGN_REPORTING'
  | 'ATTACH_FILE'
  | 'CANCEL_DIRECTIVE'
  | 'CHASE'
  | 'CONFIRM_DONE'
  | 'CORRECT_MEASUREMENT'
  | 'CREATE_ACCOUNT'
  | 'DECIDE_EXTENSION'
  | 'DECIDE_UNLOCK'
  | 'DELEGATE_DIRECTIVE'
  | 'DISABLE_ACCOUNT'
  | 'DRAFT_MEASUREMENT'
  | 'ENDORSE_JUDGEMENT'
  | 'ENDORSE_MEASUREMENT'
  | 'END_SESSIONS'
  | 'GIVE_INPUT'
  | 'GRANT_ROLE'
  | 'ISSUE_DIRECTIVE'
  | 'JUDGE_TARGET'
  | 'KEEP_CATALOGUE'
  | 'KEEP_OWN_ACCOUNT'
  | 'MANAGE_AGENCIES'
  | 'MANAGE_CALENDAR'
  | 'MANAGE_SERVICES'
  | 'PUBLISH_MEASUREMENT'
  | 'RECOMMEND'
  | 'REFUSE_RECOMMENDATION'
  | 'REPORT_DONE'
  | 'REPORT_PROGRESS'
  | 'REQUEST_EXTENSION'
  | 'REQUEST_INPUT'
  | 'REQUEST_UNLOCK'
  | 'RESET_PASSWORD'
  | 'RETURN_MEASUREMENT'
  | 'SEE_ACCOUNTS'
  | 'SEE_AUDIT_TRAIL'
  | 'SEE_DRAFTS'
  | 'SEE_INTERNAL'
  | 'SEE_OBLIGATIONS'
  | 'SEE_OWN_RIGHTS'
  | 'SEE_PUBLISHED'
  | 'SEE_RESTRICTED'
  | 'SEE_SUBMITTED'
  | 'SEND_BACK_DIRECTIVE'
  | 'SIGN_IN'
  | 'SUBMIT_MEASUREMENT'
  | 'WITHDRAW_MEASUREMENT'
  | 'WITHDRAW_RECOMMENDATION';

export type ActorKind =
  | 'NOBODY'
  | 'OPERATOR'
  | 'SERVICE'
  | 'USER';

export type AddHolidaysInput = {
  readonly days: ReadonlyArray<HolidayInput>;
  readonly dryRun?: Scalars['Boolean']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
};

export type AdoptPlanInput = {
  readonly document: Scalars['String']['input'];
  readonly dryRun?: Scalars['Boolean']['input'];
  readonly follow?: Scalars['Boolean']['input'];
  readonly programme: Scalars['String']['input'];
  readonly role?: ProgrammeDocumentRole;
  readonly targets: ReadonlyArray<TargetInput>;
};

export type AgencyBlock =
  | 'ENTERPRISE'
  | 'FRONT_AND_UNIONS'
  | 'PARTY'
  | 'PARTY_AND_STATE'
  | 'STATE';

export type AgencyExistenceInput = {
  readonly clause: Scalars['String']['input'];
  readonly document: Scalars['String']['input'];
  readonly state: ExistenceState;
};

export type AgencyFilter = {
  readonly isRoot?: InputMaybe<Scalars['Boolean']['input']>;
  readonly kinds?: InputMaybe<ReadonlyArray<AgencyKind>>;
  readonly levels?: InputMaybe<ReadonlyArray<AgencyLevel>>;
  readonly officialCodes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly on?: InputMaybe<Scalars['Date']['input']>;
  readonly province?: InputMaybe<Scalars['String']['input']>;
  readonly simulated?: InputMaybe<Scalars['Boolean']['input']>;
  readonly subtree?: InputMaybe<Scalars['String']['input']>;
  readonly text?: InputMaybe<Scalars['String']['input']>;
};

export type AgencyKind =
  | 'ADMINISTRATIVE_AREA'
  | 'AGENCY_GROUP'
  | 'CENTRAL_AUTHORITY'
  | 'DEPARTMENT'
  | 'ENTERPRISE'
  | 'MANAGEMENT_BOARD'
  | 'MASS_ORGANISATION'
  | 'MINISTRY'
  | 'OFFICE'
  | 'OFFICE_HOLDER'
  | 'OTHER'
  | 'PARTY_BODY'
  | 'PARTY_COMMITTEE'
  | 'PEOPLES_COMMITTEE'
  | 'PEOPLES_COUNCIL'
  | 'POLICE'
  | 'PUBLIC_SERVICE_UNIT'
  | 'STEERING_COMMITTEE'
  | 'WORKING_GROUP';

export type AgencyLevel =
  | 'CENTRAL'
  | 'COMMUNE'
  | 'DISTRICT'
  | 'PROVINCIAL';

export type AgencyOrder = {
  readonly by?: AgencySort;
  readonly direction?: SortDirection;
};

export type AgencySort =
  | 'CODE'
  | 'NAME';

export type AgencyToOpenInput = {
  readonly block?: InputMaybe<AgencyBlock>;
  readonly code: Scalars['String']['input'];
  readonly kind: AgencyKind;
  readonly level?: InputMaybe<AgencyLevel>;
  readonly nameEn?: InputMaybe<Scalars['String']['input']>;
  readonly nameVi: Scalars['String']['input'];
  readonly officialCode?: InputMaybe<Scalars['String']['input']>;
  readonly parent?: InputMaybe<Scalars['String']['input']>;
  readonly province?: InputMaybe<Scalars['String']['input']>;
};

export type Aggregation =
  | 'MAX'
  | 'MEAN'
  | 'MIN'
  | 'NONE'
  | 'RATIO_OF_SUMS'
  | 'SUM';

export type AmendAgencyInput = {
  readonly agency: Scalars['ID']['input'];
  readonly aliases?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly block?: InputMaybe<AgencyBlock>;
  readonly blockStated?: InputMaybe<Scalars['Boolean']['input']>;
  readonly existence?: InputMaybe<AgencyExistenceInput>;
  readonly expectedVersion: Scalars['Int']['input'];
  readonly level?: InputMaybe<AgencyLevel>;
  readonly location?: InputMaybe<LocationInput>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly officialCode?: InputMaybe<Scalars['String']['input']>;
  readonly placement?: InputMaybe<PlacementBasisInput>;
  readonly plannedParent?: InputMaybe<Scalars['String']['input']>;
  readonly province?: InputMaybe<Scalars['String']['input']>;
};

export type AmendDigitalSystemInput = {
  readonly agency?: InputMaybe<Scalars['String']['input']>;
  readonly clauses?: InputMaybe<ReadonlyArray<DigitalSystemClauseInput>>;
  readonly digitalSystem: Scalars['ID']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly givesFigures?: InputMaybe<Scalars['Boolean']['input']>;
  readonly indicators?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly kind?: InputMaybe<DigitalSystemKind>;
  readonly nameEn?: InputMaybe<Scalars['String']['input']>;
  readonly nameVi?: InputMaybe<Scalars['String']['input']>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly owner?: InputMaybe<Scalars['String']['input']>;
  readonly properName?: InputMaybe<Scalars['Boolean']['input']>;
  readonly province?: InputMaybe<Scalars['String']['input']>;
  readonly relatedDocuments?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly responsible?: InputMaybe<Scalars['String']['input']>;
  readonly takesFigures?: InputMaybe<Scalars['Boolean']['input']>;
  readonly wantedEn?: InputMaybe<Scalars['String']['input']>;
  readonly wantedVi?: InputMaybe<Scalars['String']['input']>;
};

export type AmendDocumentInput = {
  readonly attachments?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  readonly document: Scalars['ID']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly issuedOn?: InputMaybe<Scalars['Date']['input']>;
  readonly issuedPrecision?: InputMaybe<DatePrecision>;
  readonly issuedWords?: InputMaybe<Scalars['String']['input']>;
  readonly kind?: InputMaybe<DocumentKind>;
  readonly meetings?: InputMaybe<ReadonlyArray<DocumentMeetingInput>>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly offices?: InputMaybe<ReadonlyArray<DocumentOfficeInput>>;
  readonly status?: InputMaybe<DocumentStatus>;
  readonly symbol?: InputMaybe<Scalars['String']['input']>;
  readonly symbolComplete?: InputMaybe<Scalars['Boolean']['input']>;
  readonly title?: InputMaybe<Scalars['String']['input']>;
};

export type AmendGoalInput = {
  readonly assessedBy?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion: Scalars['Int']['input'];
  readonly goal: Scalars['ID']['input'];
  readonly indicators?: InputMaybe<ReadonlyArray<ServedIndicatorInput>>;
  readonly kind?: InputMaybe<GoalKind>;
  readonly mentionedDocuments?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly namedBodies?: InputMaybe<ReadonlyArray<NamedBodyInput>>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly period?: InputMaybe<Scalars['Period']['input']>;
  readonly rating?: InputMaybe<Rating>;
  readonly summaryEn?: InputMaybe<Scalars['String']['input']>;
  readonly summaryVi?: InputMaybe<Scalars['String']['input']>;
  readonly titleEn?: InputMaybe<Scalars['String']['input']>;
  readonly titleVi?: InputMaybe<Scalars['String']['input']>;
  readonly topics?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

export type AmendMeasureInput = {
  readonly assigner?: InputMaybe<Scalars['String']['input']>;
  readonly expectedOutput?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion: Scalars['Int']['input'];
  readonly headingClause?: InputMaybe<Scalars['String']['input']>;
  readonly headingEn?: InputMaybe<Scalars['String']['input']>;
  readonly headingVi?: InputMaybe<Scalars['String']['input']>;
  readonly horizon?: InputMaybe<Scalars['String']['input']>;
  readonly indicators?: InputMaybe<ReadonlyArray<ServedIndicatorInput>>;
  readonly measure: Scalars['ID']['input'];
  readonly mentionedDocuments?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly namedBodies?: InputMaybe<ReadonlyArray<NamedBodyInput>>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly recurrence?: InputMaybe<Scalars['String']['input']>;
  readonly summaryEn?: InputMaybe<Scalars['String']['input']>;
  readonly summaryVi?: InputMaybe<Scalars['String']['input']>;
  readonly systems?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly titleEn?: InputMaybe<Scalars['String']['input']>;
  readonly titleVi?: InputMaybe<Scalars['String']['input']>;
  readonly topics?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

export type AmendPeriodReportInput = {
  readonly expectedVersion: Scalars['Int']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly periodReport: Scalars['ID']['input'];
  readonly periodWords?: InputMaybe<Scalars['String']['input']>;
  readonly results?: InputMaybe<ReadonlyArray<PeriodReportResultInput>>;
  readonly titleEn?: InputMaybe<Scalars['String']['input']>;
  readonly titleVi?: InputMaybe<Scalars['String']['input']>;
  readonly yearInferred?: InputMaybe<Scalars['Boolean']['input']>;
};

export type AmendProgrammeInput = {
  readonly endsOn?: InputMaybe<Scalars['Date']['input']>;
  readonly expectedVersion: Scalars['Int']['input'];
  readonly groups?: InputMaybe<ReadonlyArray<IndicatorGroupInput>>;
  readonly nameEn?: InputMaybe<Scalars['String']['input']>;
  readonly nameVi?: InputMaybe<Scalars['String']['input']>;
  readonly programme: Scalars['ID']['input'];
  readonly startsOn?: InputMaybe<Scalars['Date']['input']>;
};

export type AmendReportingRuleInput = {
  readonly adHoc?: InputMaybe<Scalars['Boolean']['input']>;
  readonly also?: InputMaybe<Scalars['String']['input']>;
  readonly cadences?: InputMaybe<ReadonlyArray<ReportingCadenceInput>>;
  readonly expectedVersion: Scalars['Int']['input'];
  readonly inForce?: InputMaybe<Scalars['Boolean']['input']>;
  readonly kind?: InputMaybe<ReportingKind>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly onRequest?: InputMaybe<Scalars['Boolean']['input']>;
  readonly recipients?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly reporters?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly reportingRule: Scalars['ID']['input'];
};

export type AnswerCounterOfferInput = {
  readonly accept: Scalars['Boolean']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly extensionRequest: Scalars['ID']['input'];
};

export type AnswerNilInput = {
  readonly assignment: Scalars['ID']['input'];
  readonly note: Scalars['String']['input'];
  readonly period: Scalars['Period']['input'];
};

export type AnswerRecommendationInput = {
  readonly answer: Scalars['String']['input'];
  readonly directives?: ReadonlyArray<Scalars['String']['input']>;
  readonly document?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion: Scalars['Int']['input'];
  readonly issue?: InputMaybe<IssueDirectiveInput>;
  readonly recommendation: Scalars['ID']['input'];
};

export type AreasOf =
  | 'AS_REPORTED'
  | 'AT'
  | 'CURRENT';

export type AssessmentFilter = {
  readonly group?: InputMaybe<Scalars['String']['input']>;
  readonly indicator?: InputMaybe<Scalars['String']['input']>;
  readonly lead?: InputMaybe<Scalars['String']['input']>;
  readonly level?: InputMaybe<AgencyLevel>;
  readonly milestone?: InputMaybe<Scalars['Int']['input']>;
  readonly on?: InputMaybe<Scalars['Date']['input']>;
  readonly programme?: InputMaybe<Scalars['String']['input']>;
  readonly stale?: InputMaybe<Scalars['Boolean']['input']>;
  readonly statuses?: InputMaybe<ReadonlyArray<AssessmentStatus>>;
  readonly subject?: InputMaybe<Scalars['String']['input']>;
  readonly subjectsBelow?: InputMaybe<Scalars['String']['input']>;
};

export type AssessmentInputKind =
  | 'ATTAINMENT'
  | 'AT_RISK_FROM'
  | 'BASELINE'
  | 'DEMANDED'
  | 'EXPECTED'
  | 'FIGURE'
  | 'JUDGEMENT'
  | 'ON_TRACK_FROM'
  | 'PACE'
  | 'POINT_AFTER'
  | 'POINT_BEFORE';

export type AssessmentOrder = {
  readonly by?: AssessmentSort;
  readonly direction?: SortDirection;
};

export type AssessmentSort =
  | 'ATTAINMENT'
  | 'CODE'
  | 'DUE_ON'
  | 'PACE'
  | 'STATUS';

export type AssessmentStatus =
  | 'ACHIEVED'
  | 'AT_RISK'
  | 'INCOMPLETE'
  | 'MISSED'
  | 'NEEDS_JUDGEMENT'
  | 'NO_DATA'
  | 'NO_TARGET'
  | 'OFF_TRACK'
  | 'ON_TRACK';

export type AssignIndicatorLeadInput = {
  readonly indicators: ReadonlyArray<SeenIndicatorInput>;
  readonly lead?: InputMaybe<Scalars['String']['input']>;
};

export type AssignReportingInput = {
  readonly dryRun?: Scalars['Boolean']['input'];
  readonly indicators: ReadonlyArray<Scalars['String']['input']>;
  readonly periodKind?: InputMaybe<PeriodKind>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly regime?: Regime;
  readonly reporter?: InputMaybe<Scalars['String']['input']>;
  readonly subjects: ReadonlyArray<Scalars['String']['input']>;
  readonly validFrom: Scalars['Date']['input'];
  readonly validUntil?: InputMaybe<Scalars['Date']['input']>;
};

export type AttainmentMethod =
  | 'FROM_BASELINE'
  | 'OF_TARGET';

export type AuditTrailFilter = {
  readonly actions?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly actor?: InputMaybe<Scalars['ID']['input']>;
  readonly actorKinds?: InputMaybe<ReadonlyArray<ActorKind>>;
  readonly address?: InputMaybe<Scalars['String']['input']>;
  readonly from?: InputMaybe<Scalars['DateTime']['input']>;
  readonly nouns?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly object?: InputMaybe<Scalars['ID']['input']>;
  readonly requestId?: InputMaybe<Scalars['String']['input']>;
  readonly session?: InputMaybe<Scalars['ID']['input']>;
  readonly succeeded?: InputMaybe<Scalars['Boolean']['input']>;
  readonly until?: InputMaybe<Scalars['DateTime']['input']>;
};

export type BeginSecondFactorInput = {
  readonly password: Scalars['String']['input'];
};

export type BoundariesInput = {
  readonly of: AreasOf;
  readonly on?: InputMaybe<Scalars['Date']['input']>;
  readonly weights?: InputMaybe<WeightKind>;
};

export type BulkMode =
  | 'ALL_OR_NOTHING'
  | 'ROW_BY_ROW';

export type Cadence =
  | 'BY_DATE'
  | 'EACH_YEAR';

export type CancelImportInput = {
  readonly import: Scalars['ID']['input'];
};

export type ChangeEventKind =
  | 'DELETED'
  | 'RELOAD'
  | 'UPSERT';

export type ChangePasswordInput = {
  readonly currentPassword: Scalars['String']['input'];
  readonly newPassword: Scalars['String']['input'];
};

export type ChangeType =
  | 'ACCOUNT'
  | 'AGENCY'
  | 'DIGITAL_SYSTEM'
  | 'DIRECTIVE'
  | 'DOCUMENT'
  | 'GOAL'
  | 'INDICATOR'
  | 'MEASURE'
  | 'MEASUREMENT'
  | 'NIL_ANSWER'
  | 'NOTIFICATION'
  | 'PERIOD_REPORT'
  | 'PROGRAMME'
  | 'PROGRESS_UPDATE'
  | 'RECOMMENDATION'
  | 'REPORTING_ASSIGNMENT'
  | 'REPORTING_EXTENSION'
  | 'REPORTING_RULE'
  | 'ROLE_GRANT'
  | 'SERVICE_ACCOUNT'
  | 'TARGET'
  | 'UNLOCK_REQUEST';

export type ChaseFilter = {
  readonly agency?: InputMaybe<Scalars['String']['input']>;
  readonly period?: InputMaybe<Scalars['Period']['input']>;
  readonly regime?: InputMaybe<Regime>;
};

export type ChaseInput = {
  readonly agencies: ReadonlyArray<Scalars['String']['input']>;
  readonly period: Scalars['Period']['input'];
  readonly regime?: Regime;
};

export type ChooseNotificationsInput = {
  readonly kinds: ReadonlyArray<NotificationKind>;
  readonly mail?: InputMaybe<MailChoice>;
  readonly push?: InputMaybe<Scalars['Boolean']['input']>;
};

export type CloseAgencyInput = {
  readonly agency: Scalars['ID']['input'];
  readonly clause?: InputMaybe<Scalars['String']['input']>;
  readonly document: Scalars['String']['input'];
  readonly dryRun?: Scalars['Boolean']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly on: Scalars['Date']['input'];
  readonly successor?: InputMaybe<Scalars['String']['input']>;
};

export type CloseStepInput = {
  readonly agency: Scalars['String']['input'];
  readonly successor?: InputMaybe<Scalars['String']['input']>;
};

export type Comparator =
  | 'AT_LEAST'
  | 'AT_MOST'
  | 'BETWEEN'
  | 'EXACTLY'
  | 'LESS_THAN'
  | 'MORE_THAN';

export type ComparatorRule =
  | 'AS_STATED'
  | 'REACHED_IS_AT_LEAST'
  | 'REACHED_IS_AT_MOST';

export type CompletenessBy =
  | 'GROUP'
  | 'INDICATOR'
  | 'PERIOD'
  | 'REPORTER';

export type ComputationFilter = {
  readonly regime?: InputMaybe<Regime>;
  readonly states?: InputMaybe<ReadonlyArray<ComputationState>>;
  readonly subject?: InputMaybe<Scalars['String']['input']>;
};

export type ComputationGap =
  | 'DIVISION_BY_ZERO'
  | 'MISSING_INPUT'
  | 'OUT_OF_BOUNDS';

export type ComputationState =
  | 'COMPUTED'
  | 'INCOMPLETE';

export type ConfirmDoneInput = {
  readonly directive: Scalars['ID']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
};

export type ConfirmSecondFactorInput = {
  readonly code: Scalars['String']['input'];
};

export type CoordinatorInput = {
  readonly agency?: InputMaybe<Scalars['String']['input']>;
  readonly words?: InputMaybe<Scalars['String']['input']>;
};

export type CorrectMeasurementInput = {
  readonly attachments?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  readonly breakdown?: ReadonlyArray<ItemFigureInput>;
  readonly comment?: InputMaybe<Scalars['String']['input']>;
  readonly denominator?: InputMaybe<Scalars['Decimal']['input']>;
  readonly expectedVersion: Scalars['Int']['input'];
  readonly measurement: Scalars['ID']['input'];
  readonly narrative?: InputMaybe<Scalars['String']['input']>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly numerator?: InputMaybe<Scalars['Decimal']['input']>;
  readonly observation: Observation;
  readonly reason: Scalars['String']['input'];
  readonly submit?: Scalars['Boolean']['input'];
  readonly value?: InputMaybe<Scalars['Decimal']['input']>;
};

export type CorrectMeasurementsInput = {
  readonly mode: BulkMode;
  readonly rows: ReadonlyArray<MeasurementCorrectionInput>;
  readonly submit?: Scalars['Boolean']['input'];
};

export type CreateAccountInput = {
  readonly agency?: InputMaybe<Scalars['String']['input']>;
  readonly email?: InputMaybe<Scalars['String']['input']>;
  readonly fullName: Scalars['String']['input'];
  readonly language?: Language;
  readonly login: Scalars['String']['input'];
};

export type CreateServiceAccountInput = {
  readonly agency: Scalars['String']['input'];
  readonly code: Scalars['String']['input'];
  readonly name: Scalars['String']['input'];
  readonly scopes: ReadonlyArray<ServiceScope>;
  readonly withBelow?: Scalars['Boolean']['input'];
};

export type CreateWebhookInput = {
  readonly agency?: InputMaybe<Scalars['String']['input']>;
  readonly programme?: InputMaybe<Scalars['String']['input']>;
  readonly serviceAccount: Scalars['ID']['input'];
  readonly types?: InputMaybe<ReadonlyArray<ChangeType>>;
  readonly url: Scalars['String']['input'];
};

export type DatePrecision =
  | 'DAY'
  | 'HALF_YEAR'
  | 'MONTH'
  | 'NONE'
  | 'QUARTER'
  | 'YEAR';

export type DeadlineCadence =
  | 'MONTHLY'
  | 'QUARTERLY'
  | 'YEARLY';

export type DeadlineInput = {
  readonly comment?: InputMaybe<Scalars['String']['input']>;
  readonly on?: InputMaybe<Scalars['Date']['input']>;
  readonly operator?: DeadlineOperator;
  readonly precision?: DatePrecision;
  readonly words?: InputMaybe<Scalars['String']['input']>;
};

export type DeadlineOperator =
  | 'BEFORE'
  | 'BY'
  | 'DURING'
  | 'EXPECTED'
  | 'WITHIN';

export type DecideExtensionInput = {
  readonly counterOn?: InputMaybe<Scalars['Date']['input']>;
  readonly decision: ExtensionDecision;
  readonly expectedVersion: Scalars['Int']['input'];
  readonly extensionRequest: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
};

export type DecideUnlockInput = {
  readonly approve: Scalars['Boolean']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly expiresOn?: InputMaybe<Scalars['Date']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly unlockRequest: Scalars['ID']['input'];
};

export type DefineDigitalSystemInput = {
  readonly agency?: InputMaybe<Scalars['String']['input']>;
  readonly clauses: ReadonlyArray<DigitalSystemClauseInput>;
  readonly code: Scalars['String']['input'];
  readonly givesFigures?: InputMaybe<Scalars['Boolean']['input']>;
  readonly indicators?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly kind: DigitalSystemKind;
  readonly nameEn: Scalars['String']['input'];
  readonly nameVi: Scalars['String']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly owner?: InputMaybe<Scalars['String']['input']>;
  readonly properName?: Scalars['Boolean']['input'];
  readonly province?: InputMaybe<Scalars['String']['input']>;
  readonly relatedDocuments?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly responsible?: InputMaybe<Scalars['String']['input']>;
  readonly takesFigures?: InputMaybe<Scalars['Boolean']['input']>;
  readonly wantedEn?: InputMaybe<Scalars['String']['input']>;
  readonly wantedVi?: InputMaybe<Scalars['String']['input']>;
};

export type DefineDimensionInput = {
  readonly code: Scalars['String']['input'];
  readonly items: ReadonlyArray<DimensionItemInput>;
  readonly nameEn: Scalars['String']['input'];
  readonly nameVi: Scalars['String']['input'];
};

export type DefineGoalInput = {
  readonly assessedBy?: InputMaybe<Scalars['String']['input']>;
  readonly clause: Scalars['String']['input'];
  readonly document: Scalars['String']['input'];
  readonly indicators?: InputMaybe<ReadonlyArray<ServedIndicatorInput>>;
  readonly item?: InputMaybe<Scalars['String']['input']>;
  readonly kind: GoalKind;
  readonly mentionedDocuments?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly namedBodies?: InputMaybe<ReadonlyArray<NamedBodyInput>>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly period?: InputMaybe<Scalars['Period']['input']>;
  readonly programme: Scalars['String']['input'];
  readonly rating?: InputMaybe<Rating>;
  readonly summaryEn: Scalars['String']['input'];
  readonly summaryVi: Scalars['String']['input'];
  readonly titleEn: Scalars['String']['input'];
  readonly titleVi: Scalars['String']['input'];
  readonly topics?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

export type DefineIndicatorInput = {
  readonly aggregation: Aggregation;
  readonly code: Scalars['String']['input'];
  readonly decimals?: Scalars['Int']['input'];
  readonly definition: IndicatorDefinitionInput;
  readonly direction: Direction;
  readonly frequency: PeriodKind;
  readonly group?: InputMaybe<Scalars['String']['input']>;
  readonly interpolation?: InputMaybe<Interpolation>;
  readonly lead?: InputMaybe<Scalars['String']['input']>;
  readonly lowerBound?: InputMaybe<Scalars['Decimal']['input']>;
  readonly nameEn: Scalars['String']['input'];
  readonly nameVi: Scalars['String']['input'];
  readonly nature: Nature;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly partDecimals?: InputMaybe<Scalars['Int']['input']>;
  readonly programme?: InputMaybe<Scalars['String']['input']>;
  readonly regime?: Regime;
  readonly unit: Unit;
  readonly upperBound?: InputMaybe<Scalars['Decimal']['input']>;
  readonly valueKind: ValueKind;
};

export type DefineIndicatorRuleInput = {
  readonly clause?: InputMaybe<Scalars['String']['input']>;
  readonly code: Scalars['String']['input'];
  readonly comparator: Comparator;
  readonly document?: InputMaybe<Scalars['String']['input']>;
  readonly left: Scalars['String']['input'];
  readonly right: Scalars['String']['input'];
  readonly validFrom?: InputMaybe<Scalars['Date']['input']>;
  readonly wordsEn: Scalars['String']['input'];
  readonly wordsVi: Scalars['String']['input'];
};

export type DefineMeasureInput = {
  readonly assigner?: InputMaybe<Scalars['String']['input']>;
  readonly clause: Scalars['String']['input'];
  readonly document: Scalars['String']['input'];
  readonly expectedOutput?: InputMaybe<Scalars['String']['input']>;
  readonly headingClause?: InputMaybe<Scalars['String']['input']>;
  readonly headingEn?: InputMaybe<Scalars['String']['input']>;
  readonly headingVi?: InputMaybe<Scalars['String']['input']>;
  readonly horizon?: InputMaybe<Scalars['String']['input']>;
  readonly indicators?: InputMaybe<ReadonlyArray<ServedIndicatorInput>>;
  readonly item?: InputMaybe<Scalars['String']['input']>;
  readonly mentionedDocuments?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly namedBodies?: InputMaybe<ReadonlyArray<NamedBodyInput>>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly programme: Scalars['String']['input'];
  readonly recurrence?: InputMaybe<Scalars['String']['input']>;
  readonly summaryEn: Scalars['String']['input'];
  readonly summaryVi: Scalars['String']['input'];
  readonly systems?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly titleEn: Scalars['String']['input'];
  readonly titleVi: Scalars['String']['input'];
  readonly topics?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

export type DefineProgrammeInput = {
  readonly code: Scalars['String']['input'];
  readonly endsOn?: InputMaybe<Scalars['Date']['input']>;
  readonly fourEyes?: Scalars['Boolean']['input'];
  readonly groups?: ReadonlyArray<IndicatorGroupInput>;
  readonly jurisdiction: Scalars['String']['input'];
  readonly nameEn: Scalars['String']['input'];
  readonly nameVi: Scalars['String']['input'];
  readonly startsOn?: InputMaybe<Scalars['Date']['input']>;
};

export type DefineReportingRuleInput = {
  readonly adHoc?: InputMaybe<Scalars['Boolean']['input']>;
  readonly also?: InputMaybe<Scalars['String']['input']>;
  readonly cadences?: InputMaybe<ReadonlyArray<ReportingCadenceInput>>;
  readonly clause: Scalars['String']['input'];
  readonly document: Scalars['String']['input'];
  readonly inForce?: InputMaybe<Scalars['Boolean']['input']>;
  readonly item: Scalars['String']['input'];
  readonly kind: ReportingKind;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly onRequest?: InputMaybe<Scalars['Boolean']['input']>;
  readonly recipients?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly reporters?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

export type DefinitionDimensionInput = {
  readonly addsUp: Scalars['Boolean']['input'];
  readonly dimension: Scalars['String']['input'];
};

export type DefinitionMethod =
  | 'COMPOSITE'
  | 'FORMULA'
  | 'REPORTED';

export type DefinitionParameterInput = {
  readonly name: Scalars['String']['input'];
  readonly value: Scalars['String']['input'];
};

export type DelegateDirectiveInput = {
  readonly directive: Scalars['ID']['input'];
  readonly part: DirectivePartInput;
};

export type DeleteImportMappingInput = {
  readonly expectedVersion: Scalars['Int']['input'];
  readonly mapping: Scalars['ID']['input'];
};

export type DependencyInput = {
  readonly directive?: InputMaybe<Scalars['String']['input']>;
  readonly document?: InputMaybe<Scalars['String']['input']>;
};

export type DifferenceChange =
  | 'ADDED'
  | 'CHANGED'
  | 'REMOVED';

export type DifferenceFilter = {
  readonly changes?: InputMaybe<ReadonlyArray<DifferenceChange>>;
  readonly kinds?: InputMaybe<ReadonlyArray<DifferenceKind>>;
};

export type DifferenceKind =
  | 'DEADLINE'
  | 'FIGURE'
  | 'TARGET';

export type DigitalSystemClauseInput = {
  readonly clause: Scalars['String']['input'];
  readonly document: Scalars['String']['input'];
};

export type DigitalSystemFilter = {
  readonly agency?: InputMaybe<Scalars['String']['input']>;
  readonly document?: InputMaybe<Scalars['String']['input']>;
  readonly exchangesFigures?: InputMaybe<Scalars['Boolean']['input']>;
  readonly indicator?: InputMaybe<Scalars['String']['input']>;
  readonly kinds?: InputMaybe<ReadonlyArray<DigitalSystemKind>>;
  readonly province?: InputMaybe<Scalars['String']['input']>;
  readonly text?: InputMaybe<Scalars['String']['input']>;
};

export type DigitalSystemKind =
  | 'ANALYTICS'
  | 'CATALOGUE'
  | 'COMMUNICATION'
  | 'DATABASE'
  | 'DATA_CENTRE'
  | 'DATA_SERVICE'
  | 'DATA_WAREHOUSE'
  | 'EXTERNAL_INDEX'
  | 'HEALTH_RECORD'
  | 'HEALTH_SYSTEM'
  | 'IDENTITY'
  | 'INDICATOR_SET'
  | 'INFORMATION_SYSTEM'
  | 'INFRASTRUCTURE'
  | 'INTEGRATION_PLATFORM'
  | 'LABOUR'
  | 'LEARNING'
  | 'MARKETPLACE'
  | 'MEASUREMENT_PROGRAMME'
  | 'MONITORING_SYSTEM'
  | 'OPERATIONS_CENTRE'
  | 'PARTICIPATION'
  | 'PAYMENT'
  | 'PORTAL'
  | 'PRODUCT'
  | 'PUBLIC_SERVICE'
  | 'RESEARCH_NETWORK'
  | 'SECURITY'
  | 'TRACEABILITY'
  | 'TRUST_SERVICE'
  | 'WORK_SYSTEM';

export type DimensionItemInput = {
  readonly code: Scalars['String']['input'];
  readonly nameEn: Scalars['String']['input'];
  readonly nameVi: Scalars['String']['input'];
};

export type Direction =
  | 'HIGHER_IS_BETTER'
  | 'LOWER_IS_BETTER'
  | 'NEUTRAL';

export type DirectiveEventFilter = {
  readonly kinds?: InputMaybe<ReadonlyArray<DirectiveEventKind>>;
};

export type DirectiveEventKind =
  | 'ACCEPTED'
  | 'CANCELLED'
  | 'COMPLETED'
  | 'COUNTER_ACCEPTED'
  | 'COUNTER_DECLINED'
  | 'DEADLINE_SET'
  | 'DELEGATED'
  | 'EXTENSION_APPROVED'
  | 'EXTENSION_COUNTERED'
  | 'EXTENSION_REFUSED'
  | 'EXTENSION_REQUESTED'
  | 'INPUT_GIVEN'
  | 'INPUT_REQUESTED'
  | 'ISSUED'
  | 'PROGRESS_REPORTED'
  | 'REPORTED_DONE'
  | 'SENT_BACK'
  | 'TRANSFERRED'
  | 'UNBLOCKED';

export type DirectiveEventOrder = {
  readonly direction?: SortDirection;
};

export type DirectiveFilter = {
  readonly agencySubtree?: InputMaybe<Scalars['String']['input']>;
  readonly coordinator?: InputMaybe<Scalars['String']['input']>;
  readonly document?: InputMaybe<Scalars['String']['input']>;
  readonly dueFrom?: InputMaybe<Scalars['Date']['input']>;
  readonly dueUntil?: InputMaybe<Scalars['Date']['input']>;
  readonly hasDeadline?: InputMaybe<Scalars['Boolean']['input']>;
  readonly indicator?: InputMaybe<Scalars['String']['input']>;
  readonly kinds?: InputMaybe<ReadonlyArray<DirectiveKind>>;
  readonly lead?: InputMaybe<Scalars['String']['input']>;
  readonly on?: InputMaybe<Scalars['Date']['input']>;
  readonly programme?: InputMaybe<Scalars['String']['input']>;
  readonly stateSources?: InputMaybe<ReadonlyArray<StateSource>>;
  readonly states?: InputMaybe<ReadonlyArray<DirectiveState>>;
  readonly text?: InputMaybe<Scalars['String']['input']>;
  readonly timeliness?: InputMaybe<ReadonlyArray<Timeliness>>;
};

export type DirectiveKind =
  | 'DIRECTIVE'
  | 'MEASURE'
  | 'PLANNED_TASK'
  | 'REPORTED_TASK'
  | 'REPORTING'
  | 'RESOURCES'
  | 'STANDING_DUTY';

export type DirectiveOrder = {
  readonly by?: DirectiveSort;
  readonly direction?: SortDirection;
};

export type DirectivePartInput = {
  readonly content?: InputMaybe<Scalars['String']['input']>;
  readonly coordinators?: ReadonlyArray<CoordinatorInput>;
  readonly deadline?: InputMaybe<DeadlineInput>;
  readonly expectedOutput?: InputMaybe<Scalars['String']['input']>;
  readonly indicators?: ReadonlyArray<Scalars['String']['input']>;
  readonly leads: ReadonlyArray<Scalars['String']['input']>;
  readonly title: Scalars['String']['input'];
};

export type DirectivePriority =
  | 'NORMAL'
  | 'URGENT';

export type DirectiveReasonInput = {
  readonly directive: Scalars['ID']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly reason: Scalars['String']['input'];
};

export type DirectiveSort =
  | 'CODE'
  | 'DUE_ON'
  | 'POSITION';

export type DirectiveState =
  | 'ASSIGNED'
  | 'CANCELLED'
  | 'COMPLETED'
  | 'IN_PROGRESS'
  | 'REPORTED_DONE';

export type DocumentFilter = {
  readonly issuedFrom?: InputMaybe<Scalars['Date']['input']>;
  readonly issuedUntil?: InputMaybe<Scalars['Date']['input']>;
  readonly issuer?: InputMaybe<Scalars['String']['input']>;
  readonly kinds?: InputMaybe<ReadonlyArray<DocumentKind>>;
  readonly programme?: InputMaybe<Scalars['String']['input']>;
  readonly province?: InputMaybe<Scalars['String']['input']>;
  readonly statuses?: InputMaybe<ReadonlyArray<DocumentStatus>>;
  readonly symbol?: InputMaybe<Scalars['String']['input']>;
  readonly text?: InputMaybe<Scalars['String']['input']>;
};

export type DocumentKind =
  | 'ACTION_PLAN'
  | 'AGREEMENT'
  | 'CIRCULAR'
  | 'CONCLUSION'
  | 'DECISION'
  | 'DECREE'
  | 'INDICATOR_SET'
  | 'LAW'
  | 'LIST'
  | 'NEWS'
  | 'NOTICE'
  | 'OFFICIAL_LETTER'
  | 'PLAN'
  | 'PROGRAMME'
  | 'REGULATION'
  | 'REPORT'
  | 'RESOLUTION'
  | 'SCHEME'
  | 'STRATEGY'
  | 'SUBMISSION';

export type DocumentMeetingInput = {
  readonly aboutEn: Scalars['String']['input'];
  readonly aboutVi: Scalars['String']['input'];
  readonly chair?: InputMaybe<Scalars['String']['input']>;
  readonly heldOn: Scalars['Date']['input'];
  readonly heldWords: Scalars['String']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly place?: InputMaybe<Scalars['String']['input']>;
};

export type DocumentOfficeInput = {
  readonly agency?: InputMaybe<Scalars['String']['input']>;
  readonly asPrinted?: InputMaybe<Scalars['String']['input']>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly officeEn: Scalars['String']['input'];
  readonly officeVi: Scalars['String']['input'];
  readonly role: OfficeRole;
};

export type DocumentOrder = {
  readonly by?: DocumentSort;
  readonly direction?: SortDirection;
};

export type DocumentRelationInput = {
  readonly agency?: InputMaybe<Scalars['String']['input']>;
  readonly clause?: InputMaybe<Scalars['String']['input']>;
  readonly document?: InputMaybe<Scalars['String']['input']>;
  readonly kind: DocumentRelationKind;
};

export type DocumentRelationKind =
  | 'AMENDS'
  | 'APPROVES'
  | 'DIRECTS_IMPLEMENTATION_OF'
  | 'ESTABLISHES'
  | 'FOLLOWS'
  | 'IMPLEMENTS'
  | 'PROPOSES'
  | 'REFERENCES'
  | 'REPLACES'
  | 'REPORTS_ON'
  | 'RESPONDS_TO'
  | 'REVOKES'
  | 'SUBMITTED_TO';

export type DocumentSort =
  | 'CODE'
  | 'ISSUED_ON';

export type DocumentStatus =
  | 'DRAFT'
  | 'ISSUED'
  | 'PLANNED'
  | 'REPLACED'
  | 'REVOKED'
  | 'UNKNOWN';

export type DraftMeasurementInput = {
  readonly attachments?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  readonly breakdown?: ReadonlyArray<ItemFigureInput>;
  readonly comment?: InputMaybe<Scalars['String']['input']>;
  readonly denominator?: InputMaybe<Scalars['Decimal']['input']>;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly indicator: Scalars['String']['input'];
  readonly narrative?: InputMaybe<Scalars['String']['input']>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly numerator?: InputMaybe<Scalars['Decimal']['input']>;
  readonly observation: Observation;
  readonly period: Scalars['Period']['input'];
  readonly regime?: Regime;
  readonly reporter?: InputMaybe<Scalars['String']['input']>;
  readonly subject: Scalars['String']['input'];
  readonly submit?: Scalars['Boolean']['input'];
  readonly value?: InputMaybe<Scalars['Decimal']['input']>;
};

export type DraftMeasurementsInput = {
  readonly mode: BulkMode;
  readonly rows: ReadonlyArray<MeasurementDraftInput>;
  readonly submit?: Scalars['Boolean']['input'];
};

export type EndIndicatorRuleInput = {
  readonly expectedVersion: Scalars['Int']['input'];
  readonly rule: Scalars['String']['input'];
  readonly validUntil: Scalars['Date']['input'];
};

export type EndReportingAssignmentInput = {
  readonly assignment: Scalars['ID']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly validUntil: Scalars['Date']['input'];
};

export type EndRoleInput = {
  readonly grant: Scalars['ID']['input'];
  readonly validUntil?: InputMaybe<Scalars['Date']['input']>;
};

export type EndServiceSecretInput = {
  readonly secret: Scalars['ID']['input'];
};

export type EndSessionInput = {
  readonly session: Scalars['ID']['input'];
};

export type EndorseJudgementInput = {
  readonly expectedVersion: Scalars['Int']['input'];
  readonly judgement: Scalars['ID']['input'];
};

export type EndorseMeasurementInput = {
  readonly contentHash: Scalars['String']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly measurement: Scalars['ID']['input'];
};

export type EndorseMeasurementsInput = {
  readonly mode: BulkMode;
  readonly rows: ReadonlyArray<EndorseMeasurementInput>;
};

export type ExistenceState =
  | 'MERGED_AWAY'
  | 'PROPOSED'
  | 'TO_BE_ESTABLISHED'
  | 'TO_BE_ESTABLISHED_OR_UPGRADED';

export type ExpectationRule =
  | 'COMPOUND'
  | 'EACH_YEAR'
  | 'LINEAR'
  | 'PRO_RATA'
  | 'STEP';

export type ExtendReportingInput = {
  readonly dueOn: Scalars['Date']['input'];
  readonly period: Scalars['Period']['input'];
  readonly reason: Scalars['String']['input'];
  readonly regime?: Regime;
  readonly reporter?: InputMaybe<Scalars['String']['input']>;
};

export type ExtensionDecision =
  | 'APPROVE'
  | 'COUNTER'
  | 'REFUSE';

export type ExtensionState =
  | 'APPROVED'
  | 'COUNTERED'
  | 'COUNTER_ACCEPTED'
  | 'COUNTER_DECLINED'
  | 'LAPSED'
  | 'REFUSED'
  | 'REQUESTED';

export type FollowIndicatorsInput = {
  readonly indicators: ReadonlyArray<FollowedIndicatorInput>;
  readonly programme: Scalars['String']['input'];
};

export type FollowedIndicatorInput = {
  readonly group?: InputMaybe<Scalars['String']['input']>;
  readonly indicator: Scalars['String']['input'];
};

export type GiveInputInput = {
  readonly answer: Scalars['String']['input'];
  readonly inputRequest: Scalars['ID']['input'];
};

export type GoalFilter = {
  readonly document?: InputMaybe<Scalars['String']['input']>;
  readonly indicator?: InputMaybe<Scalars['String']['input']>;
  readonly kinds?: InputMaybe<ReadonlyArray<GoalKind>>;
  readonly programme?: InputMaybe<Scalars['String']['input']>;
  readonly text?: InputMaybe<Scalars['String']['input']>;
};

export type GoalKind =
  | 'ASSESSMENT'
  | 'GENERAL_GOAL'
  | 'PURPOSE'
  | 'REQUIREMENT';

export type GrantRoleInput = {
  readonly account: Scalars['ID']['input'];
  readonly agency?: InputMaybe<Scalars['String']['input']>;
  readonly role: Role;
  readonly validFrom?: InputMaybe<Scalars['Date']['input']>;
  readonly validUntil?: InputMaybe<Scalars['Date']['input']>;
  readonly withBelow?: Scalars['Boolean']['input'];
};

export type Grantee =
  | 'ADMINISTRATOR'
  | 'HEAD'
  | 'INSPECTOR'
  | 'LEADER'
  | 'PUBLIC'
  | 'REPORTER'
  | 'SERVICE'
  | 'STANDING_OFFICE'
  | 'USER';

export type GroupMemberInput = {
  readonly agency: Scalars['String']['input'];
  readonly stated?: Scalars['Boolean']['input'];
};

export type HolidayInput = {
  readonly day: Scalars['Date']['input'];
  readonly document?: InputMaybe<Scalars['String']['input']>;
  readonly kind: HolidayKind;
  readonly nameEn: Scalars['String']['input'];
  readonly nameVi: Scalars['String']['input'];
  readonly provisional?: Scalars['Boolean']['input'];
  readonly source: Scalars['String']['input'];
};

export type HolidayKind =
  | 'IN_LIEU'
  | 'LUNAR'
  | 'SOLAR'
  | 'SWAPPED'
  | 'WORKING';

export type ImportColumnInput = {
  readonly field: Scalars['String']['input'];
  readonly heading: Scalars['String']['input'];
};

export type ImportErrorFilter = {
  readonly codes?: InputMaybe<ReadonlyArray<ViolationCode>>;
};

export type ImportFilter = {
  readonly agency?: InputMaybe<Scalars['String']['input']>;
  readonly period?: InputMaybe<Scalars['Period']['input']>;
  readonly states?: InputMaybe<ReadonlyArray<ImportState>>;
};

export type ImportKind =
  | 'FIGURES'
  | 'PROGRESS';

export type ImportMappingFilter = {
  readonly agency?: InputMaybe<Scalars['String']['input']>;
  readonly kind?: InputMaybe<ImportKind>;
};

export type ImportState =
  | 'CANCELLED'
  | 'DONE'
  | 'FAILED'
  | 'REFUSED'
  | 'RUNNING'
  | 'WAITING';

export type IndexComponentInput = {
  readonly code: Scalars['String']['input'];
  readonly indicator?: InputMaybe<Scalars['String']['input']>;
  readonly maximum?: InputMaybe<Scalars['Decimal']['input']>;
  readonly minimum?: InputMaybe<Scalars['Decimal']['input']>;
  readonly nameEn: Scalars['String']['input'];
  readonly nameVi: Scalars['String']['input'];
  readonly weight: Scalars['Decimal']['input'];
};

export type IndicatorDefinitionInput = {
  readonly clause?: InputMaybe<Scalars['String']['input']>;
  readonly components?: ReadonlyArray<IndexComponentInput>;
  readonly denominator?: InputMaybe<Scalars['String']['input']>;
  readonly dimensions?: ReadonlyArray<DefinitionDimensionInput>;
  readonly document?: InputMaybe<Scalars['String']['input']>;
  readonly formula?: InputMaybe<Scalars['String']['input']>;
  readonly parameters?: ReadonlyArray<DefinitionParameterInput>;
  readonly textEn: Scalars['String']['input'];
  readonly textVi: Scalars['String']['input'];
};

export type IndicatorFilter = {
  readonly codes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly frequencies?: InputMaybe<ReadonlyArray<PeriodKind>>;
  readonly group?: InputMaybe<Scalars['String']['input']>;
  readonly lead?: InputMaybe<Scalars['String']['input']>;
  readonly programme?: InputMaybe<Scalars['String']['input']>;
  readonly text?: InputMaybe<Scalars['String']['input']>;
  readonly valueKinds?: InputMaybe<ReadonlyArray<ValueKind>>;
};

export type IndicatorGroupFilter = {
  readonly programme?: InputMaybe<Scalars['String']['input']>;
};

export type IndicatorGroupInput = {
  readonly code: Scalars['String']['input'];
  readonly nameEn: Scalars['String']['input'];
  readonly nameVi: Scalars['String']['input'];
};

export type IndicatorOrder = {
  readonly by?: IndicatorSort;
  readonly direction?: SortDirection;
};

export type IndicatorSort =
  | 'CODE'
  | 'NAME'
  | 'POSITION';

export type Interpolation =
  | 'COMPOUND'
  | 'LINEAR'
  | 'STEP';

export type IssueDirectiveInput = {
  readonly assigner: Scalars['String']['input'];
  readonly clause: Scalars['String']['input'];
  readonly content?: InputMaybe<Scalars['String']['input']>;
  readonly coordinators?: ReadonlyArray<CoordinatorInput>;
  readonly deadline?: InputMaybe<DeadlineInput>;
  readonly dependsOn?: ReadonlyArray<DependencyInput>;
  readonly document: Scalars['String']['input'];
  readonly expectedOutput?: InputMaybe<Scalars['String']['input']>;
  readonly indicators?: ReadonlyArray<Scalars['String']['input']>;
  readonly kind?: DirectiveKind;
  readonly leads?: ReadonlyArray<Scalars['String']['input']>;
  readonly parts?: ReadonlyArray<DirectivePartInput>;
  readonly priority?: DirectivePriority;
  readonly programme: Scalars['String']['input'];
  readonly title: Scalars['String']['input'];
  readonly visibility: Visibility;
};

export type ItemFigureInput = {
  readonly denominator?: InputMaybe<Scalars['Decimal']['input']>;
  readonly dimension: Scalars['String']['input'];
  readonly item: Scalars['String']['input'];
  readonly numerator?: InputMaybe<Scalars['Decimal']['input']>;
  readonly value?: InputMaybe<Scalars['Decimal']['input']>;
};

export type JudgeTargetInput = {
  readonly evidence: Scalars['String']['input'];
  readonly judgedOn: Scalars['Date']['input'];
  readonly reason: Scalars['String']['input'];
  readonly target: Scalars['ID']['input'];
  readonly verdict: Verdict;
};

export type JudgementDecision =
  | 'ENDORSED'
  | 'PROPOSED'
  | 'RETURNED';

export type JudgementFilter = {
  readonly states?: InputMaybe<ReadonlyArray<JudgementDecision>>;
  readonly verdicts?: InputMaybe<ReadonlyArray<Verdict>>;
};

export type Language =
  | 'EN'
  | 'VI';

export type LeadBasis =
  | 'EXPLICIT'
  | 'IMPLIED'
  | 'JOINT'
  | 'NOT_STATED'
  | 'OPENING_SENTENCE';

export type LocationInput = {
  readonly latitude: Scalars['Float']['input'];
  readonly longitude: Scalars['Float']['input'];
};

export type MailChoice =
  | 'AT_ONCE'
  | 'DAILY'
  | 'NEVER'
  | 'WEEKLY';

export type MarkNotificationsReadInput = {
  readonly notifications: ReadonlyArray<Scalars['ID']['input']>;
};

export type MeasureFilter = {
  readonly document?: InputMaybe<Scalars['String']['input']>;
  readonly heading?: InputMaybe<Scalars['String']['input']>;
  readonly indicator?: InputMaybe<Scalars['String']['input']>;
  readonly programme?: InputMaybe<Scalars['String']['input']>;
  readonly system?: InputMaybe<Scalars['String']['input']>;
  readonly text?: InputMaybe<Scalars['String']['input']>;
};

export type MeasurementCorrectionInput = {
  readonly attachments?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  readonly breakdown?: ReadonlyArray<ItemFigureInput>;
  readonly comment?: InputMaybe<Scalars['String']['input']>;
  readonly denominator?: InputMaybe<Scalars['Decimal']['input']>;
  readonly expectedVersion: Scalars['Int']['input'];
  readonly measurement: Scalars['ID']['input'];
  readonly narrative?: InputMaybe<Scalars['String']['input']>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly numerator?: InputMaybe<Scalars['Decimal']['input']>;
  readonly observation: Observation;
  readonly reason: Scalars['String']['input'];
  readonly value?: InputMaybe<Scalars['Decimal']['input']>;
};

export type MeasurementDraftInput = {
  readonly attachments?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  readonly breakdown?: ReadonlyArray<ItemFigureInput>;
  readonly comment?: InputMaybe<Scalars['String']['input']>;
  readonly denominator?: InputMaybe<Scalars['Decimal']['input']>;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly indicator: Scalars['String']['input'];
  readonly narrative?: InputMaybe<Scalars['String']['input']>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly numerator?: InputMaybe<Scalars['Decimal']['input']>;
  readonly observation: Observation;
  readonly period: Scalars['Period']['input'];
  readonly regime?: Regime;
  readonly reporter?: InputMaybe<Scalars['String']['input']>;
  readonly subject: Scalars['String']['input'];
  readonly value?: InputMaybe<Scalars['Decimal']['input']>;
};

export type MeasurementFilter = {
  readonly endedBy?: InputMaybe<Scalars['Date']['input']>;
  readonly indicator?: InputMaybe<Scalars['String']['input']>;
  readonly periodKinds?: InputMaybe<ReadonlyArray<PeriodKind>>;
  readonly regime?: InputMaybe<Regime>;
  readonly reporter?: InputMaybe<Scalars['String']['input']>;
  readonly sources?: InputMaybe<ReadonlyArray<Source>>;
  readonly startsFrom?: InputMaybe<Scalars['Date']['input']>;
  readonly states?: InputMaybe<ReadonlyArray<MeasurementState>>;
  readonly subject?: InputMaybe<Scalars['String']['input']>;
};

export type MeasurementOrder = {
  readonly by?: MeasurementSort;
  readonly direction?: SortDirection;
};

export type MeasurementSort =
  | 'PERIOD';

export type MeasurementState =
  | 'DRAFT'
  | 'ENDORSED'
  | 'PUBLISHED'
  | 'RETURNED'
  | 'SUBMITTED'
  | 'WITHDRAWN';

export type MergeAgenciesInput = {
  readonly agencies: ReadonlyArray<SeenAgencyInput>;
  readonly clause?: InputMaybe<Scalars['String']['input']>;
  readonly document: Scalars['String']['input'];
  readonly dryRun?: Scalars['Boolean']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly on: Scalars['Date']['input'];
  readonly successor: Scalars['String']['input'];
};

export type MergeStepInput = {
  readonly agencies: ReadonlyArray<Scalars['String']['input']>;
  readonly successor: Scalars['String']['input'];
};

export type MoveAgencyInput = {
  readonly agency: Scalars['ID']['input'];
  readonly clause?: InputMaybe<Scalars['String']['input']>;
  readonly document: Scalars['String']['input'];
  readonly dryRun?: Scalars['Boolean']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly on: Scalars['Date']['input'];
  readonly parent: Scalars['String']['input'];
};

export type MoveStepInput = {
  readonly agency: Scalars['String']['input'];
  readonly parent: Scalars['String']['input'];
};

export type NamedAgencyInput = {
  readonly agency: Scalars['String']['input'];
  readonly role: NamedRole;
};

export type NamedBodyInput = {
  readonly agency?: InputMaybe<Scalars['String']['input']>;
  readonly words?: InputMaybe<Scalars['String']['input']>;
};

export type NamedRole =
  | 'BENEFICIARY'
  | 'CONSULTED'
  | 'DATA_OWNER'
  | 'DIRECTED'
  | 'GUIDED'
  | 'ISSUING'
  | 'LED'
  | 'SUPPORTED';

export type Nature =
  | 'FLOW'
  | 'STOCK';

export type NilAnswerFilter = {
  readonly period?: InputMaybe<Scalars['Period']['input']>;
  readonly reporter?: InputMaybe<Scalars['String']['input']>;
  readonly standing?: InputMaybe<Scalars['Boolean']['input']>;
};

export type NoAreaFigure =
  | 'DEFINITIONS_DIFFER'
  | 'NOT_ATTRIBUTABLE'
  | 'NOT_COMPUTABLE'
  | 'NOT_SUMMABLE'
  | 'NO_FIGURES';

export type NoProjection =
  | 'ADDS_UP'
  | 'NO_MILESTONE'
  | 'TOO_FEW';

export type NoTotal =
  | 'DEFINITIONS_DIFFER'
  | 'NOT_COMPUTABLE'
  | 'NOT_DIVISIBLE'
  | 'NOT_SUMMABLE'
  | 'NO_FIGURES';

export type NotificationFilter = {
  readonly kinds?: InputMaybe<ReadonlyArray<NotificationKind>>;
  readonly unread?: InputMaybe<Scalars['Boolean']['input']>;
};

export type NotificationKind =
  | 'CHASED'
  | 'COUNTER_ANSWERED'
  | 'DIRECTIVE_ACCEPTED'
  | 'DIRECTIVE_CANCELLED'
  | 'DIRECTIVE_ISSUED'
  | 'DONE_CONFIRMED'
  | 'DONE_REPORTED'
  | 'DUE_SOON'
  | 'DUE_TODAY'
  | 'EXTENSION_DECIDED'
  | 'EXTENSION_REQUESTED'
  | 'FIGURES_ENDORSED'
  | 'FIGURES_PUBLISHED'
  | 'FIGURES_RETURNED'
  | 'INPUT_GIVEN'
  | 'INPUT_OVERDUE'
  | 'INPUT_REQUESTED'
  | 'OVERDUE'
  | 'PART_DELEGATED'
  | 'RECOMMENDATION_ANSWERED'
  | 'SENT_BACK'
  | 'UNBLOCKED'
  | 'UNLOCK_DECIDED'
  | 'WEBHOOK_DISABLED';

export type NotificationParty =
  | 'ADDRESSEE'
  | 'COORDINATOR'
  | 'ISSUER'
  | 'LEAD';

export type NotificationRuleInput = {
  readonly party: NotificationParty;
  readonly role: Role;
  readonly workingDays?: Scalars['Int']['input'];
};

export type ObligationFilter = {
  readonly dueFrom?: InputMaybe<Scalars['Date']['input']>;
  readonly dueTo?: InputMaybe<Scalars['Date']['input']>;
  readonly group?: InputMaybe<Scalars['String']['input']>;
  readonly indicator?: InputMaybe<Scalars['String']['input']>;
  readonly on?: InputMaybe<Scalars['Date']['input']>;
  readonly overdue?: InputMaybe<Scalars['Boolean']['input']>;
  readonly period?: InputMaybe<Scalars['Period']['input']>;
  readonly programme?: InputMaybe<Scalars['String']['input']>;
  readonly regime?: InputMaybe<Regime>;
  readonly reporter?: InputMaybe<Scalars['String']['input']>;
  readonly states?: InputMaybe<ReadonlyArray<ObligationState>>;
  readonly subject?: InputMaybe<Scalars['String']['input']>;
};

export type ObligationState =
  | 'APPROVED'
  | 'DRAFT'
  | 'DUE'
  | 'NIL'
  | 'NOT_DUE'
  | 'RETURNED'
  | 'SUBMITTED';

export type Observation =
  | 'ESTIMATED'
  | 'FINAL'
  | 'PROVISIONAL'
  | 'REVISED';

export type OfficeRole =
  | 'ADDRESSEE'
  | 'AUTHOR'
  | 'CHAIR'
  | 'FILE'
  | 'IMPLEMENTER'
  | 'OFFICE_IN_COMMITTEE'
  | 'PARTICIPANT'
  | 'PRESENTER'
  | 'RECIPIENT'
  | 'REPORTER'
  | 'SIGNER';

export type OpenAgencyInput = {
  readonly block?: InputMaybe<AgencyBlock>;
  readonly clause?: InputMaybe<Scalars['String']['input']>;
  readonly code: Scalars['String']['input'];
  readonly document: Scalars['String']['input'];
  readonly dryRun?: Scalars['Boolean']['input'];
  readonly kind: AgencyKind;
  readonly level?: InputMaybe<AgencyLevel>;
  readonly nameEn?: InputMaybe<Scalars['String']['input']>;
  readonly nameVi: Scalars['String']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly officialCode?: InputMaybe<Scalars['String']['input']>;
  readonly on: Scalars['Date']['input'];
  readonly parent?: InputMaybe<Scalars['String']['input']>;
  readonly province?: InputMaybe<Scalars['String']['input']>;
};

export type OutputRole =
  | 'COMPILED'
  | 'DRAFT'
  | 'EXPECTED'
  | 'ISSUED'
  | 'ISSUED_BEFORE_PERIOD'
  | 'REFERENCE'
  | 'REPLACED'
  | 'SUBMITTED';

export type PassedKind =
  | 'ACCOUNT'
  | 'AGENCY'
  | 'ASSIGNMENT'
  | 'DIRECTIVE'
  | 'INDICATOR'
  | 'RECOMMENDATION'
  | 'ROLE'
  | 'SERVICE_ACCOUNT';

export type PeerFilter = {
  readonly below?: InputMaybe<Scalars['String']['input']>;
  readonly kind?: AgencyKind;
  readonly level?: InputMaybe<AgencyLevel>;
};

export type PeerOrder = {
  readonly by?: PeerSort;
  readonly direction?: SortDirection;
};

export type PeerSort =
  | 'CODE'
  | 'NAME'
  | 'RANK';

export type PeriodKind =
  | 'HALF_YEAR'
  | 'MONTH'
  | 'NINE_MONTHS'
  | 'QUARTER'
  | 'RANGE'
  | 'YEAR';

export type PeriodReportFilter = {
  readonly period?: InputMaybe<Scalars['Period']['input']>;
  readonly programme?: InputMaybe<Scalars['String']['input']>;
  readonly reporter?: InputMaybe<Scalars['String']['input']>;
};

export type PeriodReportOutputInput = {
  readonly document: Scalars['String']['input'];
  readonly role: OutputRole;
};

export type PeriodReportResultInput = {
  readonly clause: Scalars['String']['input'];
  readonly directive?: InputMaybe<Scalars['String']['input']>;
  readonly headingEn?: InputMaybe<Scalars['String']['input']>;
  readonly headingVi?: InputMaybe<Scalars['String']['input']>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly outputs?: ReadonlyArray<PeriodReportOutputInput>;
  readonly recommendation?: InputMaybe<Scalars['String']['input']>;
  readonly remaining?: InputMaybe<Scalars['String']['input']>;
  readonly section: ReportSection;
  readonly state: ReportedState;
  readonly summaryEn?: InputMaybe<Scalars['String']['input']>;
  readonly summaryVi?: InputMaybe<Scalars['String']['input']>;
  readonly titleEn: Scalars['String']['input'];
  readonly titleVi: Scalars['String']['input'];
};

export type PlacementBasis =
  | 'ASSUMED'
  | 'CONTEXT'
  | 'NAME'
  | 'STATED';

export type PlacementBasisInput = {
  readonly basis: PlacementBasis;
  readonly clause?: InputMaybe<Scalars['String']['input']>;
  readonly document?: InputMaybe<Scalars['String']['input']>;
};

export type PlanChangeKind =
  | 'ADDED'
  | 'CARRIED_OVER'
  | 'CHANGED'
  | 'DROPPED'
  | 'PREVIOUS_UNKNOWN';

export type ProgrammeDocumentRole =
  | 'DIRECTION'
  | 'PLAN'
  | 'REPORT'
  | 'RESOLUTION';

export type ProgrammeFilter = {
  readonly jurisdiction?: InputMaybe<Scalars['String']['input']>;
};

export type PublishMeasurementInput = {
  readonly contentHash: Scalars['String']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly measurement: Scalars['ID']['input'];
};

export type PublishMeasurementsInput = {
  readonly mode: BulkMode;
  readonly rows: ReadonlyArray<PublishMeasurementInput>;
};

export type RangePosition =
  | 'ABOVE'
  | 'BELOW'
  | 'WITHIN';

export type RankingOrder = {
  readonly by?: RankingSort;
  readonly direction?: SortDirection;
};

export type RankingPart =
  | 'DIRECTIVES_ON_TIME'
  | 'REPORTS_ANSWERED'
  | 'REPORTS_ON_TIME';

export type RankingSort =
  | 'CODE'
  | 'LATE'
  | 'NAME'
  | 'RANK';

export type Rating =
  | 'MIXED'
  | 'NEGATIVE'
  | 'POSITIVE';

export type Reach =
  | 'ALL'
  | 'HELD'
  | 'OWN'
  | 'PROGRAMME';

export type RecommendInput = {
  readonly clause?: InputMaybe<Scalars['String']['input']>;
  readonly decisionMaker?: InputMaybe<Scalars['String']['input']>;
  readonly document?: InputMaybe<Scalars['String']['input']>;
  readonly from: Scalars['String']['input'];
  readonly item?: InputMaybe<Scalars['String']['input']>;
  readonly kind?: RecommendationKind;
  readonly mentionedDocuments?: ReadonlyArray<Scalars['String']['input']>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly programme?: InputMaybe<Scalars['String']['input']>;
  readonly text: Scalars['String']['input'];
  readonly to?: ReadonlyArray<Scalars['String']['input']>;
  readonly toWords?: InputMaybe<Scalars['String']['input']>;
  readonly topic: Scalars['String']['input'];
  readonly visibility: Visibility;
};

export type RecommendationFilter = {
  readonly document?: InputMaybe<Scalars['String']['input']>;
  readonly from?: InputMaybe<Scalars['String']['input']>;
  readonly kinds?: InputMaybe<ReadonlyArray<RecommendationKind>>;
  readonly programme?: InputMaybe<Scalars['String']['input']>;
  readonly states?: InputMaybe<ReadonlyArray<RecommendationState>>;
  readonly text?: InputMaybe<Scalars['String']['input']>;
  readonly to?: InputMaybe<Scalars['String']['input']>;
};

export type RecommendationKind =
  | 'DIFFICULTY'
  | 'LIMITATION'
  | 'RECOMMENDATION';

export type RecommendationState =
  | 'ACKNOWLEDGED'
  | 'ANSWERED'
  | 'OPEN'
  | 'REFUSED'
  | 'WITHDRAWN';

export type RecordSuccessionInput = {
  readonly clause?: InputMaybe<Scalars['String']['input']>;
  readonly document: Scalars['String']['input'];
  readonly kind: SuccessionKind;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly predecessors: ReadonlyArray<Scalars['String']['input']>;
  readonly successors: ReadonlyArray<Scalars['String']['input']>;
};

export type RecordTargetRevisionInput = {
  readonly clause: Scalars['String']['input'];
  readonly document: Scalars['String']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly previousValue?: InputMaybe<Scalars['Decimal']['input']>;
  readonly revisedBy?: InputMaybe<Scalars['String']['input']>;
  readonly revisedOn?: InputMaybe<Scalars['Date']['input']>;
  readonly target: Scalars['ID']['input'];
};

export type RefreshSessionInput = {
  readonly refreshToken: Scalars['String']['input'];
};

export type RefuseRecommendationInput = {
  readonly expectedVersion: Scalars['Int']['input'];
  readonly reason: Scalars['String']['input'];
  readonly recommendation: Scalars['ID']['input'];
};

export type Regime =
  | 'ADMINISTRATIVE'
  | 'CALENDAR';

export type RegisterAgencyInput = {
  readonly block?: InputMaybe<AgencyBlock>;
  readonly code: Scalars['String']['input'];
  readonly kind: AgencyKind;
  readonly level?: InputMaybe<AgencyLevel>;
  readonly nameEn?: InputMaybe<Scalars['String']['input']>;
  readonly nameVi: Scalars['String']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly officialCode?: InputMaybe<Scalars['String']['input']>;
  readonly openedOn?: InputMaybe<Scalars['Date']['input']>;
  readonly parent?: InputMaybe<Scalars['String']['input']>;
  readonly province?: InputMaybe<Scalars['String']['input']>;
};

export type RegisterDirectiveInput = {
  readonly achievedOutput?: InputMaybe<Scalars['String']['input']>;
  readonly assigner?: InputMaybe<Scalars['String']['input']>;
  readonly clause: Scalars['String']['input'];
  readonly completedOn?: InputMaybe<Scalars['Date']['input']>;
  readonly content?: InputMaybe<Scalars['String']['input']>;
  readonly coordinators?: ReadonlyArray<CoordinatorInput>;
  readonly deadline?: InputMaybe<RegisteredDeadlineInput>;
  readonly dependsOn?: ReadonlyArray<RegisteredDependencyInput>;
  readonly document: Scalars['String']['input'];
  readonly expectedOutput?: InputMaybe<Scalars['String']['input']>;
  readonly indicators?: ReadonlyArray<ServedIndicatorInput>;
  readonly item?: InputMaybe<Scalars['String']['input']>;
  readonly kind?: DirectiveKind;
  readonly leadBasis: LeadBasis;
  readonly leadWords?: InputMaybe<Scalars['String']['input']>;
  readonly leads?: ReadonlyArray<Scalars['String']['input']>;
  readonly mentionedDocuments?: ReadonlyArray<Scalars['String']['input']>;
  readonly namedAgencies?: ReadonlyArray<NamedAgencyInput>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly priority?: DirectivePriority;
  readonly programme: Scalars['String']['input'];
  readonly reportedState?: InputMaybe<DirectiveState>;
  readonly summaryEn?: InputMaybe<Scalars['String']['input']>;
  readonly summaryVi?: InputMaybe<Scalars['String']['input']>;
  readonly title: Scalars['String']['input'];
  readonly visibility: Visibility;
};

export type RegisterDocumentInput = {
  readonly code?: InputMaybe<Scalars['String']['input']>;
  readonly issuedOn?: InputMaybe<Scalars['Date']['input']>;
  readonly issuedPrecision?: InputMaybe<DatePrecision>;
  readonly issuedWords?: InputMaybe<Scalars['String']['input']>;
  readonly issuer?: InputMaybe<Scalars['String']['input']>;
  readonly issuerName?: InputMaybe<Scalars['String']['input']>;
  readonly kind: DocumentKind;
  readonly meetings?: ReadonlyArray<DocumentMeetingInput>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly offices?: ReadonlyArray<DocumentOfficeInput>;
  readonly programme: Scalars['String']['input'];
  readonly province?: InputMaybe<Scalars['String']['input']>;
  readonly relations?: ReadonlyArray<DocumentRelationInput>;
  readonly role?: InputMaybe<ProgrammeDocumentRole>;
  readonly status?: DocumentStatus;
  readonly symbol?: InputMaybe<Scalars['String']['input']>;
  readonly symbolComplete?: Scalars['Boolean']['input'];
  readonly title: Scalars['String']['input'];
  readonly visibility: Visibility;
};

export type RegisterPeriodReportInput = {
  readonly document: Scalars['String']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly period: Scalars['Period']['input'];
  readonly periodWords: Scalars['String']['input'];
  readonly programme: Scalars['String']['input'];
  readonly regime?: Regime;
  readonly reporter: Scalars['String']['input'];
  readonly results?: ReadonlyArray<PeriodReportResultInput>;
  readonly titleEn: Scalars['String']['input'];
  readonly titleVi: Scalars['String']['input'];
  readonly yearInferred?: Scalars['Boolean']['input'];
};

export type RegisterRecommendationInput = {
  readonly answeredBy?: ReadonlyArray<Scalars['String']['input']>;
  readonly clause: Scalars['String']['input'];
  readonly decisionMaker?: InputMaybe<Scalars['String']['input']>;
  readonly document: Scalars['String']['input'];
  readonly from: Scalars['String']['input'];
  readonly item?: InputMaybe<Scalars['String']['input']>;
  readonly kind: RecommendationKind;
  readonly mentionedDocuments?: ReadonlyArray<Scalars['String']['input']>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly state?: RecommendationState;
  readonly text: Scalars['String']['input'];
  readonly to?: ReadonlyArray<Scalars['String']['input']>;
  readonly toWords?: InputMaybe<Scalars['String']['input']>;
  readonly topic: Scalars['String']['input'];
  readonly visibility: Visibility;
};

export type RegisteredDeadlineInput = {
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly on?: InputMaybe<Scalars['Date']['input']>;
  readonly operator?: DeadlineOperator;
  readonly precision?: DatePrecision;
  readonly words: Scalars['String']['input'];
  readonly yearInferred?: Scalars['Boolean']['input'];
};

export type RegisteredDependencyInput = {
  readonly directive?: InputMaybe<Scalars['String']['input']>;
  readonly document?: InputMaybe<Scalars['String']['input']>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
};

export type RelateDocumentsInput = {
  readonly document: Scalars['ID']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly relations: ReadonlyArray<DocumentRelationInput>;
};

export type RemoveHolidayInput = {
  readonly day: Scalars['Date']['input'];
  readonly dryRun?: Scalars['Boolean']['input'];
};

export type RenameAgencyInput = {
  readonly agency: Scalars['ID']['input'];
  readonly clause?: InputMaybe<Scalars['String']['input']>;
  readonly document: Scalars['String']['input'];
  readonly dryRun?: Scalars['Boolean']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly nameEn?: InputMaybe<Scalars['String']['input']>;
  readonly nameVi: Scalars['String']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly on: Scalars['Date']['input'];
};

export type RenameStepInput = {
  readonly agency: Scalars['String']['input'];
  readonly nameEn?: InputMaybe<Scalars['String']['input']>;
  readonly nameVi: Scalars['String']['input'];
};

export type ReorganisationStepInput = {
  readonly close?: InputMaybe<CloseStepInput>;
  readonly merge?: InputMaybe<MergeStepInput>;
  readonly move?: InputMaybe<MoveStepInput>;
  readonly open?: InputMaybe<AgencyToOpenInput>;
  readonly rename?: InputMaybe<RenameStepInput>;
  readonly split?: InputMaybe<SplitStepInput>;
};

export type ReorganiseInput = {
  readonly clause?: InputMaybe<Scalars['String']['input']>;
  readonly document: Scalars['String']['input'];
  readonly dryRun?: Scalars['Boolean']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly on: Scalars['Date']['input'];
  readonly steps: ReadonlyArray<ReorganisationStepInput>;
};

export type ReplacePlanInput = {
  readonly by: Scalars['String']['input'];
  readonly clause?: InputMaybe<Scalars['String']['input']>;
  readonly dryRun?: Scalars['Boolean']['input'];
  readonly effectiveOn: Scalars['Date']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly follow?: Scalars['Boolean']['input'];
  readonly plan: Scalars['ID']['input'];
  readonly previousKnown?: Scalars['Boolean']['input'];
  readonly programme: Scalars['String']['input'];
  readonly targets?: ReadonlyArray<TargetInput>;
};

export type ReplayWebhookInput = {
  readonly after: Scalars['String']['input'];
  readonly webhook: Scalars['ID']['input'];
};

export type ReportDoneInput = {
  readonly attachments?: ReadonlyArray<Scalars['ID']['input']>;
  readonly directive: Scalars['ID']['input'];
  readonly evidence?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion: Scalars['Int']['input'];
  readonly narrative: Scalars['String']['input'];
  readonly unfinishedPartsReason?: InputMaybe<Scalars['String']['input']>;
};

export type ReportObligationFilter = {
  readonly dueFrom?: InputMaybe<Scalars['Date']['input']>;
  readonly dueTo?: InputMaybe<Scalars['Date']['input']>;
  readonly on?: InputMaybe<Scalars['Date']['input']>;
  readonly periodKinds?: InputMaybe<ReadonlyArray<PeriodKind>>;
  readonly reporter?: InputMaybe<Scalars['String']['input']>;
  readonly rule?: InputMaybe<Scalars['String']['input']>;
  readonly states?: InputMaybe<ReadonlyArray<ReportObligationState>>;
};

export type ReportObligationState =
  | 'ANSWERED'
  | 'DUE'
  | 'NOT_DUE'
  | 'OVERDUE';

export type ReportProgressInput = {
  readonly attachments?: ReadonlyArray<Scalars['ID']['input']>;
  readonly directive: Scalars['ID']['input'];
  readonly evidence?: InputMaybe<Scalars['String']['input']>;
  readonly narrative: Scalars['String']['input'];
  readonly obstacles?: InputMaybe<Scalars['String']['input']>;
  readonly percent?: InputMaybe<Scalars['Int']['input']>;
};

export type ReportSection =
  | 'LIMITATIONS'
  | 'PLAN'
  | 'RESULTS';

export type ReportedState =
  | 'DONE'
  | 'IN_PROGRESS'
  | 'NOT_DONE'
  | 'NOT_REPORTED'
  | 'PLANNED';

export type ReportingAssignmentFilter = {
  readonly indicator?: InputMaybe<Scalars['String']['input']>;
  readonly regime?: InputMaybe<Regime>;
  readonly reporter?: InputMaybe<Scalars['String']['input']>;
  readonly subject?: InputMaybe<Scalars['String']['input']>;
};

export type ReportingCadenceInput = {
  readonly cadence: ReportingCadenceKind;
  readonly words: Scalars['String']['input'];
};

export type ReportingCadenceKind =
  | 'BY_REGULATION'
  | 'BY_STAGE'
  | 'END_OF_TERM'
  | 'EVERY_5_YEARS'
  | 'EVERY_30_MONTHS'
  | 'HALF_YEARLY'
  | 'MID_TERM'
  | 'MONTHLY'
  | 'PERIODIC'
  | 'QUARTERLY'
  | 'REGULAR'
  | 'YEARLY';

export type ReportingExtensionFilter = {
  readonly period?: InputMaybe<Scalars['Period']['input']>;
  readonly regime?: InputMaybe<Regime>;
  readonly reporter?: InputMaybe<Scalars['String']['input']>;
};

export type ReportingKind =
  | 'DATA_SUPPLY'
  | 'DRILL'
  | 'EVALUATION'
  | 'FORUM'
  | 'HEARING'
  | 'INSPECTION'
  | 'PLANNING'
  | 'REFLECTION'
  | 'REPORT'
  | 'REVIEW'
  | 'TRAINING';

export type ReportingMatrixFilter = {
  readonly group?: InputMaybe<Scalars['String']['input']>;
  readonly indicator?: InputMaybe<Scalars['String']['input']>;
  readonly on?: InputMaybe<Scalars['Date']['input']>;
  readonly programme?: InputMaybe<Scalars['String']['input']>;
  readonly reporter?: InputMaybe<Scalars['String']['input']>;
  readonly subject?: InputMaybe<Scalars['String']['input']>;
};

export type ReportingRuleFilter = {
  readonly cadences?: InputMaybe<ReadonlyArray<ReportingCadenceKind>>;
  readonly document?: InputMaybe<Scalars['String']['input']>;
  readonly inForce?: InputMaybe<Scalars['Boolean']['input']>;
  readonly kinds?: InputMaybe<ReadonlyArray<ReportingKind>>;
  readonly recipient?: InputMaybe<Scalars['String']['input']>;
  readonly reporter?: InputMaybe<Scalars['String']['input']>;
};

export type RequestExtensionInput = {
  readonly directive: Scalars['ID']['input'];
  readonly proposedOn: Scalars['Date']['input'];
  readonly reason: Scalars['String']['input'];
};

export type RequestInputInput = {
  readonly coordinator: Scalars['String']['input'];
  readonly directive: Scalars['ID']['input'];
  readonly dueOn?: InputMaybe<Scalars['Date']['input']>;
  readonly question: Scalars['String']['input'];
};

export type RequestPasswordResetInput = {
  readonly login: Scalars['String']['input'];
};

export type RequestUnlockInput = {
  readonly assignment: Scalars['ID']['input'];
  readonly period: Scalars['Period']['input'];
  readonly reason: Scalars['String']['input'];
};

export type RetireIndicatorInput = {
  readonly clause: Scalars['String']['input'];
  readonly document: Scalars['String']['input'];
  readonly dryRun?: Scalars['Boolean']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly indicator: Scalars['ID']['input'];
  readonly retiredOn: Scalars['Date']['input'];
};

export type ReturnJudgementInput = {
  readonly expectedVersion: Scalars['Int']['input'];
  readonly judgement: Scalars['ID']['input'];
  readonly reason: Scalars['String']['input'];
};

export type ReturnMeasurementInput = {
  readonly expectedVersion: Scalars['Int']['input'];
  readonly measurement: Scalars['ID']['input'];
  readonly reason: Scalars['String']['input'];
};

export type ReturnMeasurementsInput = {
  readonly mode: BulkMode;
  readonly rows: ReadonlyArray<ReturnMeasurementInput>;
};

export type ReviseDefinitionInput = {
  readonly definition: IndicatorDefinitionInput;
  readonly expectedVersion: Scalars['Int']['input'];
  readonly indicator: Scalars['ID']['input'];
  readonly validFrom?: InputMaybe<Scalars['Date']['input']>;
};

export type ReviseTargetInput = {
  readonly clause: Scalars['String']['input'];
  readonly document: Scalars['String']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly revisedOn: Scalars['Date']['input'];
  readonly target: Scalars['ID']['input'];
  readonly value: Scalars['Decimal']['input'];
};

export type RevokeDocumentInput = {
  readonly by: Scalars['String']['input'];
  readonly clause?: InputMaybe<Scalars['String']['input']>;
  readonly document: Scalars['ID']['input'];
  readonly effectiveOn: Scalars['Date']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
};

export type Role =
  | 'ADMINISTRATOR'
  | 'HEAD'
  | 'INSPECTOR'
  | 'LEADER'
  | 'REPORTER'
  | 'STANDING_OFFICE';

export type RoleGrantFilter = {
  readonly on?: InputMaybe<Scalars['Date']['input']>;
  readonly roles?: InputMaybe<ReadonlyArray<Role>>;
};

export type SaveImportMappingInput = {
  readonly agency: Scalars['String']['input'];
  readonly columns: ReadonlyArray<ImportColumnInput>;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly kind: ImportKind;
  readonly name: Scalars['String']['input'];
};

export type ScorecardFilter = {
  readonly agencies?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly below?: InputMaybe<Scalars['String']['input']>;
  readonly kinds?: InputMaybe<ReadonlyArray<AgencyKind>>;
  readonly levels?: InputMaybe<ReadonlyArray<AgencyLevel>>;
};

export type ScorecardOrder = {
  readonly by?: ScorecardSort;
  readonly direction?: SortDirection;
};

export type ScorecardSort =
  | 'CODE'
  | 'LATE'
  | 'NAME';

export type SearchNoun =
  | 'AGENCY'
  | 'DIGITAL_SYSTEM'
  | 'DIRECTIVE'
  | 'DOCUMENT'
  | 'GOAL'
  | 'INDICATOR'
  | 'MEASURE'
  | 'RECOMMENDATION';

export type SecondFactorInput = {
  readonly code?: InputMaybe<Scalars['String']['input']>;
  readonly password: Scalars['String']['input'];
  readonly recoveryCode?: InputMaybe<Scalars['String']['input']>;
};

export type SeenAgencyInput = {
  readonly agency: Scalars['ID']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
};

export type SeenIndicatorInput = {
  readonly expectedVersion: Scalars['Int']['input'];
  readonly indicator: Scalars['ID']['input'];
};

export type ServedIndicatorInput = {
  readonly indicator: Scalars['String']['input'];
  readonly stated?: Scalars['Boolean']['input'];
};

export type ServiceAccountFilter = {
  readonly agency?: InputMaybe<Scalars['String']['input']>;
  readonly status?: InputMaybe<AccountStatus>;
};

export type ServiceAccountInput = {
  readonly serviceAccount: Scalars['ID']['input'];
};

export type ServiceScope =
  | 'READ_FIGURES'
  | 'READ_INTERNAL'
  | 'WRITE_FIGURES'
  | 'WRITE_PROGRESS';

export type SetAssessmentRuleInput = {
  readonly atRiskFrom: Scalars['Decimal']['input'];
  readonly document: Scalars['String']['input'];
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly onTrackFrom: Scalars['Decimal']['input'];
  readonly programme: Scalars['String']['input'];
  readonly source: Scalars['String']['input'];
  readonly validFrom: Scalars['Date']['input'];
};

export type SetBaselineInput = {
  readonly clause?: InputMaybe<Scalars['String']['input']>;
  readonly document?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly indicator: Scalars['String']['input'];
  readonly measuredOn: Scalars['Date']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly programme: Scalars['String']['input'];
  readonly subject?: InputMaybe<Scalars['String']['input']>;
  readonly value: Scalars['Decimal']['input'];
};

export type SetGroupMembersInput = {
  readonly agency: Scalars['ID']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly members: ReadonlyArray<GroupMemberInput>;
};

export type SetNotificationRulesInput = {
  readonly dryRun?: Scalars['Boolean']['input'];
  readonly from?: InputMaybe<Scalars['Date']['input']>;
  readonly kind: NotificationKind;
  readonly rules: ReadonlyArray<NotificationRuleInput>;
  readonly until?: InputMaybe<Scalars['Date']['input']>;
};

export type SetPasswordByResetInput = {
  readonly newPassword: Scalars['String']['input'];
  readonly token: Scalars['String']['input'];
};

export type SetReportingScheduleInput = {
  readonly cutOffDays?: Scalars['Int']['input'];
  readonly document: Scalars['String']['input'];
  readonly dryRun?: Scalars['Boolean']['input'];
  readonly dueWorkingDays: Scalars['Int']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly graceWorkingDays: Scalars['Int']['input'];
  readonly periodKind: PeriodKind;
  readonly regime?: Regime;
  readonly source: Scalars['String']['input'];
  readonly validFrom: Scalars['Date']['input'];
};

export type SignInInput = {
  readonly code?: InputMaybe<Scalars['String']['input']>;
  readonly login: Scalars['String']['input'];
  readonly password: Scalars['String']['input'];
  readonly recoveryCode?: InputMaybe<Scalars['String']['input']>;
};

export type SortDirection =
  | 'ASCENDING'
  | 'DESCENDING';

export type Source =
  | 'COMPUTED'
  | 'IMPORTED'
  | 'REPORTED'
  | 'SIMULATED';

export type SplitAgencyInput = {
  readonly agency: Scalars['ID']['input'];
  readonly clause?: InputMaybe<Scalars['String']['input']>;
  readonly defaultSuccessor?: InputMaybe<Scalars['String']['input']>;
  readonly document: Scalars['String']['input'];
  readonly dryRun?: Scalars['Boolean']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly on: Scalars['Date']['input'];
  readonly successors: ReadonlyArray<SuccessorInput>;
};

export type SplitStepInput = {
  readonly agency: Scalars['String']['input'];
  readonly defaultSuccessor?: InputMaybe<Scalars['String']['input']>;
  readonly successors: ReadonlyArray<SuccessorInput>;
};

export type StateSource =
  | 'RECORDED'
  | 'REPORTED'
  | 'SIMULATED'
  | 'UNKNOWN';

export type StatusCountBy =
  | 'GROUP'
  | 'LEAD'
  | 'MILESTONE'
  | 'PROGRAMME'
  | 'SUBJECT';

export type SubmitMeasurementInput = {
  readonly expectedVersion: Scalars['Int']['input'];
  readonly measurement: Scalars['ID']['input'];
};

export type SubmitMeasurementsInput = {
  readonly mode: BulkMode;
  readonly rows: ReadonlyArray<SubmitMeasurementInput>;
};

export type SubscribeToPushInput = {
  readonly auth: Scalars['String']['input'];
  readonly endpoint: Scalars['String']['input'];
  readonly p256dh: Scalars['String']['input'];
};

export type SuccessionKind =
  | 'CLOSURE'
  | 'MERGER'
  | 'RENAME'
  | 'SPLIT'
  | 'TRANSFER';

export type SuccessorInput = {
  readonly accounts?: ReadonlyArray<Scalars['ID']['input']>;
  readonly agency: Scalars['String']['input'];
  readonly assignments?: ReadonlyArray<Scalars['ID']['input']>;
  readonly below?: ReadonlyArray<Scalars['String']['input']>;
  readonly directives?: ReadonlyArray<Scalars['String']['input']>;
  readonly indicators?: ReadonlyArray<Scalars['String']['input']>;
  readonly recommendations?: ReadonlyArray<Scalars['String']['input']>;
  readonly roles?: ReadonlyArray<Scalars['ID']['input']>;
  readonly serviceAccounts?: ReadonlyArray<Scalars['ID']['input']>;
};

export type SuccessorShareInput = {
  readonly agency: Scalars['String']['input'];
  readonly share: Scalars['Decimal']['input'];
};

export type TargetFilter = {
  readonly cadence?: InputMaybe<Cadence>;
  readonly document?: InputMaybe<Scalars['String']['input']>;
  readonly dueFrom?: InputMaybe<Scalars['Date']['input']>;
  readonly dueUntil?: InputMaybe<Scalars['Date']['input']>;
  readonly inForce?: InputMaybe<Scalars['Boolean']['input']>;
  readonly indicator?: InputMaybe<Scalars['String']['input']>;
  readonly programme?: InputMaybe<Scalars['String']['input']>;
  readonly qualitative?: InputMaybe<Scalars['Boolean']['input']>;
  readonly subject?: InputMaybe<Scalars['String']['input']>;
  readonly warnings?: InputMaybe<ReadonlyArray<TargetWarningKind>>;
};

export type TargetInput = {
  readonly cadence?: Cadence;
  readonly cadenceFrom?: InputMaybe<Scalars['Int']['input']>;
  readonly cadenceUntil?: InputMaybe<Scalars['Int']['input']>;
  readonly clause: Scalars['String']['input'];
  readonly comparator?: InputMaybe<Comparator>;
  readonly definition?: InputMaybe<Scalars['Int']['input']>;
  readonly dueOn?: InputMaybe<Scalars['Date']['input']>;
  readonly duePrecision?: InputMaybe<DatePrecision>;
  readonly dueWords?: InputMaybe<Scalars['String']['input']>;
  readonly dueYearInferred?: Scalars['Boolean']['input'];
  readonly group?: InputMaybe<Scalars['String']['input']>;
  readonly indicator: Scalars['String']['input'];
  readonly item: Scalars['String']['input'];
  readonly measuredOver?: InputMaybe<Scalars['String']['input']>;
  readonly note?: InputMaybe<Scalars['String']['input']>;
  readonly ordinal?: InputMaybe<Scalars['Int']['input']>;
  readonly sourceWords?: InputMaybe<Scalars['String']['input']>;
  readonly statement?: InputMaybe<Scalars['String']['input']>;
  readonly sub?: InputMaybe<Scalars['Int']['input']>;
  readonly subject?: InputMaybe<Scalars['String']['input']>;
  readonly upperValue?: InputMaybe<Scalars['Decimal']['input']>;
  readonly value?: InputMaybe<Scalars['Decimal']['input']>;
  readonly wording: Scalars['String']['input'];
};

export type TargetOrder = {
  readonly by?: TargetSort;
  readonly direction?: SortDirection;
};

export type TargetSort =
  | 'CODE'
  | 'DUE_ON';

export type TargetWarningKind =
  | 'CONFLICT'
  | 'RETREAT';

export type Timeliness =
  | 'DONE_LATE'
  | 'DONE_ON_TIME'
  | 'DUE_SOON'
  | 'NOT_REPORTED'
  | 'NO_DEADLINE'
  | 'ON_TIME'
  | 'OVERDUE'
  | 'PASSED';

export type TotalMethod =
  | 'LAST'
  | 'NONE'
  | 'RATIO_OF_SUMS'
  | 'SUM';

export type Unit =
  | 'COUNT'
  | 'INDEX'
  | 'NONE'
  | 'PERCENT'
  | 'PERCENT_GRDP'
  | 'PERCENT_LOCAL_BUDGET'
  | 'PER_10000_PEOPLE'
  | 'RANK';

export type UnlockRequestFilter = {
  readonly period?: InputMaybe<Scalars['Period']['input']>;
  readonly reporter?: InputMaybe<Scalars['String']['input']>;
  readonly states?: InputMaybe<ReadonlyArray<UnlockState>>;
};

export type UnlockState =
  | 'APPROVED'
  | 'REFUSED'
  | 'REQUESTED';

export type Unranked =
  | 'TOO_FEW';

export type UnsubscribeFromPushInput = {
  readonly subscription: Scalars['ID']['input'];
};

export type UpdateAccountInput = {
  readonly account: Scalars['ID']['input'];
  readonly agency?: InputMaybe<Scalars['String']['input']>;
  readonly email?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion: Scalars['Int']['input'];
  readonly fullName?: InputMaybe<Scalars['String']['input']>;
  readonly language?: InputMaybe<Language>;
};

export type ValueKind =
  | 'INDEX'
  | 'NARRATIVE'
  | 'NUMBER'
  | 'RANK'
  | 'RATIO'
  | 'YES_NO';

export type Verdict =
  | 'ACHIEVED'
  | 'AT_RISK'
  | 'MISSED'
  | 'OFF_TRACK'
  | 'ON_TRACK';

export type ViolationCode =
  | 'AMBIGUOUS'
  | 'CHANGED'
  | 'CLOSED'
  | 'COMMON_PASSWORD'
  | 'COMPUTED'
  | 'DUPLICATE'
  | 'ERROR_VALUE'
  | 'EXPIRED'
  | 'HIDDEN'
  | 'INCOMPATIBLE'
  | 'INCONSISTENT'
  | 'JUMP'
  | 'LEGACY_ENCODING'
  | 'MALFORMED'
  | 'MERGED'
  | 'NOT_ASSIGNED'
  | 'NOT_FINISHED'
  | 'NOT_FOUND'
  | 'NOT_IN_STATE'
  | 'NO_ADDRESS'
  | 'NO_HEADING'
  | 'NO_MAIL'
  | 'NO_VALUE'
  | 'OTHER_TEMPLATE'
  | 'OUT_OF_BOUNDS'
  | 'OUT_OF_REACH'
  | 'OVERDUE'
  | 'OVERLAPS'
  | 'OWN_ACCOUNT'
  | 'OWN_WORK'
  | 'PASSWORD_IS_NAME'
  | 'REQUIRED'
  | 'SECOND_FACTOR_REQUIRED'
  | 'STALE'
  | 'TAKEN'
  | 'TOO_EARLY'
  | 'TOO_LARGE'
  | 'TOO_LONG'
  | 'TOO_MANY'
  | 'TOO_PRECISE'
  | 'TOO_SHORT'
  | 'UNCHANGED'
  | 'UNREADABLE_FILE'
  | 'WRONG_CREDENTIALS';

export type Visibility =
  | 'INTERNAL'
  | 'PUBLIC'
  | 'RESTRICTED';

export type WebhookInput = {
  readonly webhook: Scalars['ID']['input'];
};

export type WeighSuccessionInput = {
  readonly agency: Scalars['ID']['input'];
  readonly document?: InputMaybe<Scalars['String']['input']>;
  readonly expectedVersion: Scalars['Int']['input'];
  readonly kind: WeightKind;
  readonly on?: InputMaybe<Scalars['Date']['input']>;
  readonly shares: ReadonlyArray<SuccessorShareInput>;
  readonly source?: InputMaybe<Scalars['String']['input']>;
};

export type WeightKind =
  | 'AREA'
  | 'POPULATION';

export type WithdrawMeasurementInput = {
  readonly expectedVersion: Scalars['Int']['input'];
  readonly measurement: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
};

export type WithdrawMeasurementsInput = {
  readonly mode: BulkMode;
  readonly rows: ReadonlyArray<WithdrawMeasurementInput>;
};

export type WithdrawNilInput = {
  readonly expectedVersion: Scalars['Int']['input'];
  readonly nilAnswer: Scalars['ID']['input'];
};

export type WithdrawRecommendationInput = {
  readonly expectedVersion: Scalars['Int']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly recommendation: Scalars['ID']['input'];
};

export type WithdrawTargetInput = {
  readonly clause: Scalars['String']['input'];
  readonly document: Scalars['String']['input'];
  readonly expectedVersion: Scalars['Int']['input'];
  readonly target: Scalars['ID']['input'];
  readonly withdrawnOn: Scalars['Date']['input'];
};

export type MySessionsQueryVariables = Exact<{ [key: string]: never; }>;


export type MySessionsQuery = { readonly viewer?: { readonly sessions?: ReadonlyArray<{ readonly id: string, readonly clientName?: string | null, readonly lastUsedAt: string, readonly current: boolean }> | null } | null };

export type MyNotificationsQueryVariables = Exact<{
  unread?: InputMaybe<Scalars['Boolean']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type MyNotificationsQuery = { readonly viewer?: { readonly unreadNotifications?: number | null } | null, readonly notifications?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly id: string, readonly kind: NotificationKind, readonly message?: string | null, readonly dueOn?: string | null, readonly createdAt: string, readonly readAt?: string | null, readonly period?: string | null, readonly directive?: { readonly id: string, readonly code: string } | null, readonly agencies?: ReadonlyArray<{ readonly figures: number, readonly agency?: { readonly id: string, readonly name: string } | null }> | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null } } | null };

export type MarkNotificationsReadMutationVariables = Exact<{
  input: MarkNotificationsReadInput;
}>;


export type MarkNotificationsReadMutation = { readonly markNotificationsRead?: { readonly done: boolean, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type ChooseNotificationsMutationVariables = Exact<{
  input: ChooseNotificationsInput;
}>;


export type ChooseNotificationsMutation = { readonly chooseNotifications?: { readonly choices?: ReadonlyArray<{ readonly kind: NotificationKind, readonly mail: MailChoice, readonly push: boolean }> | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type PushQueryVariables = Exact<{ [key: string]: never; }>;


export type PushQuery = { readonly viewer?: { readonly pushKey?: string | null, readonly pushSubscriptions?: ReadonlyArray<{ readonly id: string, readonly endpoint: string, readonly createdAt: string }> | null, readonly notificationChoices?: ReadonlyArray<{ readonly kind: NotificationKind, readonly mail: MailChoice, readonly push: boolean }> | null } | null };

export type SubscribeToPushMutationVariables = Exact<{
  input: SubscribeToPushInput;
}>;


export type SubscribeToPushMutation = { readonly subscribeToPush?: { readonly subscription?: { readonly id: string, readonly endpoint: string, readonly createdAt: string } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type UnsubscribeFromPushMutationVariables = Exact<{
  input: UnsubscribeFromPushInput;
}>;


export type UnsubscribeFromPushMutation = { readonly unsubscribeFromPush?: { readonly done: boolean, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type AuditTrailQueryVariables = Exact<{
  filter?: InputMaybe<AuditTrailFilter>;
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type AuditTrailQuery = { readonly auditTrail?: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly number: string, readonly recordedAt: string, readonly actorKind: ActorKind, readonly action: string, readonly succeeded: boolean, readonly noun?: string | null, readonly objectId?: string | null, readonly before?: unknown | null, readonly after?: unknown | null, readonly clientName?: string | null, readonly requestId?: string | null, readonly actor?: { readonly id: string, readonly login: string, readonly fullName: string } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null } } | null };

export type AgenciesQueryVariables = Exact<{
  province?: InputMaybe<Scalars['String']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type AgenciesQuery = { readonly agencies?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly id: string, readonly code: string, readonly name: string, readonly kind: AgencyKind, readonly province?: string | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null } } | null };

export type AgencyPageQueryVariables = Exact<{
  code: Scalars['String']['input'];
}>;


export type AgencyPageQuery = { readonly agency?: { readonly id: string, readonly code: string, readonly name: string, readonly kind: AgencyKind, readonly province?: string | null, readonly ancestors?: ReadonlyArray<{ readonly id: string, readonly code: string, readonly name: string }> | null, readonly children?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly id: string, readonly code: string, readonly name: string }> } | null, readonly ledDirectives?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly id: string, readonly code: string, readonly clause: string, readonly title: string, readonly dueOn?: string | null, readonly dueExpected: boolean, readonly state: DirectiveState, readonly stateSource: StateSource, readonly timeliness: Timeliness }> } | null, readonly coordinatedDirectives?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly id: string, readonly code: string, readonly clause: string, readonly title: string, readonly dueOn?: string | null, readonly dueExpected: boolean, readonly state: DirectiveState, readonly stateSource: StateSource, readonly timeliness: Timeliness }> } | null, readonly reportingRules?: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly kind: ReportingKind, readonly cadences?: ReadonlyArray<{ readonly cadence: ReportingCadenceKind, readonly words: string }> | null, readonly recipients?: ReadonlyArray<{ readonly id: string, readonly name: string }> | null }> } | null, readonly recommendations?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly id: string, readonly code: string, readonly topic: string, readonly state: RecommendationState }> } | null } | null };

export type DirectiveRowFragment = { readonly id: string, readonly code: string, readonly clause: string, readonly title: string, readonly dueOn?: string | null, readonly dueExpected: boolean, readonly state: DirectiveState, readonly stateSource: StateSource, readonly timeliness: Timeliness };

export type DirectiveAfterChangeFragment = { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null };

export type DirectivesQueryVariables = Exact<{
  filter?: InputMaybe<DirectiveFilter>;
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type DirectivesQuery = { readonly directives?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly id: string, readonly code: string, readonly clause: string, readonly title: string, readonly dueOn?: string | null, readonly dueExpected: boolean, readonly state: DirectiveState, readonly stateSource: StateSource, readonly timeliness: Timeliness, readonly leads?: ReadonlyArray<{ readonly id: string, readonly code: string, readonly name: string }> | null, readonly progressUpdates?: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly reportedOn: string, readonly percent?: number | null, readonly obstacles?: string | null, readonly source: Source }> } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null } } | null };

export type DirectivesOfIndicatorQueryVariables = Exact<{
  indicator: Scalars['String']['input'];
  timeliness?: InputMaybe<ReadonlyArray<Timeliness> | Timeliness>;
  on?: InputMaybe<Scalars['Date']['input']>;
}>;


export type DirectivesOfIndicatorQuery = { readonly indicator?: { readonly id: string, readonly name: string, readonly directives?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly id: string, readonly code: string, readonly clause: string, readonly title: string, readonly dueOn?: string | null, readonly dueExpected: boolean, readonly state: DirectiveState, readonly stateSource: StateSource, readonly timeliness: Timeliness, readonly leads?: ReadonlyArray<{ readonly id: string, readonly code: string, readonly name: string }> | null }> } | null } | null };

export type DirectivePageQueryVariables = Exact<{
  code: Scalars['String']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type DirectivePageQuery = { readonly directive?: { readonly version: number, readonly content?: string | null, readonly originalDueOn?: string | null, readonly isBlocked?: boolean | null, readonly waitedDays?: number | null, readonly id: string, readonly code: string, readonly clause: string, readonly title: string, readonly dueOn?: string | null, readonly dueExpected: boolean, readonly state: DirectiveState, readonly stateSource: StateSource, readonly timeliness: Timeliness, readonly document?: { readonly id: string, readonly code: string, readonly symbol?: string | null, readonly title: string } | null, readonly leads?: ReadonlyArray<{ readonly id: string, readonly code: string, readonly name: string }> | null, readonly coordinators?: ReadonlyArray<{ readonly words?: string | null, readonly agency?: { readonly id: string, readonly code: string, readonly name: string } | null }> | null, readonly deadlines?: ReadonlyArray<{ readonly words?: string | null, readonly operator?: DeadlineOperator | null, readonly precision: DatePrecision }> | null, readonly extensionRequests?: ReadonlyArray<{ readonly id: string, readonly state: ExtensionState, readonly proposedOn: string }> | null, readonly inputRequests?: ReadonlyArray<{ readonly id: string, readonly question: string, readonly answer?: string | null }> | null, readonly viewerCan?: { readonly accept: boolean, readonly delegate: boolean, readonly reportProgress: boolean, readonly requestInput: boolean, readonly giveInput: boolean, readonly requestExtension: boolean, readonly decideExtension: boolean, readonly answerCounterOffer: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean, readonly cancel: boolean } | null, readonly timeline?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly id: string, readonly kind: DirectiveEventKind, readonly occurredOn?: string | null, readonly recordedAt: string, readonly role?: Role | null, readonly text?: string | null, readonly agency?: { readonly id: string, readonly name: string } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null } } | null } | null };

export type IssueDirectiveMutationVariables = Exact<{
  input: IssueDirectiveInput;
  key: Scalars['UUID']['input'];
}>;


export type IssueDirectiveMutation = { readonly issueDirective?: { readonly directive?: { readonly code: string, readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type AcceptDirectiveMutationVariables = Exact<{
  input: AcceptDirectiveInput;
  key: Scalars['UUID']['input'];
}>;


export type AcceptDirectiveMutation = { readonly acceptDirective?: { readonly directive?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly current?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type ReportProgressMutationVariables = Exact<{
  input: ReportProgressInput;
  key: Scalars['UUID']['input'];
}>;


export type ReportProgressMutation = { readonly reportProgress?: { readonly directive?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly current?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type RequestInputMutationVariables = Exact<{
  input: RequestInputInput;
  key: Scalars['UUID']['input'];
}>;


export type RequestInputMutation = { readonly requestInput?: { readonly directive?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly current?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type GiveInputMutationVariables = Exact<{
  input: GiveInputInput;
  key: Scalars['UUID']['input'];
}>;


export type GiveInputMutation = { readonly giveInput?: { readonly directive?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly current?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type RequestExtensionMutationVariables = Exact<{
  input: RequestExtensionInput;
  key: Scalars['UUID']['input'];
}>;


export type RequestExtensionMutation = { readonly requestExtension?: { readonly directive?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly current?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type DecideExtensionMutationVariables = Exact<{
  input: DecideExtensionInput;
  key: Scalars['UUID']['input'];
}>;


export type DecideExtensionMutation = { readonly decideExtension?: { readonly directive?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly current?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type AnswerCounterOfferMutationVariables = Exact<{
  input: AnswerCounterOfferInput;
  key: Scalars['UUID']['input'];
}>;


export type AnswerCounterOfferMutation = { readonly answerCounterOffer?: { readonly directive?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly current?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type ReportDoneMutationVariables = Exact<{
  input: ReportDoneInput;
  key: Scalars['UUID']['input'];
}>;


export type ReportDoneMutation = { readonly reportDone?: { readonly directive?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly current?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type SendBackDirectiveMutationVariables = Exact<{
  input: DirectiveReasonInput;
  key: Scalars['UUID']['input'];
}>;


export type SendBackDirectiveMutation = { readonly sendBackDirective?: { readonly directive?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly current?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type ConfirmDoneMutationVariables = Exact<{
  input: ConfirmDoneInput;
  key: Scalars['UUID']['input'];
}>;


export type ConfirmDoneMutation = { readonly confirmDone?: { readonly directive?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly current?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type CancelDirectiveMutationVariables = Exact<{
  input: DirectiveReasonInput;
  key: Scalars['UUID']['input'];
}>;


export type CancelDirectiveMutation = { readonly cancelDirective?: { readonly directive?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly current?: { readonly id: string, readonly version: number, readonly state: DirectiveState, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly viewerCan?: { readonly accept: boolean, readonly reportProgress: boolean, readonly requestExtension: boolean, readonly reportDone: boolean, readonly confirmDone: boolean, readonly sendBack: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type DocumentPageQueryVariables = Exact<{
  code: Scalars['String']['input'];
}>;


export type DocumentPageQuery = { readonly document?: { readonly id: string, readonly code: string, readonly symbol?: string | null, readonly title: string, readonly status: DocumentStatus, readonly issuedOn?: string | null, readonly issuedPrecision: DatePrecision, readonly issuer?: { readonly id: string, readonly code: string, readonly name: string } | null, readonly relations?: ReadonlyArray<{ readonly kind: DocumentRelationKind, readonly clause?: string | null, readonly document?: { readonly id: string, readonly code: string, readonly symbol?: string | null, readonly title: string, readonly status: DocumentStatus } | null, readonly agency?: { readonly id: string, readonly name: string } | null }> | null, readonly inverseRelations?: ReadonlyArray<{ readonly kind: DocumentRelationKind, readonly source?: { readonly id: string, readonly code: string, readonly title: string } | null }> | null, readonly targets?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly id: string, readonly code: string, readonly wording: string, readonly dueOn?: string | null, readonly clause: string, readonly ordinal?: number | null }> } | null, readonly directives?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly id: string, readonly code: string, readonly clause: string, readonly title: string, readonly dueOn?: string | null, readonly dueExpected: boolean, readonly state: DirectiveState, readonly stateSource: StateSource, readonly timeliness: Timeliness }> } | null, readonly reportingRules?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly id: string, readonly clause: string, readonly kind: ReportingKind, readonly cadences?: ReadonlyArray<{ readonly words: string }> | null }> } | null } | null };

export type RecommendationsQueryVariables = Exact<{
  from?: InputMaybe<Scalars['String']['input']>;
  states?: InputMaybe<ReadonlyArray<RecommendationState> | RecommendationState>;
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type RecommendationsQuery = { readonly recommendations?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly id: string, readonly code: string, readonly topic: string, readonly text: string, readonly state: RecommendationState, readonly to?: ReadonlyArray<{ readonly id: string, readonly name: string }> | null, readonly answers?: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly code: string, readonly clause: string, readonly title: string, readonly dueOn?: string | null, readonly dueExpected: boolean, readonly state: DirectiveState, readonly stateSource: StateSource, readonly timeliness: Timeliness }> } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null } } | null };

export type SeriesQueryVariables = Exact<{
  indicator: Scalars['String']['input'];
  subject: Scalars['String']['input'];
  over: Scalars['RelativePeriod']['input'];
  on?: InputMaybe<Scalars['Date']['input']>;
}>;


export type SeriesQuery = { readonly indicator?: { readonly id: string, readonly name: string, readonly unit: Unit, readonly decimals: number, readonly series?: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly period: string, readonly value?: string | null, readonly numerator?: string | null, readonly denominator?: string | null, readonly source: Source }> } | null } | null };

export type ColourExplainedQueryVariables = Exact<{
  indicator: Scalars['String']['input'];
  subject: Scalars['String']['input'];
  milestone?: InputMaybe<Scalars['Int']['input']>;
}>;


export type ColourExplainedQuery = { readonly indicator?: { readonly id: string, readonly name: string, readonly assessment?: { readonly status: AssessmentStatus, readonly sentence?: string | null, readonly inputs: ReadonlyArray<{ readonly kind: AssessmentInputKind, readonly value?: string | null, readonly on?: string | null, readonly words: string, readonly target?: { readonly id: string, readonly code: string, readonly clause: string } | null, readonly measurement?: { readonly id: string, readonly period: string } | null }>, readonly lines: ReadonlyArray<{ readonly status: AssessmentStatus, readonly target?: { readonly id: string, readonly code: string } | null }> } | null } | null };

export type TargetsOfQueryVariables = Exact<{
  indicator: Scalars['String']['input'];
  document?: InputMaybe<Scalars['String']['input']>;
  dueFrom?: InputMaybe<Scalars['Date']['input']>;
  dueUntil?: InputMaybe<Scalars['Date']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type TargetsOfQuery = { readonly targets?: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly code: string, readonly wording: string, readonly dueOn?: string | null, readonly comparator?: Comparator | null, readonly sourceWords?: string | null, readonly value?: string | null, readonly upperValue?: string | null, readonly statement?: string | null, readonly measuredOver?: string | null, readonly clause: string, readonly ordinal?: number | null, readonly note?: string | null, readonly effectiveComparator?: { readonly comparator: Comparator, readonly rule: ComparatorRule } | null, readonly warnings?: ReadonlyArray<{ readonly kind: TargetWarningKind }> | null, readonly document?: { readonly id: string, readonly code: string, readonly symbol?: string | null, readonly title: string, readonly status: DocumentStatus } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null } } | null };

export type KnownThenQueryVariables = Exact<{
  indicator: Scalars['String']['input'];
  subject: Scalars['String']['input'];
  milestone?: InputMaybe<Scalars['Int']['input']>;
  instant: Scalars['DateTime']['input'];
}>;


export type KnownThenQuery = { readonly now?: { readonly name: string, readonly latestMeasurement?: { readonly period: string, readonly value?: string | null } | null, readonly assessment?: { readonly status: AssessmentStatus, readonly sentence?: string | null } | null, readonly targets?: { readonly nodes: ReadonlyArray<{ readonly dueOn?: string | null, readonly value?: string | null }> } | null } | null, readonly asOf?: { readonly indicator?: { readonly name: string, readonly latestMeasurement?: { readonly period: string, readonly value?: string | null } | null, readonly assessment?: { readonly status: AssessmentStatus, readonly sentence?: string | null } | null, readonly targets?: { readonly nodes: ReadonlyArray<{ readonly dueOn?: string | null, readonly value?: string | null }> } | null } | null } | null };

export type KnownOfIndicatorFragment = { readonly name: string, readonly latestMeasurement?: { readonly period: string, readonly value?: string | null } | null, readonly assessment?: { readonly status: AssessmentStatus, readonly sentence?: string | null } | null, readonly targets?: { readonly nodes: ReadonlyArray<{ readonly dueOn?: string | null, readonly value?: string | null }> } | null };

export type AreaFiguresQueryVariables = Exact<{
  indicator: Scalars['String']['input'];
  subject: Scalars['String']['input'];
  period: Scalars['Period']['input'];
}>;


export type AreaFiguresQuery = { readonly indicator?: { readonly id: string, readonly name: string, readonly unit: Unit, readonly areaFigures?: ReadonlyArray<{ readonly period: string, readonly value?: string | null, readonly numerator?: string | null, readonly denominator?: string | null, readonly isComplete: boolean, readonly measurements?: ReadonlyArray<{ readonly id: string, readonly value?: string | null, readonly subject?: { readonly id: string, readonly name: string } | null }> | null, readonly missing?: ReadonlyArray<{ readonly id: string, readonly name: string }> | null, readonly notAttributable?: ReadonlyArray<{ readonly id: string, readonly name: string }> | null }> | null } | null };

export type ChangeCursorQueryVariables = Exact<{ [key: string]: never; }>;


export type ChangeCursorQuery = { readonly changeCursor?: string | null };

export type ChangedSubscriptionVariables = Exact<{
  after?: InputMaybe<Scalars['String']['input']>;
  types?: InputMaybe<ReadonlyArray<ChangeType> | ChangeType>;
  programme?: InputMaybe<Scalars['String']['input']>;
  agency?: InputMaybe<Scalars['String']['input']>;
  code?: InputMaybe<Scalars['String']['input']>;
}>;


export type ChangedSubscription = { readonly changed: { readonly cursor: string, readonly kind: ChangeEventKind, readonly type: ChangeType, readonly id?: string | null, readonly recordedAt: string, readonly object?: { readonly __typename: 'Account', readonly id: string } | { readonly __typename: 'Agency', readonly id: string } | { readonly __typename: 'AuditEntry', readonly id: string } | { readonly __typename: 'Chase', readonly id: string } | { readonly __typename: 'Computation', readonly id: string } | { readonly __typename: 'DigitalSystem', readonly id: string } | { readonly __typename: 'Directive', readonly code: string, readonly title: string, readonly dueOn?: string | null, readonly timeliness: Timeliness, readonly id: string, readonly directiveState: DirectiveState } | { readonly __typename: 'DirectiveEvent', readonly id: string } | { readonly __typename: 'Document', readonly id: string } | { readonly __typename: 'Goal', readonly id: string } | { readonly __typename: 'Import', readonly id: string } | { readonly __typename: 'ImportError', readonly id: string } | { readonly __typename: 'ImportMapping', readonly id: string } | { readonly __typename: 'Indicator', readonly id: string } | { readonly __typename: 'IndicatorGroup', readonly id: string } | { readonly __typename: 'Judgement', readonly id: string } | { readonly __typename: 'Measure', readonly id: string } | { readonly __typename: 'Measurement', readonly period: string, readonly value?: string | null, readonly id: string, readonly figureState: MeasurementState, readonly indicator?: { readonly id: string, readonly code: string, readonly name: string } | null, readonly subject?: { readonly id: string, readonly code: string, readonly name: string } | null } | { readonly __typename: 'NilAnswer', readonly id: string } | { readonly __typename: 'Notification', readonly id: string } | { readonly __typename: 'Obligation', readonly id: string } | { readonly __typename: 'PeriodReport', readonly id: string } | { readonly __typename: 'Programme', readonly id: string } | { readonly __typename: 'ProgressUpdate', readonly id: string } | { readonly __typename: 'Recommendation', readonly id: string } | { readonly __typename: 'ReportObligation', readonly id: string } | { readonly __typename: 'ReportingAssignment', readonly id: string } | { readonly __typename: 'ReportingExtension', readonly id: string } | { readonly __typename: 'ReportingRule', readonly id: string } | { readonly __typename: 'RoleGrant', readonly id: string } | { readonly __typename: 'ServiceAccount', readonly id: string } | { readonly __typename: 'Target', readonly id: string } | { readonly __typename: 'UnlockRequest', readonly id: string } | null } };

export type CopyOfDirectiveFragment = { readonly version: number, readonly completedOn?: string | null, readonly id: string, readonly code: string, readonly clause: string, readonly title: string, readonly dueOn?: string | null, readonly dueExpected: boolean, readonly state: DirectiveState, readonly stateSource: StateSource, readonly timeliness: Timeliness, readonly leads?: ReadonlyArray<{ readonly id: string, readonly code: string, readonly name: string }> | null };

export type DirectivesToCopyQueryVariables = Exact<{
  programme?: InputMaybe<Scalars['String']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type DirectivesToCopyQuery = { readonly directives?: { readonly nodes: ReadonlyArray<{ readonly version: number, readonly completedOn?: string | null, readonly id: string, readonly code: string, readonly clause: string, readonly title: string, readonly dueOn?: string | null, readonly dueExpected: boolean, readonly state: DirectiveState, readonly stateSource: StateSource, readonly timeliness: Timeliness, readonly leads?: ReadonlyArray<{ readonly id: string, readonly code: string, readonly name: string }> | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null } } | null };

export type ChangesOfDirectivesQueryVariables = Exact<{
  programme?: InputMaybe<Scalars['String']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type ChangesOfDirectivesQuery = { readonly changes?: { readonly endCursor: string, readonly hasMore: boolean, readonly events: ReadonlyArray<{ readonly kind: ChangeEventKind, readonly type: ChangeType, readonly id?: string | null, readonly object?: { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string, readonly version: number, readonly completedOn?: string | null, readonly code: string, readonly clause: string, readonly title: string, readonly dueOn?: string | null, readonly dueExpected: boolean, readonly state: DirectiveState, readonly stateSource: StateSource, readonly timeliness: Timeliness, readonly leads?: ReadonlyArray<{ readonly id: string, readonly code: string, readonly name: string }> | null } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | null }> } | null };

export type CopyOfFigureFragment = { readonly id: string, readonly version: number, readonly period: string, readonly state: MeasurementState, readonly value?: string | null, readonly observation: Observation, readonly source: Source, readonly indicator?: { readonly id: string, readonly code: string } | null, readonly subject?: { readonly id: string, readonly code: string } | null };

export type FiguresToCopyQueryVariables = Exact<{
  indicator: Scalars['String']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type FiguresToCopyQuery = { readonly measurements?: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly version: number, readonly period: string, readonly state: MeasurementState, readonly value?: string | null, readonly observation: Observation, readonly source: Source, readonly indicator?: { readonly id: string, readonly code: string } | null, readonly subject?: { readonly id: string, readonly code: string } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null } } | null };

export type ChangesOfFiguresQueryVariables = Exact<{
  indicator: Scalars['String']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type ChangesOfFiguresQuery = { readonly changes?: { readonly endCursor: string, readonly hasMore: boolean, readonly events: ReadonlyArray<{ readonly kind: ChangeEventKind, readonly type: ChangeType, readonly id?: string | null, readonly object?: { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string, readonly version: number, readonly period: string, readonly state: MeasurementState, readonly value?: string | null, readonly observation: Observation, readonly source: Source, readonly indicator?: { readonly id: string, readonly code: string } | null, readonly subject?: { readonly id: string, readonly code: string } | null } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | { readonly id: string } | null }> } | null };

export type DashboardQueryVariables = Exact<{
  programme: Scalars['String']['input'];
  subject: Scalars['String']['input'];
}>;


export type DashboardQuery = { readonly indicators?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly id: string, readonly code: string, readonly name: string, readonly unit: Unit, readonly direction: Direction, readonly decimals: number, readonly targets?: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly dueOn?: string | null, readonly cadence: Cadence, readonly comparator?: Comparator | null, readonly value?: string | null, readonly upperValue?: string | null, readonly statement?: string | null }> } | null, readonly latestMeasurement?: { readonly id: string, readonly period: string, readonly value?: string | null, readonly observation: Observation, readonly source: Source } | null }> } | null };

export type LeadersScreenQueryVariables = Exact<{
  programme: Scalars['String']['input'];
}>;


export type LeadersScreenQuery = { readonly statusCounts?: { readonly nodes: ReadonlyArray<{ readonly total: number, readonly achieved: number, readonly onTrack: number, readonly atRisk: number, readonly offTrack: number, readonly missed: number, readonly needsJudgement: number, readonly noData: number, readonly incomplete: number, readonly noTarget: number, readonly group?: { readonly id: string, readonly code: string, readonly name: string } | null }> } | null, readonly assessments?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly status: AssessmentStatus, readonly dueOn?: string | null, readonly pace?: string | null, readonly sentence?: string | null, readonly indicator?: { readonly id: string, readonly code: string, readonly name: string, readonly lead?: { readonly id: string, readonly code: string, readonly name: string } | null } | null }> } | null };

export type PillarsQueryVariables = Exact<{
  programme: Scalars['String']['input'];
}>;


export type PillarsQuery = { readonly programme?: { readonly id: string, readonly name: string, readonly jurisdiction?: { readonly id: string, readonly code: string, readonly name: string } | null, readonly documents?: ReadonlyArray<{ readonly role: ProgrammeDocumentRole, readonly document?: { readonly id: string, readonly code: string, readonly symbol?: string | null, readonly title: string, readonly status: DocumentStatus } | null }> | null, readonly groups?: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly code: string, readonly name: string, readonly indicators?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly id: string, readonly code: string, readonly name: string }> } | null }> } | null } | null };

export type OnTrackForQueryVariables = Exact<{
  programme: Scalars['String']['input'];
  milestone: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type OnTrackForQuery = { readonly assessments?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly status: AssessmentStatus, readonly value?: string | null, readonly demanded?: string | null, readonly attainment?: string | null, readonly sentence?: string | null, readonly indicator?: { readonly id: string, readonly code: string, readonly name: string, readonly unit: Unit } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null } } | null };

export type HowFarQueryVariables = Exact<{
  programme: Scalars['String']['input'];
  group?: InputMaybe<Scalars['String']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type HowFarQuery = { readonly assessments?: { readonly nodes: ReadonlyArray<{ readonly attainment?: string | null, readonly dueOn?: string | null, readonly indicator?: { readonly id: string, readonly code: string, readonly name: string } | null, readonly projection?: { readonly noneBecause?: NoProjection | null, readonly projection?: { readonly value: string, readonly lower: string, readonly upper: string, readonly reachedOn?: string | null } | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null } } | null };

export type SearchQueryVariables = Exact<{
  text: Scalars['String']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type SearchQuery = { readonly search?: { readonly edges: ReadonlyArray<{ readonly rank: number, readonly node?: { readonly __typename: 'Agency', readonly id: string, readonly code: string, readonly name: string, readonly province?: string | null, readonly ancestors?: ReadonlyArray<{ readonly id: string, readonly name: string }> | null } | { readonly __typename: 'DigitalSystem', readonly id: string } | { readonly __typename: 'Directive', readonly id: string, readonly code: string, readonly clause: string, readonly title: string } | { readonly __typename: 'Document', readonly id: string, readonly code: string, readonly symbol?: string | null, readonly title: string } | { readonly __typename: 'Goal', readonly id: string } | { readonly __typename: 'Indicator', readonly id: string, readonly code: string, readonly name: string } | { readonly __typename: 'Measure', readonly id: string } | { readonly __typename: 'Recommendation', readonly id: string, readonly code: string, readonly topic: string } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null } } | null };

export type LabelsQueryVariables = Exact<{
  types?: InputMaybe<ReadonlyArray<Scalars['String']['input']> | Scalars['String']['input']>;
}>;


export type LabelsQuery = { readonly labels?: ReadonlyArray<{ readonly type: string, readonly values: ReadonlyArray<{ readonly value: string, readonly label: string }> }> | null };

export type DifferencesQueryVariables = Exact<{
  programme: Scalars['String']['input'];
  from: Scalars['DateTime']['input'];
  to?: InputMaybe<Scalars['DateTime']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type DifferencesQuery = { readonly differences?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly kind: DifferenceKind, readonly change: DifferenceChange, readonly code?: string | null, readonly period?: string | null, readonly indicator?: { readonly id: string, readonly code: string, readonly name: string } | null, readonly before?: { readonly value?: string | null, readonly unit?: Unit | null, readonly comparator?: Comparator | null, readonly dueOn?: string | null, readonly statement?: string | null } | null, readonly after?: { readonly value?: string | null, readonly unit?: Unit | null, readonly comparator?: Comparator | null, readonly dueOn?: string | null, readonly statement?: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null } } | null };

export type ToMendFragment = { readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null };

export type FigureAfterChangeFragment = { readonly id: string, readonly version: number, readonly state: MeasurementState, readonly value?: string | null, readonly contentHash?: string | null, readonly viewerCan?: { readonly draft: boolean, readonly submit: boolean, readonly withdraw: boolean, readonly endorse: boolean, readonly return: boolean, readonly publish: boolean, readonly correct: boolean } | null };

export type MyObligationsQueryVariables = Exact<{
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type MyObligationsQuery = { readonly myObligations?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly id: string, readonly regime: Regime, readonly period: string, readonly opensOn: string, readonly dueOn: string, readonly closesOn: string, readonly state: ObligationState, readonly onTime?: boolean | null, readonly indicator?: { readonly id: string, readonly code: string, readonly name: string, readonly unit: Unit, readonly decimals: number, readonly valueKind: ValueKind } | null, readonly subject?: { readonly id: string, readonly code: string, readonly name: string } | null, readonly measurement?: { readonly numerator?: string | null, readonly denominator?: string | null, readonly narrative?: string | null, readonly note?: string | null, readonly id: string, readonly version: number, readonly state: MeasurementState, readonly value?: string | null, readonly contentHash?: string | null, readonly viewerCan?: { readonly draft: boolean, readonly submit: boolean, readonly withdraw: boolean, readonly endorse: boolean, readonly return: boolean, readonly publish: boolean, readonly correct: boolean } | null } | null, readonly viewerCan?: { readonly answerNil: boolean } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null } } | null };

export type FiguresToDecideQueryVariables = Exact<{
  states: ReadonlyArray<MeasurementState> | MeasurementState;
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type FiguresToDecideQuery = { readonly measurements?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly period: string, readonly numerator?: string | null, readonly denominator?: string | null, readonly narrative?: string | null, readonly note?: string | null, readonly comment?: string | null, readonly id: string, readonly version: number, readonly state: MeasurementState, readonly value?: string | null, readonly contentHash?: string | null, readonly indicator?: { readonly id: string, readonly code: string, readonly name: string, readonly unit: Unit, readonly decimals: number } | null, readonly subject?: { readonly id: string, readonly code: string, readonly name: string } | null, readonly viewerCan?: { readonly draft: boolean, readonly submit: boolean, readonly withdraw: boolean, readonly endorse: boolean, readonly return: boolean, readonly publish: boolean, readonly correct: boolean } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null } } | null };

export type WhoHasAnsweredQueryVariables = Exact<{
  period: Scalars['Period']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type WhoHasAnsweredQuery = { readonly completeness?: { readonly nodes: ReadonlyArray<{ readonly expected: number, readonly answered: number, readonly answeredOnTime: number, readonly completeness?: string | null, readonly timeliness?: string | null, readonly reporter?: { readonly id: string, readonly code: string, readonly name: string } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null } } | null };

export type ReportingMatrixQueryVariables = Exact<{
  period: Scalars['Period']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type ReportingMatrixQuery = { readonly reportingMatrix?: { readonly totalCount?: number | null, readonly nodes: ReadonlyArray<{ readonly agency?: { readonly id: string, readonly code: string, readonly name: string } | null, readonly obligations?: ReadonlyArray<{ readonly id: string, readonly state: ObligationState, readonly onTime?: boolean | null, readonly indicator?: { readonly id: string, readonly code: string } | null }> | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null } } | null };

export type DraftFigureMutationVariables = Exact<{
  input: DraftMeasurementInput;
  key: Scalars['UUID']['input'];
}>;


export type DraftFigureMutation = { readonly draftMeasurement?: { readonly measurement?: { readonly id: string, readonly version: number, readonly state: MeasurementState, readonly value?: string | null, readonly contentHash?: string | null, readonly viewerCan?: { readonly draft: boolean, readonly submit: boolean, readonly withdraw: boolean, readonly endorse: boolean, readonly return: boolean, readonly publish: boolean, readonly correct: boolean } | null } | null, readonly current?: { readonly id: string, readonly version: number, readonly state: MeasurementState, readonly value?: string | null, readonly contentHash?: string | null, readonly viewerCan?: { readonly draft: boolean, readonly submit: boolean, readonly withdraw: boolean, readonly endorse: boolean, readonly return: boolean, readonly publish: boolean, readonly correct: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type SubmitFigureMutationVariables = Exact<{
  input: SubmitMeasurementInput;
  key: Scalars['UUID']['input'];
}>;


export type SubmitFigureMutation = { readonly submitMeasurement?: { readonly measurement?: { readonly id: string, readonly version: number, readonly state: MeasurementState, readonly value?: string | null, readonly contentHash?: string | null, readonly viewerCan?: { readonly draft: boolean, readonly submit: boolean, readonly withdraw: boolean, readonly endorse: boolean, readonly return: boolean, readonly publish: boolean, readonly correct: boolean } | null } | null, readonly current?: { readonly id: string, readonly version: number, readonly state: MeasurementState, readonly value?: string | null, readonly contentHash?: string | null, readonly viewerCan?: { readonly draft: boolean, readonly submit: boolean, readonly withdraw: boolean, readonly endorse: boolean, readonly return: boolean, readonly publish: boolean, readonly correct: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type EndorseFigureMutationVariables = Exact<{
  input: EndorseMeasurementInput;
  key: Scalars['UUID']['input'];
}>;


export type EndorseFigureMutation = { readonly endorseMeasurement?: { readonly measurement?: { readonly id: string, readonly version: number, readonly state: MeasurementState, readonly value?: string | null, readonly contentHash?: string | null, readonly viewerCan?: { readonly draft: boolean, readonly submit: boolean, readonly withdraw: boolean, readonly endorse: boolean, readonly return: boolean, readonly publish: boolean, readonly correct: boolean } | null } | null, readonly current?: { readonly id: string, readonly version: number, readonly state: MeasurementState, readonly value?: string | null, readonly contentHash?: string | null, readonly viewerCan?: { readonly draft: boolean, readonly submit: boolean, readonly withdraw: boolean, readonly endorse: boolean, readonly return: boolean, readonly publish: boolean, readonly correct: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type PublishFigureMutationVariables = Exact<{
  input: PublishMeasurementInput;
  key: Scalars['UUID']['input'];
}>;


export type PublishFigureMutation = { readonly publishMeasurement?: { readonly measurement?: { readonly id: string, readonly version: number, readonly state: MeasurementState, readonly value?: string | null, readonly contentHash?: string | null, readonly viewerCan?: { readonly draft: boolean, readonly submit: boolean, readonly withdraw: boolean, readonly endorse: boolean, readonly return: boolean, readonly publish: boolean, readonly correct: boolean } | null } | null, readonly current?: { readonly id: string, readonly version: number, readonly state: MeasurementState, readonly value?: string | null, readonly contentHash?: string | null, readonly viewerCan?: { readonly draft: boolean, readonly submit: boolean, readonly withdraw: boolean, readonly endorse: boolean, readonly return: boolean, readonly publish: boolean, readonly correct: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type CorrectFigureMutationVariables = Exact<{
  input: CorrectMeasurementInput;
  key: Scalars['UUID']['input'];
}>;


export type CorrectFigureMutation = { readonly correctMeasurement?: { readonly measurement?: { readonly id: string, readonly version: number, readonly state: MeasurementState, readonly value?: string | null, readonly contentHash?: string | null, readonly viewerCan?: { readonly draft: boolean, readonly submit: boolean, readonly withdraw: boolean, readonly endorse: boolean, readonly return: boolean, readonly publish: boolean, readonly correct: boolean } | null } | null, readonly current?: { readonly id: string, readonly version: number, readonly state: MeasurementState, readonly value?: string | null, readonly contentHash?: string | null, readonly viewerCan?: { readonly draft: boolean, readonly submit: boolean, readonly withdraw: boolean, readonly endorse: boolean, readonly return: boolean, readonly publish: boolean, readonly correct: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type ReturnFigureMutationVariables = Exact<{
  input: ReturnMeasurementInput;
  key: Scalars['UUID']['input'];
}>;


export type ReturnFigureMutation = { readonly returnMeasurement?: { readonly measurement?: { readonly id: string, readonly version: number, readonly state: MeasurementState, readonly value?: string | null, readonly contentHash?: string | null, readonly viewerCan?: { readonly draft: boolean, readonly submit: boolean, readonly withdraw: boolean, readonly endorse: boolean, readonly return: boolean, readonly publish: boolean, readonly correct: boolean } | null } | null, readonly current?: { readonly id: string, readonly version: number, readonly state: MeasurementState, readonly value?: string | null, readonly contentHash?: string | null, readonly viewerCan?: { readonly draft: boolean, readonly submit: boolean, readonly withdraw: boolean, readonly endorse: boolean, readonly return: boolean, readonly publish: boolean, readonly correct: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type WithdrawFigureMutationVariables = Exact<{
  input: WithdrawMeasurementInput;
  key: Scalars['UUID']['input'];
}>;


export type WithdrawFigureMutation = { readonly withdrawMeasurement?: { readonly measurement?: { readonly id: string, readonly version: number, readonly state: MeasurementState, readonly value?: string | null, readonly contentHash?: string | null, readonly viewerCan?: { readonly draft: boolean, readonly submit: boolean, readonly withdraw: boolean, readonly endorse: boolean, readonly return: boolean, readonly publish: boolean, readonly correct: boolean } | null } | null, readonly current?: { readonly id: string, readonly version: number, readonly state: MeasurementState, readonly value?: string | null, readonly contentHash?: string | null, readonly viewerCan?: { readonly draft: boolean, readonly submit: boolean, readonly withdraw: boolean, readonly endorse: boolean, readonly return: boolean, readonly publish: boolean, readonly correct: boolean } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type AnswerNilMutationVariables = Exact<{
  input: AnswerNilInput;
  key: Scalars['UUID']['input'];
}>;


export type AnswerNilMutation = { readonly answerNil?: { readonly nilAnswer?: { readonly id: string, readonly version: number, readonly period: string, readonly note: string } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type RequestUnlockMutationVariables = Exact<{
  input: RequestUnlockInput;
  key: Scalars['UUID']['input'];
}>;


export type RequestUnlockMutation = { readonly requestUnlock?: { readonly unlockRequest?: { readonly id: string, readonly version: number, readonly state: UnlockState, readonly period: string } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type DecideUnlockMutationVariables = Exact<{
  input: DecideUnlockInput;
  key: Scalars['UUID']['input'];
}>;


export type DecideUnlockMutation = { readonly decideUnlock?: { readonly unlockRequest?: { readonly id: string, readonly version: number, readonly state: UnlockState, readonly expiresOn?: string | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type ChaseMutationVariables = Exact<{
  input: ChaseInput;
  key: Scalars['UUID']['input'];
}>;


export type ChaseMutation = { readonly chase?: { readonly chased?: ReadonlyArray<{ readonly figures: number, readonly agency?: { readonly id: string, readonly name: string } | null }> | null, readonly userErrors: ReadonlyArray<{ readonly code: ViolationCode, readonly field: ReadonlyArray<string>, readonly message: string, readonly limit?: number | null, readonly row?: number | null }> } | null };

export type MapOfQueryVariables = Exact<{
  indicator: Scalars['String']['input'];
  below: Scalars['String']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type MapOfQuery = { readonly standings?: { readonly period: string, readonly summary?: { readonly reported: number, readonly notReported: number } | null, readonly rows?: { readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null }, readonly nodes: ReadonlyArray<{ readonly value?: string | null, readonly quartile?: number | null, readonly subject?: { readonly id: string, readonly code: string, readonly name: string, readonly location?: { readonly latitude: number, readonly longitude: number } | null } | null }> } | null } | null };

export type LeagueTableQueryVariables = Exact<{
  indicator: Scalars['String']['input'];
  below: Scalars['String']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type LeagueTableQuery = { readonly standings?: { readonly period: string, readonly direction: Direction, readonly summary?: { readonly subjects: number, readonly reported: number, readonly median?: string | null, readonly best?: string | null } | null, readonly rows?: { readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null }, readonly nodes: ReadonlyArray<{ readonly rank?: number | null, readonly quartile?: number | null, readonly value?: string | null, readonly change?: string | null, readonly subject?: { readonly id: string, readonly code: string, readonly name: string } | null, readonly measurement?: { readonly id: string, readonly source: Source } | null }> } | null } | null };

export type ScorecardsQueryVariables = Exact<{
  period: Scalars['Period']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type ScorecardsQuery = { readonly scorecards?: { readonly nodes: ReadonlyArray<{ readonly late: number, readonly agency?: { readonly id: string, readonly code: string, readonly name: string } | null, readonly reports?: { readonly expected: number, readonly answered: number, readonly onTime: number, readonly nil: number, readonly overdue: number } | null, readonly directives?: { readonly due: number, readonly doneOnTime: number, readonly doneLate: number, readonly overdue: number, readonly delayDays: number } | null, readonly extensions?: { readonly asked: number, readonly granted: number } | null, readonly input?: { readonly owed: number, readonly overdue: number } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null } } | null };

export type RankingOfCommunesQueryVariables = Exact<{
  period: Scalars['Period']['input'];
  below: Scalars['String']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type RankingOfCommunesQuery = { readonly rankings?: { readonly startsOn: string, readonly endsOn: string, readonly scheme?: { readonly version: number, readonly source: string, readonly least: number, readonly weights?: ReadonlyArray<{ readonly part: RankingPart, readonly weight: string }> | null } | null, readonly rows?: { readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor?: string | null }, readonly nodes: ReadonlyArray<{ readonly rank?: number | null, readonly unranked?: Unranked | null, readonly score?: string | null, readonly judged: number, readonly agency?: { readonly id: string, readonly code: string, readonly name: string } | null, readonly parts?: ReadonlyArray<{ readonly part: RankingPart, readonly weight: string, readonly value?: string | null, readonly contribution?: string | null }> | null }> } | null } | null };

export const MySessionsDocument = /* @__PURE__ */ gql<MySessionsQuery, MySessionsQueryVariables>(
  "query MySessions { viewer { sessions { id clientName lastUsedAt current } } }",
);

export const MyNotificationsDocument = /* @__PURE__ */ gql<MyNotificationsQuery, MyNotificationsQueryVariables>(
  "query MyNotifications($unread: Boolean, $after: String) { viewer { unreadNotifications } notifications(filter: {unread: $unread}, first: 20, after: $after) { totalCount nodes { id kind message dueOn createdAt readAt directive { id code } period agencies { figures agency { id name } } } pageInfo { hasNextPage endCursor } } }",
);

export const MarkNotificationsReadDocument = /* @__PURE__ */ gql<MarkNotificationsReadMutation, MarkNotificationsReadMutationVariables>(
  "mutation MarkNotificationsRead($input: MarkNotificationsReadInput!) { markNotificationsRead(input: $input) { done userErrors { ...ToMend } } } fragment ToMend on UserError { code field message limit row }",
);

export const ChooseNotificationsDocument = /* @__PURE__ */ gql<ChooseNotificationsMutation, ChooseNotificationsMutationVariables>(
  "mutation ChooseNotifications($input: ChooseNotificationsInput!) { chooseNotifications(input: $input) { choices { kind mail push } userErrors { ...ToMend } } } fragment ToMend on UserError { code field message limit row }",
);

export const PushDocument = /* @__PURE__ */ gql<PushQuery, PushQueryVariables>(
  "query Push { viewer { pushKey pushSubscriptions { id endpoint createdAt } notificationChoices { kind mail push } } }",
);

export const SubscribeToPushDocument = /* @__PURE__ */ gql<SubscribeToPushMutation, SubscribeToPushMutationVariables>(
  "mutation SubscribeToPush($input: SubscribeToPushInput!) { subscribeToPush(input: $input) { subscription { id endpoint createdAt } userErrors { ...ToMend } } } fragment ToMend on UserError { code field message limit row }",
);

export const UnsubscribeFromPushDocument = /* @__PURE__ */ gql<UnsubscribeFromPushMutation, UnsubscribeFromPushMutationVariables>(
  "mutation UnsubscribeFromPush($input: UnsubscribeFromPushInput!) { unsubscribeFromPush(input: $input) { done userErrors { ...ToMend } } } fragment ToMend on UserError { code field message limit row }",
);

export const AuditTrailDocument = /* @__PURE__ */ gql<AuditTrailQuery, AuditTrailQueryVariables>(
  "query AuditTrail($filter: AuditTrailFilter, $after: String) { auditTrail(filter: $filter, first: 50, after: $after) { nodes { id number recordedAt actorKind actor { id login fullName } action succeeded noun objectId before after clientName requestId } pageInfo { hasNextPage endCursor } } }",
);

export const AgenciesDocument = /* @__PURE__ */ gql<AgenciesQuery, AgenciesQueryVariables>(
  "query Agencies($province: String, $after: String) { agencies( filter: {province: $province} order: {by: NAME} first: 100 after: $after ) { totalCount nodes { id code name kind province } pageInfo { hasNextPage endCursor } } }",
);

export const AgencyPageDocument = /* @__PURE__ */ gql<AgencyPageQuery, AgencyPageQueryVariables>(
  "query AgencyPage($code: String!) { agency(code: $code) { id code name kind province ancestors { id code name } children { totalCount nodes { id code name } } ledDirectives(filter: {hasDeadline: true}, first: 10) { totalCount nodes { ...DirectiveRow } } coordinatedDirectives(first: 5) { totalCount nodes { ...DirectiveRow } } reportingRules { nodes { id kind cadences { cadence words } recipients { id name } } } recommendations(first: 5) { totalCount nodes { id code topic state } } } } fragment DirectiveRow on Directive { id code clause title dueOn dueExpected state stateSource timeliness }",
);

export const DirectivesDocument = /* @__PURE__ */ gql<DirectivesQuery, DirectivesQueryVariables>(
  "query Directives($filter: DirectiveFilter, $after: String) { directives(filter: $filter, order: {by: DUE_ON}, first: 50, after: $after) { totalCount nodes { ...DirectiveRow leads { id code name } progressUpdates(first: 1) { nodes { id reportedOn percent obstacles source } } } pageInfo { hasNextPage endCursor } } } fragment DirectiveRow on Directive { id code clause title dueOn dueExpected state stateSource timeliness }",
);

export const DirectivesOfIndicatorDocument = /* @__PURE__ */ gql<DirectivesOfIndicatorQuery, DirectivesOfIndicatorQueryVariables>(
  "query DirectivesOfIndicator($indicator: String!, $timeliness: [Timeliness!], $on: Date) { indicator(code: $indicator) { id name directives(filter: {timeliness: $timeliness, on: $on}, first: 50) { totalCount nodes { ...DirectiveRow leads { id code name } } } } } fragment DirectiveRow on Directive { id code clause title dueOn dueExpected state stateSource timeliness }",
);

export const DirectivePageDocument = /* @__PURE__ */ gql<DirectivePageQuery, DirectivePageQueryVariables>(
  "query DirectivePage($code: String!, $after: String) { directive(code: $code) { ...DirectiveRow version content originalDueOn isBlocked waitedDays document { id code symbol title } leads { id code name } coordinators { words agency { id code name } } deadlines { words operator precision } extensionRequests { id state proposedOn } inputRequests { id question answer } viewerCan { accept delegate reportProgress requestInput giveInput requestExtension decideExtension answerCounterOffer reportDone confirmDone sendBack cancel } timeline(first: 20, after: $after) { totalCount nodes { id kind occurredOn recordedAt role text agency { id name } } pageInfo { hasNextPage endCursor } } } } fragment DirectiveRow on Directive { id code clause title dueOn dueExpected state stateSource timeliness }",
);

export const IssueDirectiveDocument = /* @__PURE__ */ gql<IssueDirectiveMutation, IssueDirectiveMutationVariables>(
  "mutation IssueDirective($input: IssueDirectiveInput!, $key: UUID!) { issueDirective(input: $input, idempotencyKey: $key) { directive { ...DirectiveAfterChange code } userErrors { ...ToMend } } } fragment DirectiveAfterChange on Directive { id version state dueOn timeliness viewerCan { accept reportProgress requestExtension reportDone confirmDone sendBack } } fragment ToMend on UserError { code field message limit row }",
);

export const AcceptDirectiveDocument = /* @__PURE__ */ gql<AcceptDirectiveMutation, AcceptDirectiveMutationVariables>(
  "mutation AcceptDirective($input: AcceptDirectiveInput!, $key: UUID!) { acceptDirective(input: $input, idempotencyKey: $key) { directive { ...DirectiveAfterChange } current { ...DirectiveAfterChange } userErrors { ...ToMend } } } fragment DirectiveAfterChange on Directive { id version state dueOn timeliness viewerCan { accept reportProgress requestExtension reportDone confirmDone sendBack } } fragment ToMend on UserError { code field message limit row }",
);

export const ReportProgressDocument = /* @__PURE__ */ gql<ReportProgressMutation, ReportProgressMutationVariables>(
  "mutation ReportProgress($input: ReportProgressInput!, $key: UUID!) { reportProgress(input: $input, idempotencyKey: $key) { directive { ...DirectiveAfterChange } current { ...DirectiveAfterChange } userErrors { ...ToMend } } } fragment DirectiveAfterChange on Directive { id version state dueOn timeliness viewerCan { accept reportProgress requestExtension reportDone confirmDone sendBack } } fragment ToMend on UserError { code field message limit row }",
);

export const RequestInputDocument = /* @__PURE__ */ gql<RequestInputMutation, RequestInputMutationVariables>(
  "mutation RequestInput($input: RequestInputInput!, $key: UUID!) { requestInput(input: $input, idempotencyKey: $key) { directive { ...DirectiveAfterChange } current { ...DirectiveAfterChange } userErrors { ...ToMend } } } fragment DirectiveAfterChange on Directive { id version state dueOn timeliness viewerCan { accept reportProgress requestExtension reportDone confirmDone sendBack } } fragment ToMend on UserError { code field message limit row }",
);

export const GiveInputDocument = /* @__PURE__ */ gql<GiveInputMutation, GiveInputMutationVariables>(
  "mutation GiveInput($input: GiveInputInput!, $key: UUID!) { giveInput(input: $input, idempotencyKey: $key) { directive { ...DirectiveAfterChange } current { ...DirectiveAfterChange } userErrors { ...ToMend } } } fragment DirectiveAfterChange on Directive { id version state dueOn timeliness viewerCan { accept reportProgress requestExtension reportDone confirmDone sendBack } } fragment ToMend on UserError { code field message limit row }",
);

export const RequestExtensionDocument = /* @__PURE__ */ gql<RequestExtensionMutation, RequestExtensionMutationVariables>(
  "mutation RequestExtension($input: RequestExtensionInput!, $key: UUID!) { requestExtension(input: $input, idempotencyKey: $key) { directive { ...DirectiveAfterChange } current { ...DirectiveAfterChange } userErrors { ...ToMend } } } fragment DirectiveAfterChange on Directive { id version state dueOn timeliness viewerCan { accept reportProgress requestExtension reportDone confirmDone sendBack } } fragment ToMend on UserError { code field message limit row }",
);

export const DecideExtensionDocument = /* @__PURE__ */ gql<DecideExtensionMutation, DecideExtensionMutationVariables>(
  "mutation DecideExtension($input: DecideExtensionInput!, $key: UUID!) { decideExtension(input: $input, idempotencyKey: $key) { directive { ...DirectiveAfterChange } current { ...DirectiveAfterChange } userErrors { ...ToMend } } } fragment DirectiveAfterChange on Directive { id version state dueOn timeliness viewerCan { accept reportProgress requestExtension reportDone confirmDone sendBack } } fragment ToMend on UserError { code field message limit row }",
);

export const AnswerCounterOfferDocument = /* @__PURE__ */ gql<AnswerCounterOfferMutation, AnswerCounterOfferMutationVariables>(
  "mutation AnswerCounterOffer($input: AnswerCounterOfferInput!, $key: UUID!) { answerCounterOffer(input: $input, idempotencyKey: $key) { directive { ...DirectiveAfterChange } current { ...DirectiveAfterChange } userErrors { ...ToMend } } } fragment DirectiveAfterChange on Directive { id version state dueOn timeliness viewerCan { accept reportProgress requestExtension reportDone confirmDone sendBack } } fragment ToMend on UserError { code field message limit row }",
);

export const ReportDoneDocument = /* @__PURE__ */ gql<ReportDoneMutation, ReportDoneMutationVariables>(
  "mutation ReportDone($input: ReportDoneInput!, $key: UUID!) { reportDone(input: $input, idempotencyKey: $key) { directive { ...DirectiveAfterChange } current { ...DirectiveAfterChange } userErrors { ...ToMend } } } fragment DirectiveAfterChange on Directive { id version state dueOn timeliness viewerCan { accept reportProgress requestExtension reportDone confirmDone sendBack } } fragment ToMend on UserError { code field message limit row }",
);

export const SendBackDirectiveDocument = /* @__PURE__ */ gql<SendBackDirectiveMutation, SendBackDirectiveMutationVariables>(
  "mutation SendBackDirective($input: DirectiveReasonInput!, $key: UUID!) { sendBackDirective(input: $input, idempotencyKey: $key) { directive { ...DirectiveAfterChange } current { ...DirectiveAfterChange } userErrors { ...ToMend } } } fragment DirectiveAfterChange on Directive { id version state dueOn timeliness viewerCan { accept reportProgress requestExtension reportDone confirmDone sendBack } } fragment ToMend on UserError { code field message limit row }",
);

export const ConfirmDoneDocument = /* @__PURE__ */ gql<ConfirmDoneMutation, ConfirmDoneMutationVariables>(
  "mutation ConfirmDone($input: ConfirmDoneInput!, $key: UUID!) { confirmDone(input: $input, idempotencyKey: $key) { directive { ...DirectiveAfterChange } current { ...DirectiveAfterChange } userErrors { ...ToMend } } } fragment DirectiveAfterChange on Directive { id version state dueOn timeliness viewerCan { accept reportProgress requestExtension reportDone confirmDone sendBack } } fragment ToMend on UserError { code field message limit row }",
);

export const CancelDirectiveDocument = /* @__PURE__ */ gql<CancelDirectiveMutation, CancelDirectiveMutationVariables>(
  "mutation CancelDirective($input: DirectiveReasonInput!, $key: UUID!) { cancelDirective(input: $input, idempotencyKey: $key) { directive { ...DirectiveAfterChange } current { ...DirectiveAfterChange } userErrors { ...ToMend } } } fragment DirectiveAfterChange on Directive { id version state dueOn timeliness viewerCan { accept reportProgress requestExtension reportDone confirmDone sendBack } } fragment ToMend on UserError { code field message limit row }",
);

export const DocumentPageDocument = /* @__PURE__ */ gql<DocumentPageQuery, DocumentPageQueryVariables>(
  "query DocumentPage($code: String!) { document(code: $code) { id code symbol title status issuedOn issuedPrecision issuer { id code name } relations { kind clause document { id code symbol title status } agency { id name } } inverseRelations { kind source { id code title } } targets(first: 20) { totalCount nodes { id code wording dueOn clause ordinal } } directives(order: {by: POSITION}, first: 20) { totalCount nodes { ...DirectiveRow } } reportingRules(first: 20) { totalCount nodes { id clause kind cadences { words } } } } } fragment DirectiveRow on Directive { id code clause title dueOn dueExpected state stateSource timeliness }",
);

export const RecommendationsDocument = /* @__PURE__ */ gql<RecommendationsQuery, RecommendationsQueryVariables>(
  "query Recommendations($from: String, $states: [RecommendationState!], $after: String) { recommendations( filter: {from: $from, states: $states} first: 20 after: $after ) { totalCount nodes { id code topic text state to { id name } answers { nodes { ...DirectiveRow } } } pageInfo { hasNextPage endCursor } } } fragment DirectiveRow on Directive { id code clause title dueOn dueExpected state stateSource timeliness }",
);

export const SeriesDocument = /* @__PURE__ */ gql<SeriesQuery, SeriesQueryVariables>(
  "query Series($indicator: String!, $subject: String!, $over: RelativePeriod!, $on: Date) { indicator(code: $indicator) { id name unit decimals series(subject: $subject, over: $over, on: $on) { nodes { id period value numerator denominator source } } } }",
);

export const ColourExplainedDocument = /* @__PURE__ */ gql<ColourExplainedQuery, ColourExplainedQueryVariables>(
  "query ColourExplained($indicator: String!, $subject: String!, $milestone: Int) { indicator(code: $indicator) { id name assessment(subject: $subject, milestone: $milestone) { status sentence inputs { kind value on words target { id code clause } measurement { id period } } lines { status target { id code } } } } }",
);

export const TargetsOfDocument = /* @__PURE__ */ gql<TargetsOfQuery, TargetsOfQueryVariables>(
  "query TargetsOf($indicator: String!, $document: String, $dueFrom: Date, $dueUntil: Date, $after: String) { targets( filter: {indicator: $indicator, document: $document, dueFrom: $dueFrom, dueUntil: $dueUntil} first: 100 after: $after ) { nodes { id code wording dueOn comparator sourceWords value upperValue statement measuredOver effectiveComparator { comparator rule } warnings { kind } document { id code symbol title status } clause ordinal note } pageInfo { hasNextPage endCursor } } }",
);

export const KnownThenDocument = /* @__PURE__ */ gql<KnownThenQuery, KnownThenQueryVariables>(
  "query KnownThen($indicator: String!, $subject: String!, $milestone: Int, $instant: DateTime!) { now: indicator(code: $indicator) { ...KnownOfIndicator } asOf(instant: $instant) { indicator(code: $indicator) { ...KnownOfIndicator } } } fragment KnownOfIndicator on Indicator { name latestMeasurement(subject: $subject) { period value } assessment(subject: $subject, milestone: $milestone) { status sentence } targets(first: 20) { nodes { dueOn value } } }",
);

export const AreaFiguresDocument = /* @__PURE__ */ gql<AreaFiguresQuery, AreaFiguresQueryVariables>(
  "query AreaFigures($indicator: String!, $subject: String!, $period: Period!) { indicator(code: $indicator) { id name unit areaFigures(subject: $subject, period: $period, boundaries: {of: CURRENT}) { period value numerator denominator isComplete measurements { id subject { id name } value } missing { id name } notAttributable { id name } } } }",
);

export const ChangeCursorDocument = /* @__PURE__ */ gql<ChangeCursorQuery, ChangeCursorQueryVariables>(
  "query ChangeCursor { changeCursor }",
);

export const ChangedDocument = /* @__PURE__ */ gql<ChangedSubscription, ChangedSubscriptionVariables>(
  "subscription Changed($after: String, $types: [ChangeType!], $programme: String, $agency: String, $code: String) { changed( after: $after types: $types programme: $programme agency: $agency code: $code ) { cursor kind type id recordedAt object { __typename id ... on Measurement { indicator { id code name } subject { id code name } period figureState: state value } ... on Directive { code title dueOn directiveState: state timeliness } } } }",
);

export const DirectivesToCopyDocument = /* @__PURE__ */ gql<DirectivesToCopyQuery, DirectivesToCopyQueryVariables>(
  "query DirectivesToCopy($programme: String, $after: String) { directives(filter: {programme: $programme}, first: 100, after: $after) { nodes { ...CopyOfDirective } pageInfo { hasNextPage endCursor } } } fragment CopyOfDirective on Directive { ...DirectiveRow version completedOn leads { id code name } } fragment DirectiveRow on Directive { id code clause title dueOn dueExpected state stateSource timeliness }",
);

export const ChangesOfDirectivesDocument = /* @__PURE__ */ gql<ChangesOfDirectivesQuery, ChangesOfDirectivesQueryVariables>(
  "query ChangesOfDirectives($programme: String, $after: String) { changes(after: $after, types: [DIRECTIVE], programme: $programme, first: 100) { events { kind type id object { id ...CopyOfDirective } } endCursor hasMore } } fragment CopyOfDirective on Directive { ...DirectiveRow version completedOn leads { id code name } } fragment DirectiveRow on Directive { id code clause title dueOn dueExpected state stateSource timeliness }",
);

export const FiguresToCopyDocument = /* @__PURE__ */ gql<FiguresToCopyQuery, FiguresToCopyQueryVariables>(
  "query FiguresToCopy($indicator: String!, $after: String) { measurements(filter: {indicator: $indicator}, first: 100, after: $after) { nodes { ...CopyOfFigure } pageInfo { hasNextPage endCursor } } } fragment CopyOfFigure on Measurement { id version period state value observation source indicator { id code } subject { id code } }",
);

export const ChangesOfFiguresDocument = /* @__PURE__ */ gql<ChangesOfFiguresQuery, ChangesOfFiguresQueryVariables>(
  "query ChangesOfFigures($indicator: String!, $after: String) { changes(after: $after, types: [MEASUREMENT], code: $indicator, first: 100) { events { kind type id object { id ...CopyOfFigure } } endCursor hasMore } } fragment CopyOfFigure on Measurement { id version period state value observation source indicator { id code } subject { id code } }",
);

export const DashboardDocument = /* @__PURE__ */ gql<DashboardQuery, DashboardQueryVariables>(
  "query Dashboard($programme: String!, $subject: String!) { indicators(filter: {programme: $programme}, first: 100) { totalCount nodes { id code name unit direction decimals targets(filter: {programme: $programme}, first: 20) { nodes { id dueOn cadence comparator value upperValue statement } } latestMeasurement(subject: $subject) { id period value observation source } } } }",
);

export const LeadersScreenDocument = /* @__PURE__ */ gql<LeadersScreenQuery, LeadersScreenQueryVariables>(
  "query LeadersScreen($programme: String!) { statusCounts(by: GROUP, filter: {programme: $programme}) { nodes { group { id code name } total achieved onTrack atRisk offTrack missed needsJudgement noData incomplete noTarget } } assessments(filter: {programme: $programme}, first: 10) { totalCount nodes { status dueOn pace sentence indicator { id code name lead { id code name } } } } }",
);

export const PillarsDocument = /* @__PURE__ */ gql<PillarsQuery, PillarsQueryVariables>(
  "query Pillars($programme: String!) { programme(code: $programme) { id name jurisdiction { id code name } documents { role document { id code symbol title status } } groups { nodes { id code name indicators(first: 100) { totalCount nodes { id code name } } } } } }",
);

export const OnTrackForDocument = /* @__PURE__ */ gql<OnTrackForQuery, OnTrackForQueryVariables>(
  "query OnTrackFor($programme: String!, $milestone: Int!, $after: String) { assessments( filter: {programme: $programme, milestone: $milestone} first: 100 after: $after ) { totalCount nodes { status value demanded attainment sentence indicator { id code name unit } } pageInfo { hasNextPage endCursor } } }",
);

export const HowFarDocument = /* @__PURE__ */ gql<HowFarQuery, HowFarQueryVariables>(
  "query HowFar($programme: String!, $group: String, $after: String) { assessments( filter: {programme: $programme, group: $group} order: {by: ATTAINMENT, direction: DESCENDING} first: 30 after: $after ) { nodes { attainment dueOn indicator { id code name } projection { projection { value lower upper reachedOn } noneBecause } } pageInfo { hasNextPage endCursor } } }",
);

export const SearchDocument = /* @__PURE__ */ gql<SearchQuery, SearchQueryVariables>(
  "query Search($text: String!, $after: String) { search(text: $text, first: 10, after: $after) { edges { rank node { __typename ... on Node { id } ... on Agency { code name province ancestors { id name } } ... on Document { code symbol title } ... on Indicator { code name } ... on Directive { code clause title } ... on Recommendation { code topic } } } pageInfo { hasNextPage endCursor } } }",
);

export const LabelsDocument = /* @__PURE__ */ gql<LabelsQuery, LabelsQueryVariables>(
  "query Labels($types: [String!]) { labels(types: $types) { type values { value label } } }",
);

export const DifferencesDocument = /* @__PURE__ */ gql<DifferencesQuery, DifferencesQueryVariables>(
  "query Differences($programme: String!, $from: DateTime!, $to: DateTime, $after: String) { differences( programme: $programme from: $from to: $to first: 20 after: $after ) { totalCount nodes { kind change code period indicator { id code name } before { value unit comparator dueOn statement } after { value unit comparator dueOn statement } } pageInfo { hasNextPage endCursor } } }",
);

export const MyObligationsDocument = /* @__PURE__ */ gql<MyObligationsQuery, MyObligationsQueryVariables>(
  "query MyObligations($first: Int, $after: String) { myObligations(first: $first, after: $after) { totalCount nodes { id indicator { id code name unit decimals valueKind } subject { id code name } regime period opensOn dueOn closesOn state onTime measurement { ...FigureAfterChange numerator denominator narrative note } viewerCan { answerNil } } pageInfo { hasNextPage endCursor } } } fragment FigureAfterChange on Measurement { id version state value contentHash viewerCan { draft submit withdraw endorse return publish correct } }",
);

export const FiguresToDecideDocument = /* @__PURE__ */ gql<FiguresToDecideQuery, FiguresToDecideQueryVariables>(
  "query FiguresToDecide($states: [MeasurementState!]!, $after: String) { measurements(filter: {states: $states}, first: 20, after: $after) { totalCount nodes { ...FigureAfterChange indicator { id code name unit decimals } subject { id code name } period numerator denominator narrative note comment } pageInfo { hasNextPage endCursor } } } fragment FigureAfterChange on Measurement { id version state value contentHash viewerCan { draft submit withdraw endorse return publish correct } }",
);

export const WhoHasAnsweredDocument = /* @__PURE__ */ gql<WhoHasAnsweredQuery, WhoHasAnsweredQueryVariables>(
  "query WhoHasAnswered($period: Period!, $after: String) { completeness(by: REPORTER, filter: {period: $period}, first: 20, after: $after) { nodes { reporter { id code name } expected answered answeredOnTime completeness timeliness } pageInfo { hasNextPage endCursor } } }",
);

export const ReportingMatrixDocument = /* @__PURE__ */ gql<ReportingMatrixQuery, ReportingMatrixQueryVariables>(
  "query ReportingMatrix($period: Period!, $after: String) { reportingMatrix(period: $period, first: 10, after: $after) { totalCount nodes { agency { id code name } obligations { id indicator { id code } state onTime } } pageInfo { hasNextPage endCursor } } }",
);

export const DraftFigureDocument = /* @__PURE__ */ gql<DraftFigureMutation, DraftFigureMutationVariables>(
  "mutation DraftFigure($input: DraftMeasurementInput!, $key: UUID!) { draftMeasurement(input: $input, idempotencyKey: $key) { measurement { ...FigureAfterChange } current { ...FigureAfterChange } userErrors { ...ToMend } } } fragment FigureAfterChange on Measurement { id version state value contentHash viewerCan { draft submit withdraw endorse return publish correct } } fragment ToMend on UserError { code field message limit row }",
);

export const SubmitFigureDocument = /* @__PURE__ */ gql<SubmitFigureMutation, SubmitFigureMutationVariables>(
  "mutation SubmitFigure($input: SubmitMeasurementInput!, $key: UUID!) { submitMeasurement(input: $input, idempotencyKey: $key) { measurement { ...FigureAfterChange } current { ...FigureAfterChange } userErrors { ...ToMend } } } fragment FigureAfterChange on Measurement { id version state value contentHash viewerCan { draft submit withdraw endorse return publish correct } } fragment ToMend on UserError { code field message limit row }",
);

export const EndorseFigureDocument = /* @__PURE__ */ gql<EndorseFigureMutation, EndorseFigureMutationVariables>(
  "mutation EndorseFigure($input: EndorseMeasurementInput!, $key: UUID!) { endorseMeasurement(input: $input, idempotencyKey: $key) { measurement { ...FigureAfterChange } current { ...FigureAfterChange } userErrors { ...ToMend } } } fragment FigureAfterChange on Measurement { id version state value contentHash viewerCan { draft submit withdraw endorse return publish correct } } fragment ToMend on UserError { code field message limit row }",
);

export const PublishFigureDocument = /* @__PURE__ */ gql<PublishFigureMutation, PublishFigureMutationVariables>(
  "mutation PublishFigure($input: PublishMeasurementInput!, $key: UUID!) { publishMeasurement(input: $input, idempotencyKey: $key) { measurement { ...FigureAfterChange } current { ...FigureAfterChange } userErrors { ...ToMend } } } fragment FigureAfterChange on Measurement { id version state value contentHash viewerCan { draft submit withdraw endorse return publish correct } } fragment ToMend on UserError { code field message limit row }",
);

export const CorrectFigureDocument = /* @__PURE__ */ gql<CorrectFigureMutation, CorrectFigureMutationVariables>(
  "mutation CorrectFigure($input: CorrectMeasurementInput!, $key: UUID!) { correctMeasurement(input: $input, idempotencyKey: $key) { measurement { ...FigureAfterChange } current { ...FigureAfterChange } userErrors { ...ToMend } } } fragment FigureAfterChange on Measurement { id version state value contentHash viewerCan { draft submit withdraw endorse return publish correct } } fragment ToMend on UserError { code field message limit row }",
);

export const ReturnFigureDocument = /* @__PURE__ */ gql<ReturnFigureMutation, ReturnFigureMutationVariables>(
  "mutation ReturnFigure($input: ReturnMeasurementInput!, $key: UUID!) { returnMeasurement(input: $input, idempotencyKey: $key) { measurement { ...FigureAfterChange } current { ...FigureAfterChange } userErrors { ...ToMend } } } fragment FigureAfterChange on Measurement { id version state value contentHash viewerCan { draft submit withdraw endorse return publish correct } } fragment ToMend on UserError { code field message limit row }",
);

export const WithdrawFigureDocument = /* @__PURE__ */ gql<WithdrawFigureMutation, WithdrawFigureMutationVariables>(
  "mutation WithdrawFigure($input: WithdrawMeasurementInput!, $key: UUID!) { withdrawMeasurement(input: $input, idempotencyKey: $key) { measurement { ...FigureAfterChange } current { ...FigureAfterChange } userErrors { ...ToMend } } } fragment FigureAfterChange on Measurement { id version state value contentHash viewerCan { draft submit withdraw endorse return publish correct } } fragment ToMend on UserError { code field message limit row }",
);

export const AnswerNilDocument = /* @__PURE__ */ gql<AnswerNilMutation, AnswerNilMutationVariables>(
  "mutation AnswerNil($input: AnswerNilInput!, $key: UUID!) { answerNil(input: $input, idempotencyKey: $key) { nilAnswer { id version period note } userErrors { ...ToMend } } } fragment ToMend on UserError { code field message limit row }",
);

export const RequestUnlockDocument = /* @__PURE__ */ gql<RequestUnlockMutation, RequestUnlockMutationVariables>(
  "mutation RequestUnlock($input: RequestUnlockInput!, $key: UUID!) { requestUnlock(input: $input, idempotencyKey: $key) { unlockRequest { id version state period } userErrors { ...ToMend } } } fragment ToMend on UserError { code field message limit row }",
);

export const DecideUnlockDocument = /* @__PURE__ */ gql<DecideUnlockMutation, DecideUnlockMutationVariables>(
  "mutation DecideUnlock($input: DecideUnlockInput!, $key: UUID!) { decideUnlock(input: $input, idempotencyKey: $key) { unlockRequest { id version state expiresOn } userErrors { ...ToMend } } } fragment ToMend on UserError { code field message limit row }",
);

export const ChaseDocument = /* @__PURE__ */ gql<ChaseMutation, ChaseMutationVariables>(
  "mutation Chase($input: ChaseInput!, $key: UUID!) { chase(input: $input, idempotencyKey: $key) { chased { figures agency { id name } } userErrors { ...ToMend } } } fragment ToMend on UserError { code field message limit row }",
);

export const MapOfDocument = /* @__PURE__ */ gql<MapOfQuery, MapOfQueryVariables>(
  "query MapOf($indicator: String!, $below: String!, $after: String) { standings(indicator: $indicator, filter: {level: COMMUNE, below: $below}) { period summary { reported notReported } rows(order: {by: CODE}, first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { value quartile subject { id code name location { latitude longitude } } } } } }",
);

export const LeagueTableDocument = /* @__PURE__ */ gql<LeagueTableQuery, LeagueTableQueryVariables>(
  "query LeagueTable($indicator: String!, $below: String!, $after: String) { standings(indicator: $indicator, filter: {level: COMMUNE, below: $below}) { period direction summary { subjects reported median best } rows(first: 20, after: $after) { pageInfo { hasNextPage endCursor } nodes { rank quartile value change subject { id code name } measurement { id source } } } } }",
);

export const ScorecardsDocument = /* @__PURE__ */ gql<ScorecardsQuery, ScorecardsQueryVariables>(
  "query Scorecards($period: Period!, $after: String) { scorecards( period: $period order: {by: LATE, direction: DESCENDING} first: 20 after: $after ) { nodes { agency { id code name } late reports { expected answered onTime nil overdue } directives { due doneOnTime doneLate overdue delayDays } extensions { asked granted } input { owed overdue } } pageInfo { hasNextPage endCursor } } }",
);

export const RankingOfCommunesDocument = /* @__PURE__ */ gql<RankingOfCommunesQuery, RankingOfCommunesQueryVariables>(
  "query RankingOfCommunes($period: Period!, $below: String!, $after: String) { rankings(period: $period, filter: {level: COMMUNE, below: $below}) { startsOn endsOn scheme { version source least weights { part weight } } rows(first: 20, after: $after) { pageInfo { hasNextPage endCursor } nodes { rank unranked score judged agency { id code name } parts { part weight value contribution } } } } }",
);