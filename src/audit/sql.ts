// SQLite as WebAssembly (sql.js, with FTS4), loaded on first use. The .wasm file lies beside the built program, else in the
// package.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import initSqlJs, { type SqlJsStatic } from "sql.js";

/** Name of the .wasm file beside the program that is built with it; absent when sources run as they are. */
declare const GATEPOST_WASM: string | undefined;

let loading: Promise<SqlJsStatic> | undefined;

/** The library; the same for everybody in this thread. @throws when the .wasm file cannot be read */
export function openSql(): Promise<SqlJsStatic> {
	loading ??= load().catch((error) => {
		loading = undefined;
		throw error;
	});
	return loading;
}

async function load(): Promise<SqlJsStatic> {
	const file =
		typeof GATEPOST_WASM === "string"
			? join(__dirname, GATEPOST_WASM)
			: createRequire(import.meta.url).resolve("sql.js/dist/sql-wasm.wasm");
	const bytes = await readFile(file);
	const wasmBinary = new ArrayBuffer(bytes.length);
	new Uint8Array(wasmBinary).set(bytes);
	return initSqlJs({ wasmBinary });
}
