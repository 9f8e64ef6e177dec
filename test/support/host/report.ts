// The report that tests in the extension host write and the run outside follows: one JSON object a line.
import { open } from "node:fs/promises";

export type TestEvent =
	| { event: "start"; pid: number }
	| { event: "test"; title: string }
	| { event: "pass"; title: string; ms: number }
	| { event: "pending"; title: string }
	| { event: "fail"; title: string; error: string }
	| { event: "end" };

export type Counts = { passed: number; failed: number; pending: number };

/** Reads a report while it grows, prints it, and counts. */
export class ReportReader {
	readonly counts: Counts = { passed: 0, failed: 0, pending: 0 };
	/** Process of the extension host, once it has begun. */
	pid: number | undefined;
	/** The test that has begun and not ended. */
	running: string | undefined;
	complete = false;
	private offset = 0;
	private readonly path: string;
	private readonly say: (text: string) => void;

	constructor(path: string, say: (text: string) => void) {
		this.path = path;
		this.say = say;
	}

	/** Takes in what was written since the last call; false when that was nothing. */
	async read(): Promise<boolean> {
		const added = await this.readLines();
		for (const line of added) this.take(JSON.parse(line) as TestEvent);
		return added.length > 0;
	}

	/** Whole lines only: the last one may still be growing. */
	private async readLines(): Promise<string[]> {
		const file = await open(this.path, "r");
		try {
			const { size } = await file.stat();
			const buffer = Buffer.alloc(size - this.offset);
			await file.read(buffer, 0, buffer.length, this.offset);
			const whole = buffer.lastIndexOf("\n") + 1;
			this.offset += whole;
			return buffer.toString("utf8", 0, whole).split("\n").slice(0, -1);
		} finally {
			await file.close();
		}
	}

	private take(event: TestEvent): void {
		switch (event.event) {
			case "start":
				this.pid = event.pid;
				break;
			case "test":
				this.running = event.title;
				break;
			case "pass":
				this.counts.passed++;
				this.running = undefined;
				this.say(`  ✔ ${event.title} (${event.ms} ms)`);
				break;
			case "pending":
				this.counts.pending++;
				this.say(`  - ${event.title}`);
				break;
			case "fail":
				this.counts.failed++;
				this.running = undefined;
				this.say(`  ✖ ${event.title}\n${event.error.replaceAll(/^/gm, "      ")}`);
				break;
			case "end":
				this.complete = true;
				break;
		}
	}
}
