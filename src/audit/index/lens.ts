// The index of one workspace's log, in its thread: loads the snapshot or builds anew, follows the log, answers.
import { setImmediate as turn } from "node:timers/promises";
import { systemCode } from "../errors.ts";
import { openSql } from "../sql.ts";
import { Answers } from "./answers.ts";
import { Feeder } from "./feeder.ts";
import { Gate } from "./gate.ts";
import { AT_THE_END, type Enough, Keeper, WHILE_FOLLOWING } from "./keeper.ts";
import type { IndexQuestion, IndexQuestions, IndexState } from "./messages.ts";
import { findNews, markOf, markTail, moveOn, NewLines, type News, type Segment, segmentOf } from "./segments.ts";
import { findMisfit, readSnapshot } from "./snapshot.ts";
import { removeAbandoned } from "./snapshotFiles.ts";
import { Store } from "./store.ts";

/** Lines that are kept at once. */
const BATCH = 4000;
const TURN_MS = 25;
const REPORT_MS = 150;
type NoteAbout = "build" | "unreadable" | "gaveUp" | "snapshot";

export interface LensOptions {
	/** The workspace's folder. */
	dir: string;
	homeKey?: Uint8Array | undefined;
	/** The editor's own key of the snapshot, 32 bytes: see snapshot.ts. */
	snapshotKey?: Uint8Array | undefined;
	onState(state: IndexState): void;
}

export class Lens {
	readonly #options: LensOptions;
	readonly #keeper: Keeper;
	#store: Store | undefined;
	#answers: Answers | undefined;
	#segments: Segment[] = [];
	#failure: string | undefined;
	#state: IndexState = { state: "loading", entries: 0, done: 0, total: 0 };
	readonly #ready = new Gate();
	#work: Promise<void> = Promise.resolve();
	#refreshing: Promise<void> | undefined;
	#closing = false;
	#reported = 0;
	/** Lines were taken that are not kept yet: what is there fits no state of the log. */
	#isHalf = false;
	/** What else is to be said of it, by what it is about. */
	readonly #notes = new Map<NoteAbout, string>();

	constructor(options: LensOptions) {
		this.#options = options;
		this.#keeper = new Keeper(options.dir, options);
	}

	/** Loads the snapshot, or builds the index; then follows. */
	start(): Promise<void> {
		return this.#inTurn(() => this.#load());
	}

	/** Takes in what was appended. Calls that come before it begins are one. */
	refresh(): Promise<void> {
		this.#refreshing ??= this.#inTurn(async () => {
			this.#refreshing = undefined;
			if (this.#store === undefined) await this.#build(this.#notes.get("build"));
			else await this.#follow();
		});
		return this.#refreshing;
	}

	/** Forgets everything and reads the log again. */
	rebuild(): Promise<void> {
		return this.#inTurn(() => this.#build(undefined));
	}

	/** Writes a snapshot when enough was added, and lets everything go. */
	async close(): Promise<void> {
		this.#closing = true;
		await this.#work;
		await this.#save(AT_THE_END);
		this.#drop();
		this.#ready.fail(new Error("the index was closed"));
	}

	/** The answer to a question, as soon as the index is whole. @throws Error why there is no index */
	async ask<Q extends IndexQuestion>(
		question: Q,
		takes: IndexQuestions[Q]["takes"],
	): Promise<IndexQuestions[Q]["gives"]> {
		for (;;) {
			await this.#ready.passed;
			const answers = this.#answers;
			if (answers === undefined) continue;
			try {
				return await answers.answer(question, takes);
			} catch (error) {
				// It was built anew while lines were read for the answer.
				if (this.#answers === answers) throw error;
			}
		}
	}

	/** One thing at a time. A failure is a state, told to all who ask; the next call tries again. */
	#inTurn(work: () => Promise<void>): Promise<void> {
		const done = this.#work.then(async () => {
			if (this.#closing) return;
			try {
				await work().catch(async (error) => {
					// A file went away while it was read: what is left is looked at from the start, once.
					if (systemCode(error) !== "ENOENT") throw error;
					await this.#build("A file of the log went away while it was read. The index is built anew.");
				});
			} catch (error) {
				this.#fail(error);
			}
		});
		this.#work = done;
		return done;
	}

	async #load(): Promise<void> {
		const { dir } = this.#options;
		await removeAbandoned(dir);
		// What is needed in any case is made ready while the disk is read; where it fails is where it is used.
		openSql().catch(() => {});
		const { state, detail, segments, parts, trusted } = await readSnapshot(dir, this.#options);
		if (segments === undefined || parts === undefined) {
			await this.#build(state === "absent" ? undefined : `${detail} The index is built anew.`);
			return;
		}
		const misfit = await findMisfit(dir, segments);
		if (misfit !== undefined) {
			await this.#build(`${misfit} The index is built anew.`);
			return;
		}
		try {
			this.#use(await Store.load(parts, segments, trusted));
		} catch {
			await this.#build("The snapshot of the index cannot be opened. The index is built anew.");
			return;
		}
		this.#segments = segments.map(segmentOf);
		this.#keeper.has(this.#entries());
		await this.#follow();
	}

	async #build(why: string | undefined): Promise<void> {
		this.#drop();
		this.#ready.shut();
		this.#state = { state: "loading", entries: 0, done: 0, total: 0 };
		this.#failure = undefined;
		this.#notes.clear();
		this.#note("build", why);
		this.#report(true);
		this.#use(await Store.create());
		this.#keeper.forget();
		const news = await findNews(this.#options.dir, new Map());
		await this.#take(news, true);
	}

	async #follow(): Promise<void> {
		const news = await findNews(this.#options.dir, new Map(this.#segments.map((segment) => [segment.name, segment])));
		if (news.misfit !== undefined) await this.#build(`${news.misfit} The index is built anew.`);
		else await this.#take(news, false);
	}

	async #take(news: News, isBuild: boolean): Promise<void> {
		const store = this.#store as Store;
		const before = this.#entries();
		this.#segments.push(...news.added);
		store.addSegments(news.added.map(({ name }) => name));
		const sources = [...news.grown, ...news.added];
		this.#isHalf = true;
		const loose = sources.some(({ size, bytes }) => size > bytes) ? await this.#feed(store, sources) : undefined;
		if (this.#closing) return;
		if (loose !== undefined) {
			await this.#build(`The segment ${loose} does not go on from where it was read. The index is built anew.`);
			return;
		}
		for (const segment of sources) await markTail(this.#options.dir, segment);
		this.#isHalf = false;
		this.#noteUnreadable(news.unreadable);
		const gaveUp = this.#segments.find((segment) => segment.gaveUp)?.name;
		const why = "holds many megabytes that are no line. What stands there and behind it is not in the index.";
		this.#note("gaveUp", gaveUp === undefined ? undefined : `The segment ${gaveUp} ${why}`);
		if (isBuild) store.texts.optimize();
		const wasLoading = this.#state.state !== "ready";
		this.#state.state = "ready";
		this.#ready.open();
		this.#report(wasLoading || this.#entries() !== before);
		await this.#save(WHILE_FOLLOWING);
	}

	/**
	 * Takes in what is new.
	 * @returns a segment whose new lines do not follow those that are in the index: only with both at hand it can be said
	 *   which rows that concerns
	 */
	async #feed(store: Store, sources: readonly Segment[]): Promise<string | undefined> {
		const { dir } = this.#options;
		const numbers = new Map(this.#segments.map((segment, number) => [segment, number]));
		const last = this.#segments.map(({ lines: line, key }, segment) => ({ segment, line, key }));
		const feeder = new Feeder(
			dir,
			store,
			last.filter(({ line }) => line > 0),
		);
		const lines = new NewLines(dir, sources);
		const begins = new Map(sources.map((segment) => [segment, segment.lines]));
		let [taken, begun] = [0, performance.now()];
		try {
			while ((await lines.more()) && !this.#closing) {
				for (let line = lines.next(); line !== undefined; line = lines.next()) {
					const { segment, key, marked } = line;
					if (!marked.follows && segment.lines > 0 && segment.lines === begins.get(segment)) return segment.name;
					feeder.take(marked, numbers.get(segment) as number, key);
					moveOn(segment, key, marked);
					if (++taken % BATCH === 0) await feeder.flush();
					if (performance.now() - begun < TURN_MS) continue;
					// Questions and the end come in between.
					this.#report(false);
					await turn();
					if (this.#closing) return undefined;
					begun = performance.now();
				}
			}
			if (this.#closing) return undefined;
			await feeder.flush();
			return undefined;
		} finally {
			await lines.close();
		}
	}

	async #save(enough: Enough): Promise<void> {
		const store = this.#store;
		if (store === undefined || this.#isHalf || this.#state.state !== "ready") return;
		const said = await this.#keeper.save(store, this.#segments.map(markOf), enough);
		if (said !== undefined) this.#note("snapshot", said === "" ? undefined : said);
	}

	#use(store: Store): void {
		this.#store = store;
		this.#answers = new Answers(this.#options.dir, store);
	}

	#drop(): void {
		this.#answers = undefined;
		this.#store?.close();
		this.#store = undefined;
		this.#segments = [];
	}

	#fail(error: unknown): void {
		this.#drop();
		const code = systemCode(error);
		const what = code !== "" ? code : error instanceof Error ? error.message : String(error);
		const detail = `The index of the audit log failed: ${what}. The log itself is not touched. Build the index anew.`;
		this.#failure = detail;
		this.#state = { ...this.#state, state: "failed" };
		this.#ready.fail(new Error(detail, { cause: error }));
		this.#report(true);
	}

	#noteUnreadable(names: readonly string[]): void {
		const [first] = names;
		const text = `${names.length} of the log's files cannot be read and are not in the index, the first is ${first}.`;
		this.#note("unreadable", first === undefined ? undefined : text);
	}

	/** Says something about how the index is, or no longer. */
	#note(about: NoteAbout, text: string | undefined): void {
		if (this.#notes.get(about) === text) return;
		if (text === undefined) this.#notes.delete(about);
		else this.#notes.set(about, text);
		this.#report(true);
	}

	#entries(): number {
		return this.#segments.reduce((sum, { entries }) => sum + entries, 0);
	}

	#report(now: boolean): void {
		if (!now && performance.now() - this.#reported < REPORT_MS) return;
		this.#reported = performance.now();
		this.#state.entries = this.#entries();
		this.#state.done = this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
		this.#state.total = this.#segments.reduce((sum, { bytes, size }) => sum + Math.max(bytes, size), 0);
		const detail = this.#failure ?? [...this.#notes.values()].join(" ");
		this.#options.onState({ ...this.#state, ...(detail === "" ? {} : { detail }) });
	}
}
