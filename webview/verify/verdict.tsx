// The verdict, in words that say no more than what was shown, and what a fingerprint from outside makes of it.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Checked } from "./check.ts";
import { Visible } from "./text.tsx";

export type Level = "bad" | "unknown" | "good";

export function levelOf({ problems, keys }: Checked, fingerprints: readonly string[]): Level {
	if (problems.length > 0 || (fingerprints.length > 0 && !keys.every((key) => fingerprints.includes(key))))
		return "bad";
	return fingerprints.length > 0 && keys.length > 0 ? "good" : "unknown";
}

/** Keys in what a person typed: hex, in any case, with what people put between. Undefined when it is something else. */
export function fingerprintsIn(text: string): string[] | undefined {
	const plain = text.trim().toLowerCase().replace(/[:-]/g, "");
	if (plain === "") return [];
	const joined = plain.replace(/\s+/g, "");
	if (/^[0-9a-f]+$/.test(joined) && joined.length % 64 === 0) return joined.match(/.{64}/g) ?? [];
	return undefined;
}

const MAX_PROBLEMS = 200;

export function Verdict({ checked, fingerprints }: { checked: Checked; fingerprints: string[] }): JSX.Element {
	const { problems, keys, unsigned, elsewhere, notHere, session, scope } = checked;
	const level = levelOf(checked, fingerprints);
	const wrong = fingerprints.length === 0 ? [] : keys.filter((key) => !fingerprints.includes(key));
	const title =
		level === "good"
			? "Verified"
			: level === "unknown"
				? "Consistent, signer unknown"
				: wrong.length > 0 && problems.length === 0
					? "Signed by another key"
					: "Problems found";
	const ends = session
		.map(({ head }) => head.type)
		.filter((type) => type === "session.started" || type === "session.ended");
	return (
		<section class={`verdict ${level}`} aria-labelledby="verdict">
			<div role="status">
				<h2 id="verdict">
					<span class="mark" aria-hidden="true">
						{level === "good" ? "✓" : level === "unknown" ? "?" : "✗"}
					</span>{" "}
					{title}
				</h2>
				<p>{explain(level, wrong.length > 0 && problems.length === 0)}</p>
			</div>
			{problems.length > 0 && (
				<ul class="problems">
					{problems.slice(0, MAX_PROBLEMS).map(({ where, line, kind, detail }, at) => (
						<li key={at}>
							<strong>{kind}</strong> <Visible text={where} />
							{line ? `, line ${line}` : ""}: <Visible text={detail} />
						</li>
					))}
					{problems.length > MAX_PROBLEMS && <li>and {problems.length - MAX_PROBLEMS} more</li>}
				</ul>
			)}
			<ul class="notes">
				{wrong.map((key) => (
					<li key={key}>
						The key <code>{key}</code> is not one you named.
					</li>
				))}
				{unsigned.map(({ segment, from, to }) => (
					<li key={segment}>
						Unsigned tail: entries {from} to {to} of <Visible text={segment} /> are chained, but no signature covers
						them.
					</li>
				))}
				{scope.of === "session" && session.length > 0 && session[0]?.head.type !== "session.started" && (
					<li>The session has no beginning here.</li>
				)}
				{scope.of === "session" && session.length > 0 && ends.at(-1) !== "session.ended" && (
					<li>The session has no end here: it may have gone on.</li>
				)}
				{elsewhere.length > 0 && (
					<li>
						{elsewhere.length} other {elsewhere.length === 1 ? "part" : "parts"} of the log are named here and are not
						in this receipt.
					</li>
				)}
				{notHere.length > 0 && (
					<li>
						{notHere.length} pieces of evidence are too large for this page and were not checked. Pick the zip or the
						files below to check them, too.
					</li>
				)}
			</ul>
		</section>
	);
}

function explain(level: Level, wrongKey: boolean): string {
	if (level === "good") return "Nothing was changed since it was signed, and the key that signed is the one you named.";
	if (level === "unknown")
		return "Everything here fits together and is signed. Whose key signed it, nothing in this file can say: whoever made it could have used any key. Ask the owner of the log for the fingerprint, on another way, and compare it below.";
	if (wrongKey) return "Everything here fits together, but it was signed by a key that you did not name.";
	return "This is not what was signed. What is wrong, and where:";
}

export function Fingerprint({
	checked,
	onChange,
}: {
	checked: Checked;
	onChange: (keys: string[]) => void;
}): JSX.Element {
	const [text, setText] = useState("");
	const [wrong, setWrong] = useState(false);
	const compare = (event: Event) => {
		event.preventDefault();
		const keys = fingerprintsIn(text);
		setWrong(keys === undefined);
		onChange(keys ?? []);
	};
	return (
		<section aria-labelledby="key">
			<h2 id="key">Whose key it is</h2>
			<p>Signed by:</p>
			<ul>
				{checked.keys.map((key) => (
					<li key={key}>
						<code class="key">{key}</code>
					</li>
				))}
			</ul>
			<form onSubmit={compare}>
				<label for="fingerprint">Fingerprint that you got from the owner of the log, not from this receipt</label>
				<input
					id="fingerprint"
					type="text"
					value={text}
					onInput={(event) => setText(event.currentTarget.value)}
					autocomplete="off"
					spellcheck={false}
					aria-invalid={wrong}
					aria-describedby={wrong ? "fingerprint-wrong" : undefined}
				/>
				<button type="submit">Compare</button>
				{wrong && (
					<p id="fingerprint-wrong" class="wrong" role="alert">
						A fingerprint is 64 digits from 0 to f. Nothing was compared.
					</p>
				)}
			</form>
		</section>
	);
}
