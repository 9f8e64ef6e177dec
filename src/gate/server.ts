// The gate's WebSocket server on loopback (DESIGN 6): lets hooks and other gates in, and keeps every one of them
// within its limits, so that a broken or hostile client costs only itself (DESIGN 2.9).
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer } from "ws";
import type { RegistryEntry, Submit } from "../protocol/hook.ts";
import { GATES_PATH, PROOF_HEADER } from "../protocol/hookWire.ts";
import { checkUpgrade, gateProof } from "./authenticate.ts";
import { type Breach, BreachReporter } from "./breach.ts";
import { type Call, Calls } from "./calls.ts";
import { HookConnection } from "./connection.ts";
import { CountsFeed } from "./counts.ts";
import { LIMITS, type Limits } from "./limits.ts";
import { Unfinished } from "./unfinished.ts";

export type { Breach } from "./breach.ts";
export type { Call } from "./calls.ts";

export interface ServerOptions {
	/** Its token and proof key are used; its port is not, the system picks one. */
	entry: RegistryEntry;
	/** Smaller limits, for tests. */
	limits?: Partial<Limits>;
	/** A hook call arrived. When it throws or rejects, the hook refuses and `onBreach` is told. */
	onSubmit(submit: Submit, call: Call): void | Promise<void>;
	onBreach(breach: Breach): void;
}

export interface HookServer {
	readonly port: number;
	/** The entry with the port, ready for the registry. */
	readonly entry: RegistryEntry;
	/** Tells other gates how many requests wait for a person here. */
	setWaiting(count: number): void;
	/**
	 * Ends all connections. Waiting hooks look into the registry again: with a "restarting" entry in place they wait for
	 * the next gate, with none they refuse. So write or remove the entry first. Open replies resolve false.
	 */
	close(state: "restarting" | "stopped"): Promise<void>;
}

const STATUS: Record<number, string> = {
	400: "Bad Request",
	401: "Unauthorized",
	403: "Forbidden",
	404: "Not Found",
	426: "Upgrade Required",
	503: "Service Unavailable",
};

/** Listens on an ephemeral port of 127.0.0.1. @throws when the system gives none */
export async function startServer(options: ServerOptions): Promise<HookServer> {
	const server = new GateServer(options);
	await server.listen();
	return server;
}

class GateServer implements HookServer {
	readonly #options: ServerOptions;
	readonly #limits: Limits;
	readonly #breaches: BreachReporter;
	readonly #calls: Calls;
	readonly #counts: CountsFeed;
	readonly #unfinished: Unfinished;
	readonly #http: Server;
	readonly #wss: WebSocketServer;
	readonly #hooks = new Set<HookConnection>();
	/** Connections that have not authenticated, oldest first, with the end of their patience. */
	readonly #strangers = new Map<Socket, NodeJS.Timeout>();
	readonly #timers: NodeJS.Timeout[] = [];
	port = 0;

	constructor(options: ServerOptions) {
		this.#options = options;
		this.#limits = { ...LIMITS, ...options.limits };
		this.#breaches = new BreachReporter(options.onBreach, this.#limits.reportsPer10s);
		this.#calls = new Calls(this.#limits, (error) => this.#internal(error));
		this.#counts = new CountsFeed(this.#limits, this.#breaches);
		this.#unfinished = new Unfinished(this.#limits.unfinishedBytes);
		const { headerMs, frameBytes } = this.#limits;
		this.#http = createServer({ maxHeaderSize: 8192, headersTimeout: headerMs, requestTimeout: headerMs });
		this.#wss = new WebSocketServer({ noServer: true, maxPayload: frameBytes, perMessageDeflate: false });
		this.#http.on("connection", (socket) => this.#greet(socket));
		this.#http.on("upgrade", (request, socket, head) => this.#upgrade(request, socket as Socket, head));
		this.#http.on("request", (request, response) => {
			// Nothing here for browsers and curious programs, not even a name.
			this.#breaches.report({ where: "upgrade", code: "unauthorised", detail: "a plain HTTP request" });
			response.writeHead(request.headers.upgrade === undefined ? 404 : 426, { Connection: "close" }).end();
		});
		this.#http.on("clientError", (_error, socket) => this.#refuse(socket as Socket, 400, "not HTTP"));
		this.#http.on("error", (error) => this.#internal(error));
		this.#wss.on("headers", (headers, request) => {
			const proof = gateProof(options.entry.proofKey, request.headers["sec-websocket-key"] ?? "");
			headers.push(`${PROOF_HEADER}: ${proof}`);
		});
	}

	get entry(): RegistryEntry {
		return { ...this.#options.entry, port: this.port };
	}

	async listen(): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			this.#http.once("error", reject);
			this.#http.listen({ host: "127.0.0.1", port: 0 }, () => {
				this.#http.off("error", reject);
				resolve();
			});
		});
		this.port = (this.#http.address() as AddressInfo).port;
		const { heartbeatMs, unfinishedMs } = this.#limits;
		this.#every(heartbeatMs, () => {
			for (const hook of this.#hooks) hook.beat();
			this.#counts.beat();
		});
		this.#every(unfinishedMs / 4, () => {
			for (const hook of this.#unfinished.olderThan(unfinishedMs)) (hook as HookConnection).endUnfinished();
		});
	}

	setWaiting(count: number): void {
		this.#counts.set(count);
	}

	async close(state: "restarting" | "stopped"): Promise<void> {
		for (const timer of this.#timers) clearInterval(timer);
		this.#calls.close();
		const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
		for (const socket of this.#strangers.keys()) socket.destroy();
		for (const ws of this.#wss.clients) ws.close(1001, state);
		const end = setTimeout(() => {
			for (const ws of this.#wss.clients) ws.terminate();
			this.#http.closeAllConnections();
		}, this.#limits.closeMs);
		await closed;
		clearTimeout(end);
	}

	/** A new connection has a short time to authenticate, and its place is taken by the next when there are too many. */
	#greet(socket: Socket): void {
		socket.on("error", () => socket.destroy());
		this.#strangers.set(
			socket,
			setTimeout(() => socket.destroy(), this.#limits.headerMs),
		);
		socket.once("close", () => this.#known(socket));
		const [oldest] = this.#strangers.keys();
		if (this.#strangers.size > this.#limits.unauthenticated) oldest?.destroy();
	}

	/** It has authenticated, or it is gone. */
	#known(socket: Socket): void {
		clearTimeout(this.#strangers.get(socket));
		this.#strangers.delete(socket);
	}

	#upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
		const check = checkUpgrade(request, this.port, this.#options.entry.token);
		if (!check.ok) {
			this.#refuse(socket, check.status, check.detail);
			return;
		}
		if (this.#wss.clients.size >= this.#limits.connections) {
			this.#refuse(socket, 503, "too many connections");
			return;
		}
		this.#known(socket);
		socket.setNoDelay(true);
		this.#wss.handleUpgrade(request, socket, head, (ws) => {
			if (check.path === GATES_PATH) {
				this.#counts.add(ws);
				return;
			}
			const hook = new HookConnection(ws, socket, {
				limits: this.#limits,
				calls: this.#calls,
				breaches: this.#breaches,
				unfinished: this.#unfinished,
				onSubmit: (call) => this.#options.onSubmit(call.submit, call),
			});
			this.#hooks.add(hook);
			ws.once("close", () => this.#hooks.delete(hook));
		});
	}

	/** A status and nothing else; the reason goes into the log. */
	#refuse(socket: Socket, status: number, detail: string): void {
		this.#breaches.report({ where: "upgrade", code: status === 503 ? "too-many" : "unauthorised", detail });
		if (!socket.writable) {
			socket.destroy();
			return;
		}
		socket.end(`HTTP/1.1 ${status} ${STATUS[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
			socket.destroySoon(),
		);
	}

	#internal(error: unknown): void {
		const detail = error instanceof Error ? error.message : String(error);
		this.#breaches.report({ where: "connection", code: "internal", detail });
	}

	#every(ms: number, run: () => void): void {
		this.#timers.push(setInterval(run, ms).unref());
	}
}
