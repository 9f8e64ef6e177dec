// The English templates of what a command would do, before it runs. See texts.ts.
export const TEXTS_CHANGE_PREVIEW = {} as const;
