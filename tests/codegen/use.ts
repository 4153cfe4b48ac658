import { DashboardDocument, type DashboardQuery } from "./gql/graphql";

// A decimal is a text: exact, and no number by mistake.
export const values = (data: DashboardQuery): (string | null | undefined)[] =>
  data.indicators?.nodes.flatMap((indicator) => indicator.targets?.nodes.map((target) => target.value) ?? []) ?? [];

export const document = DashboardDocument;
