// The English templates of what an action changed, seen after it ran. See texts.ts.
export const TEXTS_CHANGE_AFTER_RUN = {} as const;
