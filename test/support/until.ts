import { setTimeout as delay } from "node:timers/promises";

/** Waits until something outside our control is so; fails with its name. */
export async function until(
	what: string,
	is: () => boolean | Promise<boolean>,
	limitMs = 60_000,
	everyMs = 50,
): Promise<void> {
	const limit = Date.now() + limitMs;
	while (!(await is())) {
		if (Date.now() > limit) throw new Error(`not so after ${limitMs} ms: ${what}`);
		await delay(everyMs);
	}
}
