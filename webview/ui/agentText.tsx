// Agents' words in a line of text: never markdown, never HTML, never a link, every character visible.
import type { ComponentChildren, JSX } from "preact";
import { type AnyMessage, say } from "./texts.ts";
import { type Range, segments } from "./visible.ts";

/** The pieces of one line. */
export function Visible({ text, marks }: { text: string; marks?: readonly Range[] | undefined }): JSX.Element {
	return (
		<>
			{segments(text, marks).map((segment, index) => {
				const { kind, text: piece, marked, name } = segment;
				let drawn: ComponentChildren = piece;
				if (kind !== "text") {
					drawn = (
						<span key={index} class={`v-${kind}`} title={name}>
							{piece}
						</span>
					);
				}
				return marked ? <mark key={index}>{drawn}</mark> : drawn;
			})}
		</>
	);
}

/** An agent's words inline. `code`: in stored order and monospace; else a sentence in its own direction. */
export function AgentText({ text, code }: { text: string; code?: boolean }): JSX.Element {
	return (
		<bdi class={code ? "agent-text code" : "agent-text"}>
			<Visible text={text} />
		</bdi>
	);
}

/** A message whose arguments may be an agent's words. */
export function Sentence({ message }: { message: AnyMessage }): JSX.Element {
	return (
		<span class="agent-text">
			<Visible text={say(message)} />
		</span>
	);
}
