// The tables of an exported SQLite file. docs/EXPORTS.md describes them; a test holds the two together. Times are ISO 8601
// in UTC, hashes hex, lists JSON.

/** Raised when a table or column changes its meaning; in `meta` and PRAGMA user_version. */
export const SCHEMA_VERSION = 1;
/** Evidence above this is named without its content. Bytes. */
export const MAX_CONTENT = 1024 * 1024;
/** All contents together; what comes after is named without its content. Bytes. */
export const MAX_CONTENTS = 256 * 1024 * 1024;

export const TABLES = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE entries (
  id INTEGER PRIMARY KEY,
  segment TEXT NOT NULL,
  line INTEGER NOT NULL,
  seq INTEGER,
  time TEXT,
  mono REAL,
  type TEXT,
  session TEXT,
  request TEXT,
  body TEXT,
  body_hash TEXT,
  hash TEXT,
  prev TEXT,
  problem TEXT,
  raw BLOB
);

CREATE TABLE sessions (
  agent TEXT NOT NULL,
  session TEXT NOT NULL,
  label TEXT NOT NULL,
  started_at TEXT NOT NULL,
  last_at TEXT NOT NULL,
  ended_at TEXT,
  os_user TEXT,
  host TEXT,
  launcher TEXT,
  processes TEXT,
  program TEXT,
  program_version TEXT,
  workspace TEXT,
  git_branch TEXT,
  git_commit TEXT,
  model TEXT,
  enforcement TEXT,
  prompts INTEGER NOT NULL,
  actions INTEGER NOT NULL,
  allowed INTEGER NOT NULL,
  denied INTEGER NOT NULL,
  other INTEGER NOT NULL,
  by_person INTEGER NOT NULL,
  PRIMARY KEY (agent, session)
) WITHOUT ROWID;

CREATE TABLE actions (
  id INTEGER PRIMARY KEY,
  row_kind TEXT NOT NULL,
  type TEXT NOT NULL,
  time TEXT NOT NULL,
  segment TEXT NOT NULL,
  line INTEGER NOT NULL,
  agent TEXT,
  session TEXT,
  subagent TEXT,
  request TEXT,
  tool TEXT,
  kind TEXT,
  target TEXT NOT NULL,
  outcome TEXT,
  decided_by TEXT,
  decided_at TEXT,
  waited_ms INTEGER,
  rule TEXT,
  policy_digest TEXT,
  grant_id TEXT,
  channel TEXT,
  person TEXT,
  assurance INTEGER,
  gesture TEXT,
  shown TEXT,
  shown_ms INTEGER,
  reason TEXT,
  result TEXT,
  flags TEXT NOT NULL,
  enforcement TEXT,
  prompt TEXT,
  entries INTEGER NOT NULL,
  first_hash TEXT,
  decision_hash TEXT,
  ran_instead TEXT
);

CREATE TABLE files (
  action INTEGER NOT NULL REFERENCES actions(id),
  path TEXT NOT NULL,
  op TEXT,
  PRIMARY KEY (action, path)
) WITHOUT ROWID;

CREATE TABLE evidence (
  digest TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  state TEXT NOT NULL,
  content BLOB
) WITHOUT ROWID;

CREATE TABLE evidence_uses (
  digest TEXT NOT NULL REFERENCES evidence(digest),
  entry INTEGER NOT NULL REFERENCES entries(id),
  PRIMARY KEY (digest, entry)
) WITHOUT ROWID;
`;

export const INDEXES_AND_VIEWS = `
CREATE UNIQUE INDEX entries_place ON entries(segment, line);
CREATE INDEX entries_request ON entries(request) WHERE request IS NOT NULL;
CREATE INDEX entries_session ON entries(session, time) WHERE session IS NOT NULL;
CREATE INDEX actions_session ON actions(session, time);
CREATE INDEX actions_request ON actions(request) WHERE request IS NOT NULL;
CREATE INDEX actions_time ON actions(time);
CREATE INDEX actions_person ON actions(person) WHERE person IS NOT NULL;
CREATE INDEX files_path ON files(path);

CREATE VIEW who_started AS
  SELECT session, agent, started_at, ended_at, label AS task, os_user, host, launcher, processes, program,
    program_version, workspace, git_branch, git_commit, model, enforcement, actions, allowed, denied, by_person
  FROM sessions ORDER BY started_at;

CREATE VIEW what_happened AS
  SELECT session, time, CASE row_kind WHEN 'action' THEN coalesce(tool, type) ELSE row_kind END AS what, target, outcome,
    decided_by, person, rule, result, flags, segment, line,
    ran_instead
  FROM actions ORDER BY session, time, id;

CREATE VIEW who_approved AS
  SELECT time AS asked_at, decided_at, waited_ms, session, tool, target, outcome, person, channel, assurance, gesture,
    shown, shown_ms, reason, grant_id, first_hash, decision_hash, ran_instead
  FROM actions WHERE row_kind = 'action' AND decided_by = 'person' ORDER BY decided_at;
`;
