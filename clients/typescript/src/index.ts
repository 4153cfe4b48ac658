export { Client, type ClientOptions, type MutateOptions, type QueryOptions, createClient } from './client.js';
export { type TypedDocument, gql } from './document.js';
export type { Language } from './language.js';
export type { LiveState, Sink } from './live.js';
export { Mirror, type MirrorChange, type MirrorOptions, type NodeOf } from './mirror.js';
export { type Addition, Outbox, type OutboxItem, type OutboxState } from './outbox.js';
export {
  Problem,
  type ProblemData,
  type ProblemKind,
  type UserError,
  problemOfUserError,
  refusalOf,
  userErrorsOf,
} from './problem.js';
export { type Credentials, Session, type Viewer } from './session.js';
export { type KeyValue, indexedDbStorage, memoryStorage } from './storage.js';
export { uuid } from './uuid.js';
export * from './values.js';
