import { formatPrice } from "./price.js";

/** What the goods cost, in cents. A line is { name, cents, count }. */
export function subtotal(lines) {
	return lines.reduce((sum, { cents, count }) => sum + cents * count, 0);
}

/** The receipt, one line of text for each line of the cart. */
export function receipt(lines) {
	const rows = lines.map(({ name, cents, count }) => `${count} x ${name}: ${formatPrice(cents * count)}`);
	const total = subtotal(lines);
	return [...rows, `Total: ${formatPrice(total)}`].join("\n");
}
