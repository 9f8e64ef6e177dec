// The story: one step after the other, with what is behind each.
import type { JSX } from "preact";
import { textOf } from "./bytes.ts";
import { Change, sideOf } from "./change.tsx";
import type { Checked } from "./check.ts";
import { resultText, type Step } from "./story.ts";
import { Lines, Visible } from "./text.tsx";

export function Story({ steps, checked }: { steps: Step[]; checked: Checked }): JSX.Element {
	return (
		<section aria-labelledby="story">
			<h2 id="story">What happened</h2>
			{steps.length === 0 && <p>There is nothing to tell.</p>}
			<ol class="story">
				{steps.map((step, at) => (
					<li key={at}>
						<StepView step={step} checked={checked} />
					</li>
				))}
			</ol>
		</section>
	);
}

function StepView({ step, checked }: { step: Step; checked: Checked }): JSX.Element {
	const { time, title, target, facts, outcome, warnings, files, result, input, entries } = step;
	return (
		<article>
			<h3>
				<time>
					<Visible text={time} />
				</time>{" "}
				<Visible text={title} />
				{outcome !== undefined && <span class={`outcome ${outcome.look}`}>{outcome.text}</span>}
			</h3>
			{target !== "" && <Lines text={target} />}
			{warnings.map((warning, at) => (
				<p key={at} class="wrong">
					<Visible text={warning} />
				</p>
			))}
			{facts.length > 0 && (
				<dl>
					{facts.map(({ name, value, claimed }, at) => (
						<div key={at}>
							<dt>
								{name}
								{claimed && <span class="claimed"> (it says)</span>}
							</dt>
							<dd>
								<Visible text={value} />
							</dd>
						</div>
					))}
				</dl>
			)}
			{input !== undefined && <Kept title="Its input" digest={input.digest} checked={checked} />}
			{files.map((file, at) => (
				<Change key={at} file={file} checked={checked} />
			))}
			{result !== undefined &&
				("text" in result ? (
					result.text !== "" && (
						<>
							<h4>What it reports</h4>
							<Lines text={result.text} />
						</>
					)
				) : (
					<Kept title="What it reports" digest={result.digest} checked={checked} />
				))}
			<details class="entries">
				<summary>
					{entries.length === 1 ? "The entry" : `The ${entries.length} entries`} in the log
					<span class="unseen">
						{" "}
						of step <Visible text={`${time} ${title}`} />
					</span>
				</summary>
				{entries.map(({ segment, line, head, hash, body }) => (
					<div key={`${segment} ${line}`}>
						<p>
							<Visible text={`${segment}, line ${line}: ${head.type}`} />
							<br />
							<code class="key">{hash}</code>
						</p>
						<Lines text={JSON.stringify(body, undefined, 2)} />
					</div>
				))}
			</details>
		</article>
	);
}

/** A text that is in the evidence. */
function Kept({ title, digest, checked }: { title: string; digest: string; checked: Checked }): JSX.Element {
	const side = sideOf(digest, checked);
	return (
		<>
			<h4>{title}</h4>
			{"why" in side ? (
				<p class="note">{side.why}</p>
			) : (
				<Lines text={readable(side.bytes)} more={`evidence/${digest}`} />
			)}
		</>
	);
}

function readable(bytes: Uint8Array): string {
	const text = textOf(bytes);
	if (text === undefined) return `No text: ${bytes.length} bytes.`;
	try {
		return resultText(JSON.parse(text));
	} catch {
		return text;
	}
}
