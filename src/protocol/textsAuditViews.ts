// The English templates of the audit panel's sessions, overview and integrity. See texts.ts.
export const TEXTS_AUDIT_VIEWS = {} as const;
