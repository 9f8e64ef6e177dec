// The English templates of putting back what an action changed. See texts.ts.
export const TEXTS_CHANGE_UNDO = {} as const;
