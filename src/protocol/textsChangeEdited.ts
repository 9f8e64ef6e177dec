// The English templates of actions that a person changes before allowing them. See texts.ts.
export const TEXTS_CHANGE_EDITED = {} as const;
