import assert from "node:assert/strict";
import { test } from "node:test";
import { receipt, subtotal } from "../src/cart.js";

const lines = [
	{ name: "Teapot", cents: 4200, count: 1 },
	{ name: "Cup", cents: 650, count: 4 },
];

test("the subtotal counts every line", () => {
	assert.equal(subtotal(lines), 6800);
});

test("the receipt ends with the total", () => {
	assert.equal(receipt(lines).split("\n").at(-1), "Total: 68.00 EUR");
});
