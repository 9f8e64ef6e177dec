// Stands in for the native module that ends an extension host whose server died; `supervise.mjs` does that here.
exports.start = () => {};
exports.exit = (code) => process.exit(code ?? 0);
