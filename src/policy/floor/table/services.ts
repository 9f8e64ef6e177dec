import type { Table } from "../rule.ts";
export const SERVICES: Table = {}; // not written yet
