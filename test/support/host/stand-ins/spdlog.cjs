// Stands in for the native log writer of the VS Code server, which is not compiled in our hosts: same functions, plain
// files. With it the logs of the server, the extension host and every log output channel are real files again.
const fs = require("node:fs");
const path = require("node:path");

const names = ["trace", "debug", "info", "warning", "error", "critical"];
const off = 6;
const threshold = { all: 0 };

class Logger {
	constructor(_type, _name, file) {
		this.file = file;
		this.level = 2;
		this.bare = false;
	}
	write(level, message) {
		if (level < this.level || level < threshold.all || this.level === off) return;
		const time = new Date().toISOString().replace("T", " ").slice(0, -1);
		const line = this.bare ? message : `${time} [${names[level]}] ${message}\n`;
		try {
			fs.appendFileSync(this.file, line);
		} catch (error) {
			// The folder goes away when a test ends; a log must not take its program down.
			if (error.code !== "ENOENT") console.error(`cannot write ${this.file}: ${error.message}`);
		}
	}
	getLevel() {
		return this.level;
	}
	setLevel(level) {
		this.level = level;
	}
	clearFormatters() {
		this.bare = true;
	}
	setPattern() {
		this.bare = false;
	}
	flush() {}
	drop() {}
}
for (const [level, name] of ["trace", "debug", "info", "warn", "error", "critical"].entries()) {
	Logger.prototype[name] = function log(message) {
		this.write(level, message);
	};
}

async function createLogger(name, file) {
	fs.mkdirSync(path.dirname(file), { recursive: true });
	return new Logger("rotating", name, file);
}

// One assignment each: that is what VS Code's `await import()` finds as named exports.
exports.version = 1;
exports.Logger = Logger;
exports.createRotatingLogger = createLogger;
exports.createAsyncRotatingLogger = createLogger;
exports.setFlushOn = () => {};
exports.setLevel = (level) => {
	threshold.all = level;
};
