-- Times are milliseconds since 1970-01-01T00:00:00Z. An empty model means the provider itself.

CREATE TABLE meta (
  key   TEXT NOT NULL PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta (key, value) VALUES
  ('instance', lower(hex(randomblob(8)))),  -- names this database in ETags
  ('generation', 0);                        -- the one readers were told last; never falls

CREATE TABLE transitions (
  id         INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  provider   TEXT NOT NULL,
  model      TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state   TEXT NOT NULL,
  why        TEXT NOT NULL,
  evidence   TEXT NOT NULL,                 -- JSON
  generation INTEGER NOT NULL
) STRICT;
CREATE INDEX transitions_by_time ON transitions (at);
CREATE INDEX transitions_by_provider ON transitions (provider, at);
CREATE INDEX transitions_by_target ON transitions (provider, model, at);

CREATE TABLE incidents (
  id            INTEGER PRIMARY KEY,
  provider      TEXT NOT NULL,
  source        TEXT NOT NULL,
  incident      TEXT NOT NULL,              -- the page's id
  name          TEXT NOT NULL,
  impact        TEXT NOT NULL,
  status        TEXT NOT NULL,
  started_at    INTEGER,
  first_seen_at INTEGER NOT NULL,
  updated_at    INTEGER,
  resolved_at   INTEGER,
  url           TEXT NOT NULL,
  scope         TEXT NOT NULL,              -- JSON array of model names
  UNIQUE (provider, source, incident)
) STRICT;
CREATE INDEX incidents_by_time ON incidents (first_seen_at);
CREATE INDEX incidents_by_provider ON incidents (provider, first_seen_at);
CREATE INDEX incidents_open ON incidents (provider) WHERE resolved_at IS NULL;

CREATE TABLE payloads (
  id           INTEGER PRIMARY KEY,
  provider     TEXT NOT NULL,
  source       TEXT NOT NULL,
  document     TEXT NOT NULL,
  at           INTEGER NOT NULL,
  raw_bytes    INTEGER NOT NULL,            -- of the document
  stored_bytes INTEGER NOT NULL,            -- of the body
  body         BLOB NOT NULL                -- zlib (RFC 1950)
) STRICT;
CREATE INDEX payloads_by_document ON payloads (provider, source, document);
CREATE INDEX payloads_by_age ON payloads (at, stored_bytes);

-- The latest of each, replaced as it changes: what a restart resumes from.
CREATE TABLE healths (
  provider TEXT NOT NULL,
  model    TEXT NOT NULL,
  body     TEXT NOT NULL,                   -- JSON
  PRIMARY KEY (provider, model)
) STRICT, WITHOUT ROWID;
CREATE TABLE sources (
  provider   TEXT NOT NULL,
  source     TEXT NOT NULL,
  good_at    INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (provider, source)
) STRICT, WITHOUT ROWID;
