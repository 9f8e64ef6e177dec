// Checking other files than those in the page: the zip, or what was unpacked from it.
import type { JSX } from "preact";
import { type Files, picked } from "./archive.ts";

export interface OtherProps {
	onFiles: (files: Files, strange: string[]) => void;
	onFailure: (why: string) => void;
}

export function Other({ onFiles, onFailure }: OtherProps): JSX.Element {
	const take = async (input: HTMLInputElement) => {
		const list = [...(input.files ?? [])];
		if (list.length === 0) return;
		try {
			const { files, strange } = await picked(list);
			onFiles(files, strange);
		} catch (error) {
			onFailure(error instanceof Error ? error.message : String(error));
		}
	};
	return (
		<section class="other" aria-labelledby="other">
			<h2 id="other">Check the files themselves</h2>
			<p>
				This page holds a copy of the receipt's data. To check the files you were given, pick the zip, or the folder it
				was unpacked into. They stay on this machine.
			</p>
			<p>
				<label for="pick">The zip, or all files</label>{" "}
				<input id="pick" type="file" multiple onChange={(event) => take(event.currentTarget)} />
			</p>
			<p>
				<label for="pick-folder">The folder</label>{" "}
				<input
					id="pick-folder"
					type="file"
					ref={(input) => {
						input?.setAttribute("webkitdirectory", "");
					}}
					onChange={(event) => take(event.currentTarget)}
				/>
			</p>
		</section>
	);
}
