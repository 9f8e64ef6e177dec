export const VERSIONS: Readonly<Record<string, readonly string[]>> = {}; // not written yet
