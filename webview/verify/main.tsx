// The page that checks a receipt and tells its story. It is in every bundle, with the bundle's data in it.
import { render } from "preact";
import { App } from "./app.tsx";
import { embedded } from "./archive.ts";
import "./verify.css";

const root = document.getElementById("root");
if (root !== null) render(<App page={embedded()} />, root);

// Paper cannot be opened.
let closed: HTMLDetailsElement[] = [];
addEventListener("beforeprint", () => {
	closed = [...document.querySelectorAll("details")].filter(({ open }) => !open);
	for (const one of closed) one.open = true;
});
addEventListener("afterprint", () => {
	for (const one of closed) one.open = false;
});
