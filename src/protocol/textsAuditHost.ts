// The English templates of the audit panel's host and exports. See texts.ts.
export const TEXTS_AUDIT_HOST = {} as const;
