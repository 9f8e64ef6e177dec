// Members of what was read from a log: hostile, so nothing is trusted to be there or to be what it should be.

export type Body = Record<string, unknown>;

/** An own member of an object. */
export function member(value: unknown, name: string): unknown {
	return typeof value === "object" && value !== null && Object.hasOwn(value, name) ? (value as Body)[name] : undefined;
}

/** A member that is a text or number, else "". */
export function str(value: unknown, name: string): string {
	const found = member(value, name);
	return typeof found === "string" ? found : typeof found === "number" ? String(found) : "";
}

/** A member that is a list, else an empty one. */
export function list(value: unknown, name: string): unknown[] {
	const found = member(value, name);
	return Array.isArray(found) ? found : [];
}
