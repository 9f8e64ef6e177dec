// A piece of evidence for an export, or why it is not there: the export says that in the place of the piece, and goes on.
import { JournalError } from "../errors.ts";
import type { ExportSource } from "./types.ts";

export type Absent = "missing" | "altered" | "unreadable";

/** @throws what is no matter of this one piece */
export async function pieceOf(source: Pick<ExportSource, "evidence">, digest: string): Promise<Buffer | Absent> {
	try {
		return (await source.evidence(digest)) ?? "missing";
	} catch (error) {
		if (!(error instanceof JournalError)) throw error;
		if (error.code === "evidence-altered") return "altered";
		if (error.code === "evidence-missing") return "missing";
		if (error.code === "unreadable") return "unreadable";
		throw error;
	}
}
