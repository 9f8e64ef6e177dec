// Which request a tab or a document of the editor belongs to, from its addresses. Needs nothing of the editor.

/** The part of an editor's address that is looked at here. */
interface Address {
	scheme: string;
	path: string;
	query?: string;
}

/**
 * The request a tab belongs to; undefined for a tab that is not ours.
 * @param input what the tab shows, of any kind: text, notebook, a diff of either, or several diffs
 * @param schemes our schemes, whose queries or, without one, paths begin with a request
 * @param titles requests by the title their multi-diff was opened with, for an editor that does not tell what it shows
 */
export function requestOfTab(
	{ input, label }: { input: unknown; label: string },
	schemes: readonly string[],
	titles: ReadonlyMap<string, string>,
): string | undefined {
	const addresses = addressesOf(input);
	const own = addresses.find(({ scheme }) => schemes.includes(scheme));
	if (own !== undefined) return own.query ? own.query.split("/")[0] : own.path.split("/")[1];
	if (addresses.length > 0 || isOtherKind(input)) return undefined;
	// The editor adds the number of files to the title.
	return [...titles].find(([title]) => label === title || label.startsWith(`${title} (`))?.[1];
}

/** Requests with a document that is edited and not saved. @param opened whether a file of a request may be edited now */
export function unsavedRequests(
	documents: Iterable<{ uri: Address; isDirty: boolean }>,
	scheme: string,
	opened: (request: string, file: number) => boolean,
): string[] {
	const requests = new Set<string>();
	for (const { uri, isDirty } of documents) {
		if (!isDirty || uri.scheme !== scheme) continue;
		const { request, file } = editedFile(uri);
		if (opened(request, file)) requests.add(request);
	}
	return [...requests];
}

/** The request and the file that an address of a file to edit names. */
export function editedFile({ path }: Pick<Address, "path">): { request: string; file: number } {
	const [, request = "", file = ""] = path.split("/");
	return { request, file: Number(file) };
}

/** Addresses that a tab's input names, in the shapes of the editor's `TabInput` classes. */
function addressesOf(input: unknown): Address[] {
	if (!isObject(input)) return [];
	// Of a multi-diff, in the editor's proposed interface but given to everybody.
	const diffs = Array.isArray(input.textDiffs) ? input.textDiffs.flatMap(addressesOf) : [];
	return [input.modified, input.original, input.uri].filter(isAddress).concat(diffs);
}

/** A webview of somebody, whose label can be anything. */
function isOtherKind(input: unknown): boolean {
	return isObject(input) && typeof input.viewType === "string";
}

function isAddress(value: unknown): value is Address {
	return isObject(value) && typeof value.scheme === "string" && typeof value.path === "string";
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null;
}
