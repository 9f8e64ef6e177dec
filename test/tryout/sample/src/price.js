/** "12.50 EUR" for 1250. */
export function formatPrice(cents) {
	return `${(cents / 100).toFixed(2)} EUR`;
}
