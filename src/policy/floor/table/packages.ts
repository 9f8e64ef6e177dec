import type { Table } from "../rule.ts";
export const PACKAGES: Table = {}; // not written yet
