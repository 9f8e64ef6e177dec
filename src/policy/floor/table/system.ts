import type { Table } from "../rule.ts";
export const SYSTEM: Table = {}; // not written yet
