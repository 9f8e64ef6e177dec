// Entry of the audit panel's webview.
import "../ui/ui.css";
import "../ui/card.css";
import "./audit.css";
import "./table.css";
import "./detail.css";
import "./views.css";
import { render } from "preact";
import { registerControls } from "../ui/toolkit.ts";
import { App } from "./app.tsx";
import { Host } from "./host.ts";
import { Store } from "./store.ts";

registerControls();
const store = new Store(new Host());
const root = document.getElementById("root");
if (root) render(<App store={store} />, root);
store.start();
