// Our thread, in which listing some folders does not come back: one named "hang" is held by the system, as on a network drive
// that is gone, as long as there is a pipe beside it; one named "slow" is held where the thread can still be ended.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const real = { opendirSync: fs.opendirSync, readdirSync: fs.readdirSync, openSync: fs.openSync };

function hold(path: string): void {
	const [, hang] = /^(.*\/hang)\//.exec(path) ?? [];
	if (hang !== undefined && fs.existsSync(`${hang}.pipe`)) {
		fs.writeFileSync(`${hang}.held`, "");
		fs.closeSync(real.openSync(`${hang}.pipe`, "r"));
	}
	if (/\/slow\//.test(path)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

for (const name of ["opendirSync", "readdirSync"] as const) {
	const held = (path: unknown, ...more: unknown[]) => {
		hold(String(path));
		return (real[name] as (...args: unknown[]) => unknown)(path, ...more);
	};
	Object.assign(fs, { [name]: held });
}
syncBuiltinESMExports();
await import("../../../../src/actions/snapshot/thread.ts");
