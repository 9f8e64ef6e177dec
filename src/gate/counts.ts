// What gates tell each other without a shared secret: how many requests wait (DESIGN 2.3). Nothing is taken in return.
import type { WebSocket } from "ws";
import type { BreachReporter } from "./breach.ts";
import type { Limits } from "./limits.ts";

export class CountsFeed {
	readonly #clients = new Map<WebSocket, { missed: number }>();
	readonly #limits: Limits;
	readonly #breaches: BreachReporter;
	#waiting = 0;

	constructor(limits: Limits, breaches: BreachReporter) {
		this.#limits = limits;
		this.#breaches = breaches;
	}

	add(ws: WebSocket): void {
		const client = { missed: 0 };
		this.#clients.set(ws, client);
		ws.on("message", () => {
			this.#breaches.report({ where: "connection", code: "bad-message", detail: "a message where none is taken" });
			ws.close(1008, "bad-message");
			setTimeout(() => ws.terminate(), this.#limits.closeMs).unref();
		});
		ws.on("pong", () => {
			client.missed = 0;
		});
		ws.on("error", () => undefined);
		ws.on("close", () => this.#clients.delete(ws));
		this.#send(ws);
	}

	set(waiting: number): void {
		if (waiting === this.#waiting) return;
		this.#waiting = waiting;
		for (const ws of this.#clients.keys()) this.#send(ws);
	}

	beat(): void {
		for (const [ws, client] of this.#clients) {
			client.missed += 1;
			if (client.missed > this.#limits.missedBeats) ws.terminate();
			else if (client.missed === 1) ws.ping();
		}
	}

	#send(ws: WebSocket): void {
		// Who does not read gets no more; its missing pongs end it.
		if (ws.readyState === ws.OPEN && ws.bufferedAmount === 0) {
			ws.send(JSON.stringify({ type: "counts", waiting: this.#waiting }));
		}
	}
}
