// The wire to the editor. The host is trusted, but only what has the right shape is taken: a message this build does not
// understand must show as such, not as an empty list.
import type { CardModel } from "../../src/protocol/card.ts";
import type { PolicyLayer } from "../../src/protocol/grants.ts";
import type {
	PendingHostMessage,
	PendingState,
	PendingUpdate,
	PendingViewMessage,
} from "../../src/protocol/pendingView.ts";
import { editorApi } from "../ui/editorApi.ts";

/** What the view keeps for itself between two lives of its document. Never holds a card. */
export interface ViewMemory {
	expanded?: string;
	/** Reasons being written, by request. */
	drafts?: Record<string, string>;
	/** Digests of policy files the person does not want to be reminded of. */
	later?: string[];
}

/** A message as the view takes it: every card whole. */
export type HostMessage = Exclude<PendingHostMessage, PendingUpdate> | PendingState;

export class Host {
	readonly #api = editorApi<PendingViewMessage, ViewMemory>();
	/** Cards that wait, as they were sent. */
	#cards = new Map<string, CardModel>();
	/** Texts of policy files that wait, as they were sent, by file and digest. */
	#texts = new Map<string, string>();

	post(message: PendingViewMessage): void {
		this.#api.postMessage(message);
	}

	get memory(): ViewMemory {
		const state = this.#api.getState();
		return isObject(state) ? (state as ViewMemory) : {};
	}

	set memory(memory: ViewMemory) {
		this.#api.setState(memory);
	}

	/** @param onOther called for what cannot be understood */
	listen(onMessage: (message: HostMessage) => void, onOther: () => void): void {
		window.addEventListener("message", (event) => {
			// Only the webview's own frame relays messages; another origin has nothing to say here.
			if (event.origin !== window.origin) return;
			if (!isHostMessage(event.data)) onOther();
			else if (event.data.type !== "state") onMessage(event.data);
			else {
				const state = this.#whole(event.data);
				if (state !== undefined) onMessage(state);
			}
		});
	}

	/** The state with its cards and texts; nothing, and everything is asked for anew, when it names one that never came. */
	#whole(update: PendingUpdate): PendingState | undefined {
		const pending = update.pending.map((card) => (typeof card === "string" ? this.#cards.get(card) : card));
		const policy = update.policy.map((layer) => this.#withText(layer));
		if (!pending.every((card) => card !== undefined) || !policy.every((layer) => layer !== undefined)) {
			this.post({ type: "ready" });
			return undefined;
		}
		this.#cards = new Map(pending.map((card) => [card.id, card]));
		this.#texts = new Map(policy.flatMap((layer) => (layer.text === undefined ? [] : [[textKey(layer), layer.text]])));
		return { ...update, pending, policy };
	}

	/** Undefined when it waits and its text never came. */
	#withText(layer: PolicyLayer): PolicyLayer | undefined {
		if (layer.accepted !== "waiting" || layer.text !== undefined) return layer;
		const text = this.#texts.get(textKey(layer));
		return text === undefined ? undefined : { ...layer, text };
	}
}

function textKey({ file, sha256 }: PolicyLayer): string {
	return `${sha256} ${file}`;
}

function isHostMessage(data: unknown): data is PendingHostMessage {
	if (!isObject(data)) return false;
	switch (data.type) {
		case "state":
			return (
				["pending", "settled", "activity", "warnings", "grants", "policy"].every((key) => Array.isArray(data[key])) &&
				(data.pending as unknown[]).every((card) => typeof card === "string" || isCard(card)) &&
				(data.grants as unknown[]).every(isGrant) &&
				(data.policy as unknown[]).every(isPolicyLayer) &&
				typeof data.paused === "boolean" &&
				typeof data.elsewhere === "number" &&
				(data.unsaved === undefined || isListOfStrings(data.unsaved)) &&
				isObject(data.gate)
			);
		case "strings":
			return isObject(data.contents);
		case "reveal":
			return typeof data.id === "string";
		case "refused":
		case "editRefused":
			return typeof data.id === "string" && isObject(data.message);
		case "context":
			return (
				typeof data.id === "string" &&
				typeof data.file === "number" &&
				typeof data.from === "number" &&
				Array.isArray(data.lines) &&
				data.lines.every((line) => isObject(line) && typeof line.text === "string" && typeof line.eol === "string")
			);
		case "offers":
			return typeof data.id === "string" && Array.isArray(data.offers) && data.offers.every(isOffer);
		case "ruleChecked":
			return (
				typeof data.id === "string" &&
				typeof data.n === "number" &&
				(data.offer === undefined ? isObject(data.problem) : isOffer(data.offer))
			);
		case "policyRefused":
			return typeof data.file === "string" && typeof data.sha256 === "string" && isObject(data.message);
		default:
			return false;
	}
}

function isRule(rule: unknown): boolean {
	return isObject(rule) && typeof rule.member === "string" && isListOfStrings(rule.patterns);
}

function isListOfStrings(value: unknown): boolean {
	return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isOffer(offer: unknown): boolean {
	return (
		isObject(offer) &&
		isRule(offer.rule) &&
		Array.isArray(offer.files) &&
		isObject(offer.past) &&
		typeof offer.past.matched === "number" &&
		Array.isArray(offer.past.examples)
	);
}

function isGrant(grant: unknown): boolean {
	return isObject(grant) && typeof grant.id === "string" && isRule(grant.rule) && typeof grant.by === "string";
}

function isPolicyLayer(layer: unknown): boolean {
	return (
		isObject(layer) &&
		typeof layer.file === "string" &&
		typeof layer.sha256 === "string" &&
		typeof layer.accepted === "string" &&
		Array.isArray(layer.problems)
	);
}

function isCard(card: unknown): boolean {
	return (
		isObject(card) &&
		typeof card.id === "string" &&
		typeof card.target === "string" &&
		typeof card.input === "string" &&
		typeof card.guard === "boolean" &&
		isObject(card.agent) &&
		isObject(card.session) &&
		isObject(card.verb) &&
		["files", "why", "risks"].every((key) => Array.isArray(card[key]))
	);
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
