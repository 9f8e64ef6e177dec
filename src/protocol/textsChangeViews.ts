// The English templates of cards and views of changes. See texts.ts.
export const TEXTS_CHANGE_VIEWS = {} as const;
