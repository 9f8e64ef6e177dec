// A process that builds indexes of a log, over and over, until it is killed. Arguments: folder of the log, key in hex.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Lens } from "../../../../src/audit/index/lens.ts";

const [dir = "", key = ""] = process.argv.slice(2);
for (let round = 0; ; round++) {
	const lens = new Lens({ dir, homeKey: Buffer.from(key, "hex"), onState: () => {} });
	await lens.start();
	console.log(`built ${round}`);
	await lens.close();
	console.log(`closed ${round}`);
	// Every other time from nothing, every other time from the snapshot.
	if (round % 2 === 1) rmSync(join(dir, "index", "snapshot"), { force: true });
	else {
		const again = new Lens({ dir, homeKey: Buffer.from(key, "hex"), onState: () => {} });
		await again.rebuild();
		await again.close();
	}
}
