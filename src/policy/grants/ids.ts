// The ids of rules that are grants say so: nobody else writes such rules.

/** Begins the id of every rule that a grant wrote into a file. */
export const ALWAYS = "always-";
/** Begins the id of every grant that lives in memory. */
export const GRANT = "grant-";
