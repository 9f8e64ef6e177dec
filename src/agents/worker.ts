// Where the thread for large inputs begins: it knows what every agent's tools make of a file, by name.
import { doJobs } from "../actions/worker.ts";
import "./claude-code/rewrites.ts";

doJobs();
