// The toolkit asks, once and by a style element, whether the browser knows :focus-visible. Under our policy that element
// needs the nonce, which it looks for in this meta element. The nonce is the one this script itself was let in with; the
// policy's style-src must name it too. Imported before the toolkit, which asks when it is loaded.
const nonce = document.currentScript?.nonce;
if (nonce) {
	const meta = document.createElement("meta");
	meta.setAttribute("property", "csp-nonce");
	meta.content = nonce;
	document.head.append(meta);
}

export {};
