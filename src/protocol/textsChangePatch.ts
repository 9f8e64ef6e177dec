// The English templates of patches of agents and what keeps them from being applied. See texts.ts.
export const TEXTS_CHANGE_PATCH = {} as const;
