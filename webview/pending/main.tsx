// Entry of the sidebar's "Pending" webview.
import "../ui/ui.css";
import "../ui/card.css";
import "./pending.css";
import { render } from "preact";
import { registerControls } from "../ui/toolkit.ts";
import { App } from "./app.tsx";
import { attention } from "./attention.ts";
import { Host } from "./host.ts";
import { steady } from "./steady.ts";
import { Store } from "./store.ts";

registerControls();
attention.start();
steady.start();
const store = new Store(new Host());
const root = document.getElementById("root");
if (root) render(<App store={store} />, root);
store.start();
