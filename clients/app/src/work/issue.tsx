import type { Params } from '../routes.ts'; export default function S(_: { params: Params }) { return null; }
