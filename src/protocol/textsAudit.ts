// The English templates of the audit panel's table, filters and detail. See texts.ts.
export const TEXTS_AUDIT = {} as const;
