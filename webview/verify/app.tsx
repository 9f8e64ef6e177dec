// The page: verdict, key, story, parts of the log, and a way to check other files than those in it.
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Files } from "./archive.ts";
import { type Checked, checkFiles, differing } from "./check.ts";
import { Other } from "./other.tsx";
import { Story } from "./steps.tsx";
import { storyOf } from "./story.ts";
import { Visible } from "./text.tsx";
import { Fingerprint, Verdict } from "./verdict.tsx";

interface Looked {
	checked: Checked;
	/** What was checked: the data of this page, or files that a person gave. */
	from: "page" | "files";
	/** Names of files that the page holds otherwise. */
	different: string[];
	/** Given, and no file of a receipt. */
	strange: string[];
}

export function App({ page }: { page: Files | undefined }): JSX.Element {
	const [looked, setLooked] = useState<Looked>();
	const [done, setDone] = useState(0);
	const [failure, setFailure] = useState("");
	const [fingerprints, setFingerprints] = useState<string[]>([]);
	const hasEntries = page !== undefined && [...page.keys()].some((name) => name.startsWith("entries/"));

	const look = async (files: Files, from: Looked["from"], strange: string[] = []) => {
		setFailure("");
		setLooked(undefined);
		try {
			const checked = await checkFiles(files, setDone);
			const different = from === "files" && page !== undefined ? differing(page, files) : [];
			setLooked({ checked, from, different, strange });
		} catch (error) {
			setFailure(error instanceof Error ? error.message : String(error));
		}
	};
	useEffect(() => {
		if (page !== undefined && hasEntries) look(page, "page");
	}, []);

	return (
		<main>
			<h1>Receipt of an audit log</h1>
			<p class="note">
				Made by Gatepost, which stands between an AI coding agent and what it wants to do. This page checks the receipt
				in your browser; it loads nothing and sends nothing. A page that came with a receipt proves nothing against
				whoever made the receipt: VERIFY.md has commands that do not depend on it.
			</p>
			{page === undefined && (
				<p class="wrong">The data in this page is missing or damaged. Pick the zip or the files below.</p>
			)}
			{page !== undefined && !hasEntries && (
				<p class="wrong">This receipt is too large to be in its page. Pick the zip or the files below.</p>
			)}
			{failure !== "" && (
				<p class="wrong" role="alert">
					This could not be checked: <Visible text={failure} />
				</p>
			)}
			{looked === undefined && failure === "" && hasEntries && (
				<p role="status">Checking … {done > 0 ? `${done.toLocaleString("en")} entries so far` : ""}</p>
			)}
			{looked !== undefined && <Result looked={looked} fingerprints={fingerprints} onFingerprints={setFingerprints} />}
			<Other onFiles={(files, strange) => look(files, "files", strange)} onFailure={setFailure} />
		</main>
	);
}

interface ResultProps {
	looked: Looked;
	fingerprints: string[];
	onFingerprints: (keys: string[]) => void;
}

function Result({ looked, fingerprints, onFingerprints }: ResultProps): JSX.Element {
	const { checked, from, different, strange } = looked;
	const steps = useMemo(() => storyOf(checked), [checked]);
	return (
		<>
			<Verdict checked={checked} fingerprints={fingerprints} />
			{from === "files" && (
				<section aria-labelledby="compared">
					<h2 id="compared">The files you picked</h2>
					<p>
						{different.length === 0
							? "The verdict above is of the files you picked. They are the same as the data in this page."
							: "The verdict above is of the files you picked. They are not the same as the data in this page:"}
					</p>
					<ul class="problems">
						{different.slice(0, 100).map((name) => (
							<li key={name}>
								<Visible text={name} />
							</li>
						))}
						{strange.slice(0, 100).map((name) => (
							<li key={name}>
								<Visible text={name} /> is no file of a receipt, or was given twice
							</li>
						))}
					</ul>
				</section>
			)}
			<Fingerprint checked={checked} onChange={onFingerprints} />
			<Story steps={steps} checked={checked} />
			<Parts checked={checked} />
		</>
	);
}

function Parts({ checked: { segments, named, removed, notHere } }: { checked: Checked }): JSX.Element {
	const gone = [...named.keys()].filter((digest) => removed.has(digest));
	return (
		<section aria-labelledby="parts">
			<h2 id="parts">Parts of the log</h2>
			<div class="table">
				<table>
					<caption>Entries of each part, whole or as their hash only, and how many of them are signed</caption>
					<thead>
						<tr>
							<th scope="col">Part</th>
							<th scope="col">Entries</th>
							<th scope="col">Whole</th>
							<th scope="col">Signed</th>
						</tr>
					</thead>
					<tbody>
						{segments.map(({ name, hashes, entries, covered }) => (
							<tr key={name}>
								<th scope="row">
									<Visible text={name} />
								</th>
								<td>{hashes.length}</td>
								<td>{entries.filter(({ body }) => body !== undefined).length}</td>
								<td>{covered}</td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
			<p>
				{named.size} pieces of evidence are named; {gone.length} of them were removed by the retention of the log
				{notHere.length > 0 ? `, ${notHere.length} are not in this page` : ""}.
			</p>
		</section>
	);
}
