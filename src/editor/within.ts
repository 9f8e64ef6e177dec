// The editor's storage of secrets may wait for a keyring that nobody unlocks: what can go on without it does.
import { deferred } from "../protocol/deferred.ts";

/** So long the storage is waited for. Milliseconds. */
export const ANSWER_MS = 2000;

/** What was asked for, if it comes in time. @throws Error when it does not; what fails after that is not told any more */
export async function within<T>(ms: number, asked: Promise<T>): Promise<T> {
	const late = deferred<never>();
	const timer = setTimeout(() => late.reject(new Error(`no answer within ${ms / 1000} s`)), ms);
	try {
		return await Promise.race([asked, late.promise]);
	} finally {
		clearTimeout(timer);
	}
}
