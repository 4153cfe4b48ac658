// What the screens of work ask and say. Answers are typed by hand beside their document, as narrow as what is selected.
import { gql } from '../../../typescript/src/index.ts';
import type { Connection } from '../query.ts';
import type { FieldName } from './form.ts';

export interface Named {
  code: string;
  name: string;
}

export interface Mended {
  code: string;
  field?: string[];
  message: string;
}

export interface Attachment {
  id: string;
  name: string;
  size: number;
  link: string | null;
}

export interface Decision {
  state: string;
  reason: string | null;
  decidedAt: string;
  decidedBy: { fullName: string } | null;
}

export interface Figure {
  id: string;
  version: number;
  state: string;
  observation: string;
  value: string | null;
  numerator: string | null;
  denominator: string | null;
  narrative: string | null;
  note: string | null;
  comment: string | null;
  reason: string | null;
  contentHash: string | null;
  attachments: Attachment[] | null;
  decisions: Decision[] | null;
  viewerCan: { draft: boolean; submit: boolean; withdraw: boolean; endorse: boolean; return: boolean; publish: boolean } | null;
}

const FIGURE = `
  id version state observation value numerator denominator narrative note comment reason contentHash
  attachments { id name size link }
  decisions { state reason decidedAt decidedBy { fullName } }
  viewerCan { draft submit withdraw endorse return publish }`;

export interface Indicator extends Named {
  unit: string;
  valueKind: string;
  decimals: number;
}

const INDICATOR = 'code name unit valueKind decimals';

export interface Obligation {
  id: string;
  regime: string;
  period: string;
  dueOn: string;
  closesOn: string;
  state: string;
  onTime: boolean | null;
  assignment: { id: string } | null;
  indicator: Indicator;
  subject: Named;
  measurement: Figure | null;
  viewerCan: { answerNil: boolean; requestUnlock: boolean } | null;
}

const OBLIGATION = `
  id regime period dueOn closesOn state onTime assignment { id }
  indicator { ${INDICATOR} } subject { code name } measurement { ${FIGURE} } viewerCan { answerNil requestUnlock }`;

export interface DirectiveInList {
  id: string;
  title: string;
  state: string;
  timeliness: string;
  dueOn: string | null;
}

const DIRECTIVE_IN_LIST = 'id title state timeliness dueOn';

export const OWED = gql<{ myObligations: { totalCount: number; nodes: Obligation[] } }, { first: number }>(
  `query Owed($first: Int) { myObligations(first: $first) { totalCount nodes { ${OBLIGATION} } } }`,
);

export const OPEN_DIRECTIVES = gql<{ directives: { totalCount: number; nodes: DirectiveInList[] } }, { lead: string; states: string[] }>(
  `query OpenDirectives($lead: String!, $states: [DirectiveState!]) {
    directives(filter: { lead: $lead, states: $states }, order: { by: DUE_ON }, first: 50) { totalCount nodes { ${DIRECTIVE_IN_LIST} } }
  }`,
);

export interface OwedReport {
  id: string;
  period: string;
  state: string;
  dueOn: string;
  rule: { clause: string | null; document: { id: string; symbol: string | null; title: string } | null; recipients: { name: string }[] | null } | null;
}

export const OWED_REPORTS = gql<{ reportObligations: { nodes: OwedReport[] } }, { reporter: string }>(
  `query OwedReports($reporter: String!) {
    reportObligations(filter: { reporter: $reporter, states: [DUE, OVERDUE] }, first: 30) {
      nodes { id period state dueOn rule { clause document { id symbol title } recipients { name } } }
    }
  }`,
);

export interface FigureKey {
  indicator: string;
  subject: string;
  regime: string;
  period: string;
}

export interface FigurePage {
  obligations: { nodes: Obligation[] };
  before: { nodes: { period: string; value: string | null; narrative: string | null }[] };
}

export const FIGURE_PAGE = gql<FigurePage, FigureKey>(
  `query FigurePage($indicator: String!, $subject: String!, $regime: Regime!, $period: Period!) {
    obligations(filter: { indicator: $indicator, subject: $subject, regime: $regime, period: $period }, first: 1) { nodes { ${OBLIGATION} } }
    before: measurements(
      filter: { indicator: $indicator, subject: $subject, regime: $regime, states: [PUBLISHED] }, order: { by: PERIOD, direction: DESCENDING }, first: 3
    ) { nodes { period value narrative } }
  }`,
);

export interface DraftInput extends FigureKey {
  expectedVersion?: number;
  value?: string;
  numerator?: string;
  denominator?: string;
  narrative?: string;
  observation: string;
  note?: string;
  comment?: string;
  attachments?: string[];
  submit: boolean;
}

export interface FigureAnswer {
  measurement: Figure | null;
  userErrors: Mended[];
  current: Figure | null;
  differences: { field: FieldName; before: string | null; after: string | null }[] | null;
}

const FIGURE_ANSWER = `measurement { ${FIGURE} } userErrors { code field message } current { ${FIGURE} } differences { field before after }`;

function act<Field extends string, Input>(name: string, field: Field, type: string, answer: string) {
  return gql<Record<Field, FigureAnswer>, { input: Input }>(
    `mutation ${name}($input: ${type}!, $key: UUID!) { ${field}(input: $input, idempotencyKey: $key) { ${answer} } }`,
  );
}

export const DRAFT = act<'draftMeasurement', DraftInput>('DraftFigure', 'draftMeasurement', 'DraftMeasurementInput', FIGURE_ANSWER);

interface SeenFigure {
  measurement: string;
  expectedVersion: number;
}

export const WITHDRAW = act<'withdrawMeasurement', SeenFigure>('WithdrawFigure', 'withdrawMeasurement', 'WithdrawMeasurementInput', FIGURE_ANSWER);
export const ENDORSE = act<'endorseMeasurement', SeenFigure & { contentHash: string }>(
  'EndorseFigure', 'endorseMeasurement', 'EndorseMeasurementInput', FIGURE_ANSWER,
);
export const PUBLISH = act<'publishMeasurement', SeenFigure & { contentHash: string }>(
  'PublishFigure', 'publishMeasurement', 'PublishMeasurementInput', FIGURE_ANSWER,
);
export const RETURN = act<'returnMeasurement', SeenFigure & { reason: string }>('ReturnFigure', 'returnMeasurement', 'ReturnMeasurementInput', FIGURE_ANSWER);

export const ANSWER_NIL = gql<{ answerNil: { userErrors: Mended[] } }, { input: { assignment: string; period: string; note: string } }>(
  `mutation AnswerNil($input: AnswerNilInput!, $key: UUID!) { answerNil(input: $input, idempotencyKey: $key) { userErrors { code field message } } }`,
);
export const REQUEST_UNLOCK = gql<{ requestUnlock: { userErrors: Mended[] } }, { input: { assignment: string; period: string; reason: string } }>(
  `mutation RequestUnlock($input: RequestUnlockInput!, $key: UUID!) { requestUnlock(input: $input, idempotencyKey: $key) { userErrors { code field message } } }`,
);

export interface WaitingFigure extends Figure {
  period: string;
  indicator: Indicator;
  subject: Named;
  reporter: Named | null;
  published: { value: string | null } | null;
}

export const REVIEW = gql<
  { measurements: Connection<WaitingFigure>; submitted: { totalCount: number } },
  { states: string[]; after: string | null }
>(
  `query Review($states: [MeasurementState!], $after: String) {
    submitted: measurements(filter: { states: [SUBMITTED] }, first: 1) { totalCount }
    measurements(filter: { states: $states }, first: 30, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { ${FIGURE} period indicator { ${INDICATOR} } subject { code name } reporter { code name } published { value } }
    }
  }`,
);

export interface AskedUnlock {
  id: string;
  version: number;
  period: string;
  reason: string;
  requestedBy: { fullName: string } | null;
  reporter: Named | null;
  assignment: { indicator: Named | null; subject: Named | null } | null;
  viewerCan: { decide: boolean } | null;
}

export const UNLOCKS = gql<{ unlockRequests: { nodes: AskedUnlock[] } }, Record<string, never>>(
  `query Unlocks {
    unlockRequests(filter: { states: [REQUESTED] }, first: 50) {
      nodes {
        id version period reason requestedBy { fullName } reporter { code name }
        assignment { indicator { code name } subject { code name } } viewerCan { decide }
      }
    }
  }`,
);
export const DECIDE_UNLOCK = gql<
  { decideUnlock: { unlockRequest: { id: string } | null; userErrors: Mended[] } },
  { input: { unlockRequest: string; expectedVersion: number; approve: boolean; expiresOn?: string; reason?: string } }
>(
  `mutation DecideUnlock($input: DecideUnlockInput!, $key: UUID!) {
    decideUnlock(input: $input, idempotencyKey: $key) { unlockRequest { id } userErrors { code field message } }
  }`,
);

export interface Missing {
  period: string;
  regime: string;
  dueOn: string;
  indicator: Named;
  reporter: Named | null;
}

export interface Chased {
  askedAt: string;
  period: string;
  regime: string;
  agency: { code: string } | null;
  account: { fullName: string } | null;
}
export const MISSING = gql<{ obligations: { totalCount: number; nodes: Missing[] }; chases: { nodes: Chased[] } | null }, Record<string, never>>(
  `query MissingAndChased {
    chases(first: 100) { nodes { askedAt period regime agency { code } account { fullName } } }
    obligations(filter: { overdue: true }, first: 100) { totalCount nodes { period regime dueOn indicator { code name } reporter { code name } } }
  }`,
);
export const CHASE = gql<
  { chase: { chased: { figures: number; agency: Named | null }[] | null; userErrors: Mended[] } },
  { input: { agencies: string[]; period: string; regime: string } }
>(
  `mutation Chase($input: ChaseInput!, $key: UUID!) {
    chase(input: $input, idempotencyKey: $key) { chased { figures agency { code name } } userErrors { code field message } }
  }`,
);

export interface WorkOfDirective {
  id: string;
  version: number;
  code: string;
  title: string;
  state: string;
  timeliness: string;
  dueOn: string | null;
  originalDueOn: string | null;
  isBlocked: boolean | null;
  leads: Named[] | null;
  unfinishedParts: { id: string; title: string }[] | null;
  extensionRequests: {
    id: string; state: string; proposedOn: string; counterOn: string | null; reason: string; decisionReason: string | null; agency: Named | null;
  }[] | null;
  inputRequests: { id: string; question: string; dueOn: string | null; answer: string | null; coordinator: Named | null }[] | null;
  coordinators: { agency: Named | null }[] | null;
  viewerCan: {
    accept: boolean; delegate: boolean; reportProgress: boolean; requestInput: boolean; giveInput: boolean; requestExtension: boolean;
    decideExtension: boolean; answerCounterOffer: boolean; reportDone: boolean; confirmDone: boolean; sendBack: boolean; cancel: boolean;
  } | null;
  lastProgress: { nodes: { percent: number | null; narrative: string; obstacles: string | null; reportedOn: string; attachments: Attachment[] | null }[] } | null;
}

const WORK_OF_DIRECTIVE = `
  id version code title state timeliness dueOn originalDueOn isBlocked leads { code name } unfinishedParts { id title }
  extensionRequests { id state proposedOn counterOn reason decisionReason agency { code name } }
  inputRequests { id question dueOn answer coordinator { code name } }
  coordinators { agency { code name } }
  viewerCan {
    accept delegate reportProgress requestInput giveInput requestExtension decideExtension answerCounterOffer reportDone confirmDone sendBack cancel
  }
  lastProgress: progressUpdates(first: 1) { nodes { percent narrative obstacles reportedOn attachments { id name size link } } }`;

export const DIRECTIVE = gql<{ node: WorkOfDirective | null }, { id: string }>(
  `query WorkOfDirective($id: ID!) { node(id: $id) { ... on Directive { ${WORK_OF_DIRECTIVE} } } }`,
);

export interface DirectiveAnswer {
  directive: WorkOfDirective | null;
  current: WorkOfDirective | null;
  userErrors: Mended[];
}

/** One step of a directive's work. All of them answer alike. */
function step<Input>(field: string, type: string) {
  const name = field[0]!.toUpperCase() + field.slice(1);
  return gql<Record<string, DirectiveAnswer>, { input: Input }>(
    `mutation ${name}($input: ${type}!, $key: UUID!) {
      ${field}(input: $input, idempotencyKey: $key) {
        directive { ${WORK_OF_DIRECTIVE} } current { ${WORK_OF_DIRECTIVE} } userErrors { code field message }
      }
    }`,
  );
}

type Seen = { directive: string; expectedVersion: number };

export const STEPS = {
  accept: step<Seen>('acceptDirective', 'AcceptDirectiveInput'),
  progress: step<{ directive: string; percent?: number; narrative: string; obstacles?: string; evidence?: string; attachments?: string[] }>(
    'reportProgress', 'ReportProgressInput',
  ),
  extension: step<{ directive: string; proposedOn: string; reason: string }>('requestExtension', 'RequestExtensionInput'),
  decide: step<{ extensionRequest: string; expectedVersion: number; decision: string; counterOn?: string; reason?: string }>(
    'decideExtension', 'DecideExtensionInput',
  ),
  answerOffer: step<{ extensionRequest: string; expectedVersion: number; accept: boolean }>('answerCounterOffer', 'AnswerCounterOfferInput'),
  done: step<Seen & { narrative: string; evidence?: string; unfinishedPartsReason?: string; attachments?: string[] }>('reportDone', 'ReportDoneInput'),
  confirm: step<Seen & { note?: string }>('confirmDone', 'ConfirmDoneInput'),
  sendBack: step<Seen & { reason: string }>('sendBackDirective', 'DirectiveReasonInput'),
  cancel: step<Seen & { reason: string }>('cancelDirective', 'DirectiveReasonInput'),
  askInput: step<{ directive: string; coordinator: string; question: string; dueOn?: string }>('requestInput', 'RequestInputInput'),
  giveInput: step<{ inputRequest: string; answer: string }>('giveInput', 'GiveInputInput'),
};

export interface DirectiveToReview {
  id: string;
  code: string;
  title: string;
  state: string;
  dueOn: string | null;
  leads: Named[] | null;
  extensionRequests: { state: string }[] | null;
}

export const DIRECTIVES_AT = gql<{ directives: { totalCount: number; nodes: DirectiveToReview[] } }, { states: string[] }>(
  `query DirectivesAt($states: [DirectiveState!]) {
    directives(filter: { states: $states }, first: 100) {
      totalCount nodes { id code title state dueOn leads { code name } extensionRequests { state } }
    }
  }`,
);

export interface DocumentToIssueFrom {
  code: string;
  symbol: string | null;
  title: string;
  issuer: Named | null;
}

export const TO_ISSUE_FROM = gql<
  { documents: { nodes: DocumentToIssueFrom[] }; programmes: { nodes: Named[] } },
  Record<string, never>
>(
  `query ToIssueFrom {
    documents(filter: { statuses: [ISSUED, UNKNOWN] }, first: 100) { nodes { code symbol title issuer { code name } } }
    programmes(first: 50) { nodes { code name } }
  }`,
);
export const FIND_AGENCIES = gql<{ agencies: { nodes: (Named & { ancestors: Named[] | null })[] } }, { text: string; subtree: string | null }>(
  `query FindAgencies($text: String!, $subtree: String) { agencies(filter: { text: $text, subtree: $subtree }, first: 50) { nodes { code name ancestors { code name } } } }`,
);
export const ISSUE = gql<
  { issueDirective: { directive: { id: string; code: string } | null; userErrors: Mended[] } },
  { input: Record<string, unknown> }
>(
  `mutation Issue($input: IssueDirectiveInput!, $key: UUID!) {
    issueDirective(input: $input, idempotencyKey: $key) { directive { id code } userErrors { code field message } }
  }`,
);

export interface Notice {
  id: string;
  kind: string;
  message: string | null;
  createdAt: string;
  readAt: string | null;
  period: string | null;
  directive: { id: string } | null;
  recommendation: { id: string } | null;
}

const NOTICE = 'id kind message createdAt readAt period directive { id } recommendation { id }';

export const INBOX = gql<
  { viewer: { unreadNotifications: number | null } | null; notifications: Connection<Notice> },
  { unread: boolean | null; after: string | null }
>(
  `query Inbox($unread: Boolean, $after: String) {
    viewer { unreadNotifications }
    notifications(filter: { unread: $unread }, first: 30, after: $after) { nodes { ${NOTICE} } pageInfo { hasNextPage endCursor } }
  }`,
);
export const MARK_READ = gql<{ markNotificationsRead: { done: boolean } }, { input: { notifications: string[] } }>(
  'mutation MarkRead($input: MarkNotificationsReadInput!) { markNotificationsRead(input: $input) { done } }',
);
export const CHOICES = gql<
  {
    viewer: {
      notificationChoices: { kind: string; mail: string; push: boolean }[] | null;
      pushKey: string | null;
      pushSubscriptions: { id: string; endpoint: string }[] | null;
      account: { email: string | null } | null;
    } | null;
  },
  Record<string, never>
>(
  'query Choices { viewer { notificationChoices { kind mail push } pushKey pushSubscriptions { id endpoint } account { email } } }',
);
export const CHOOSE = gql<
  { chooseNotifications: { choices: { kind: string; mail: string; push: boolean }[] | null; userErrors: Mended[] } },
  { input: { kinds: string[]; mail?: string; push?: boolean } }
>(
  'mutation Choose($input: ChooseNotificationsInput!) { chooseNotifications(input: $input) { choices { kind mail push } userErrors { code field message } } }',
);
export const SUBSCRIBE_TO_PUSH = gql<
  { subscribeToPush: { subscription: { id: string } | null; userErrors: Mended[] } },
  { input: { endpoint: string; p256dh: string; auth: string } }
>(
  'mutation SubscribeToPush($input: SubscribeToPushInput!) { subscribeToPush(input: $input) { subscription { id } userErrors { code field message } } }',
);
export const UNSUBSCRIBE_FROM_PUSH = gql<{ unsubscribeFromPush: { done: boolean } }, { input: { subscription: string } }>(
  'mutation UnsubscribeFromPush($input: UnsubscribeFromPushInput!) { unsubscribeFromPush(input: $input) { done } }',
);

export interface AuditEntry {
  id: string;
  number: string;
  recordedAt: string;
  actorKind: string;
  action: string;
  succeeded: boolean;
  noun: string | null;
  before: unknown;
  after: unknown;
  address: string | null;
  clientName: string | null;
  requestId: string | null;
  actorId: string | null;
  objectId: string | null;
  actor: { login: string; fullName: string } | null;
  object: { __typename: string; id: string; code?: string; title?: string; name?: string; login?: string; fullName?: string; period?: string; indicator?: Named } | null;
}

export const TRAIL = gql<
  { auditTrail: Connection<AuditEntry> },
  { filter: Record<string, unknown>; after: string | null }
>(
  `query Trail($filter: AuditTrailFilter, $after: String) {
    auditTrail(filter: $filter, first: 30, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id number recordedAt actorKind action succeeded noun before after address clientName requestId actorId objectId
        actor { login fullName }
        object {
          __typename id
          ... on Directive { code title }
          ... on Indicator { code name }
          ... on Agency { code name }
          ... on Account { login fullName }
          ... on Document { code title }
          ... on Measurement { period indicator { code name } }
        }
      }
    }
  }`,
);
export const PEOPLE = gql<{ accounts: { nodes: { id: string; fullName: string }[] } }, Record<string, never>>(
  'query People { accounts(first: 100) { nodes { id fullName } } }',
);
export const LABELS = gql<{ labels: { type: string; values: { value: string; label: string }[] }[] | null }, { types: string[] }>(
  'query Labels($types: [String!]) { labels(types: $types) { type values { value label } } }',
);

export interface OwnSession {
  id: string;
  current: boolean;
  clientName: string | null;
  userAgent: string | null;
  address: string | null;
  lastUsedAt: string;
  secondFactor: boolean;
}

export const SETTINGS = gql<
  {
    viewer: {
      account: { login: string; fullName: string; email: string | null; agency: Named | null } | null;
      roles: string[];
      rolesWaitingForSecondFactor: string[];
      sessions: OwnSession[] | null;
    } | null;
  },
  Record<string, never>
>(
  `query Settings {
    viewer {
      account { login fullName email agency { code name } } roles rolesWaitingForSecondFactor
      sessions { id current clientName userAgent address lastUsedAt secondFactor }
    }
  }`,
);
export const END_SESSION = gql<{ endSession: { done: boolean; userErrors: Mended[] } }, { input: { session: string } }>(
  'mutation EndSession($input: EndSessionInput!) { endSession(input: $input) { done userErrors { code message } } }',
);
export const CHANGE_PASSWORD = gql<
  { changePassword: { done: boolean; userErrors: Mended[] } },
  { input: { currentPassword: string; newPassword: string } }
>('mutation ChangePassword($input: ChangePasswordInput!) { changePassword(input: $input) { done userErrors { code field message } } }');
export const BEGIN_SECOND_FACTOR = gql<
  { beginSecondFactor: { secondFactor: { secret: string; uri: string } | null; userErrors: Mended[] } },
  { input: Record<string, unknown> }
>('mutation BeginSecondFactor($input: BeginSecondFactorInput!) { beginSecondFactor(input: $input) { secondFactor { secret uri } userErrors { code field message } } }');
export const CONFIRM_SECOND_FACTOR = gql<
  { confirmSecondFactor: { recoveryCodes: string[] | null; userErrors: Mended[] } },
  { input: { code: string } }
>('mutation ConfirmSecondFactor($input: ConfirmSecondFactorInput!) { confirmSecondFactor(input: $input) { recoveryCodes userErrors { code field message } } }');
export const REQUEST_RESET = gql<{ requestPasswordReset: { done: boolean; userErrors: Mended[] } }, { input: { login: string } }>(
  'mutation RequestReset($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { done userErrors { code message } } }',
);
export const SET_PASSWORD = gql<{ setPasswordByReset: { done: boolean; userErrors: Mended[] } }, { input: { token: string; newPassword: string } }>(
  'mutation SetPassword($input: SetPasswordByResetInput!) { setPasswordByReset(input: $input) { done userErrors { code field message } } }',
);
