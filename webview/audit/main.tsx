// Entry of the audit panel's webview.
import "../ui/ui.css";
import "../ui/card.css";
import "./audit.css";
import "./table/table.css";
import "./detail/detail.css";
import "./views.css";
import "./sessions/sessions.css";
import "./overview/overview.css";
import "./integrity/integrity.css";
import "./contrast.css";
import { render } from "preact";
import { registerControls } from "../ui/toolkit.ts";
import { App } from "./app.tsx";
import { Host } from "./host.ts";
import { Store } from "./store.ts";
import { firstRowsOf } from "./table/firstRows.ts";

registerControls();
const store = new Store(new Host());
// Before the components: what they ask for is answered after it.
store.subscribe(() => firstRowsOf(store).look());
const root = document.getElementById("root");
if (root) render(<App store={store} />, root);
store.start();
