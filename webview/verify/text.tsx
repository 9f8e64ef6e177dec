// Texts of the log: never HTML, every character visible, long ones cut with a word about what is missing.
import type { JSX } from "preact";
import { isPlain, segments } from "../ui/visible.ts";

/** One line. */
export function Visible({ text }: { text: string }): JSX.Element {
	return (
		<bdi class="said">
			{segments(text).map(({ kind, text: piece, name }, at) =>
				kind === "text" ? (
					piece
				) : (
					<span key={at} class={`v-${kind}`} title={name}>
						{piece}
					</span>
				),
			)}
		</bdi>
	);
}

const MAX_CHARACTERS = 100_000;
const FEW_LINES = 12;

/** Many lines. Only a line feed breaks a line: a lone carriage return is drawn as what it is. */
export function Lines({ text, more }: { text: string; more?: string }): JSX.Element {
	const cut = text.length > MAX_CHARACTERS;
	const lines = text.slice(0, MAX_CHARACTERS).replace(/\n$/, "").split("\n");
	const rest = cut && (
		<p class="note">
			{(text.length - MAX_CHARACTERS).toLocaleString("en")} more characters are not drawn here
			{more ? `: see ${more}` : ""}.
		</p>
	);
	if (lines.length <= FEW_LINES)
		return (
			<>
				<Block lines={lines} />
				{rest}
			</>
		);
	return (
		<>
			<Block lines={lines.slice(0, FEW_LINES)} />
			<details>
				<summary>{(lines.length - FEW_LINES).toLocaleString("en")} more lines</summary>
				<Block lines={lines.slice(FEW_LINES)} />
				{rest}
			</details>
		</>
	);
}

/** Lines of plain characters are one text together: thousands of elements would make the page slow. */
function Block({ lines }: { lines: readonly string[] }): JSX.Element {
	const parts: JSX.Element[] = [];
	let plain: string[] = [];
	const flush = () => {
		if (plain.length === 0) return;
		parts.push(
			<div key={parts.length}>
				<bdi class="said">{plain.join("\n")}</bdi>
			</div>,
		);
		plain = [];
	};
	for (const line of lines) {
		if (isPlain(line)) plain.push(line);
		else {
			flush();
			parts.push(
				<div key={parts.length}>
					<Visible text={line} />
				</div>,
			);
		}
	}
	flush();
	return <div class="block">{parts}</div>;
}
