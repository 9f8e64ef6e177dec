// Where the thread for large inputs begins: it knows what every agent's tools make of a file, and what they are to be told
// for what a person wants in it, by name.
import { doJobs } from "../actions/worker.ts";
import "./claude-code/editInput.ts";
import "./claude-code/rewrites.ts";

doJobs();
