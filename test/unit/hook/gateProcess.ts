// A gate in a process of its own, to be killed: `node gateProcess.ts HOME FOLDER EDITOR [hold]`. Says "ready <id>" and
// "submit <request>" on stdout; allows at once unless told to hold.
import { newEntry, writeEntry } from "../../../src/gate/registry.ts";
import { startServer } from "../../../src/gate/server.ts";

const [home = "", folder = "", editor = "", hold] = process.argv.slice(2);
const server = await startServer({
	entry: newEntry({ folders: [folder], editor }),
	onSubmit: async (submit, call) => {
		console.log(`submit ${submit.id}`);
		call.ack();
		if (hold === undefined) await call.reply({ stdout: JSON.stringify({ by: editor }), stderr: "", exit: 0 });
	},
	onBreach: (breach) => console.log(`breach ${breach.code}`),
});
writeEntry(home, server.entry);
console.log(`ready ${server.entry.id}`);
