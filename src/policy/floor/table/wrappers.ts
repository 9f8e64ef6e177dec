// Commands that start another command. That command is judged by itself.
import type { Table } from "../rule.ts";

export const WRAPPERS: Table = {
	timeout: {
		options: "-k=DURATION -s=SIGNAL -v --foreground --kill-after=DURATION --preserve-status --signal=SIGNAL --verbose",
		operands: "DURATION COMMAND",
	},
	nice: { options: "-NUMBER -n=NUMBER --adjustment=NUMBER", operands: "COMMAND" },
	stdbuf: { options: "-i=LIST -o=LIST -e=LIST --input=LIST --output=LIST --error=LIST", operands: "COMMAND" },
	xargs: {
		options: `-0 -d=TEXT -I=MARK -L=NUMBER -n=NUMBER -P=NUMBER -r -s=NUMBER -t -x --delimiter=TEXT --exit --max-args=NUMBER
			--max-chars=NUMBER --max-lines=NUMBER --max-procs=NUMBER --no-run-if-empty --null --verbose`,
		operands: "COMMAND?",
		not: "-p and -o ask at a terminal, -a reads a file of names, -i and -e are written differently by every system",
	},
	env: {
		options: "",
		operands: "COMMAND",
		not: "without a command it shows the environment, which holds secrets; -S splits a text into a command, -u and -i change what programs find",
	},
	command: {
		options: "-v -V",
		operands: "NAME+",
		needs: ["-v", "-V"],
		forms: [{ options: "", operands: "COMMAND" }],
		not: "-p looks for programs elsewhere",
	},
};
