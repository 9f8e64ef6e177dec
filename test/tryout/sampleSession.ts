// What the sample session asks for and does: a small change in the sample project, from the prompt to the tests.
import { join } from "node:path";
import type { ToolCall } from "./agentTools.ts";

export const PROMPT = "Orders over 50 EUR should ship for free, all others cost 4.90 EUR. Show it on the receipt.";
export const LAST_WORDS = "Shipping is on the receipt now, and free over 50 EUR.";

const SHIPPING = `/** Orders above this ship for free. Cents. */
const FREE_ABOVE = 5000;
const FLAT = 490;

/** What shipping costs for goods of this price, in cents. */
export function shipping(subtotal) {
	return subtotal > FREE_ABOVE ? 0 : FLAT;
}
`;

const OLD = `	const total = subtotal(lines);
	return [...rows, \`Total: \${formatPrice(total)}\`].join("\\n");`;
const NEW = `	const goods = subtotal(lines);
	const freight = shipping(goods);
	rows.push(\`Shipping: \${freight === 0 ? "free" : formatPrice(freight)}\`);
	return [...rows, \`Total: \${formatPrice(goods + freight)}\`].join("\\n");`;

/** The file's head, which has to name the new module. */
const OLD_HEAD = 'import { formatPrice } from "./price.js";\n';
const NEW_HEAD = `${OLD_HEAD}import { shipping } from "./shipping.js";\n`;

export interface Step {
	call: ToolCall;
	/** For the terminal. */
	title: string;
	/** Makes no sense when a step before it was denied. */
	needsAllBefore?: true;
}

/** The tool calls, in order, in the project `folder`. */
export function steps(folder: string): Step[] {
	const cart = join(folder, "src/cart.js");
	const edit = (old_string: string, new_string: string): ToolCall => {
		return { tool: "Edit", input: { file_path: cart, old_string, new_string, replace_all: false } };
	};
	const bash = (command: string, description: string): Step => {
		return { call: { tool: "Bash", input: { command, description } }, title: command };
	};
	const file_path = join(folder, "src/shipping.js");
	return [
		bash("ls src test", "List the sources and tests"),
		{ call: { tool: "Read", input: { file_path: cart } }, title: "src/cart.js" },
		{ call: { tool: "Write", input: { file_path, content: SHIPPING } }, title: "src/shipping.js, a new file" },
		{ call: edit(OLD, NEW), title: "src/cart.js, the receipt", needsAllBefore: true },
		{ call: edit(OLD_HEAD, NEW_HEAD), title: "src/cart.js, the import", needsAllBefore: true },
		bash("node --test", "Run the tests"),
	];
}
