-- What clients reported, what people set, and what routers were told.

-- Each batch once, as long as it may be sent again; in the order of arrival, so that a commit appends.
CREATE TABLE batches (
  at  INTEGER NOT NULL,
  key INTEGER NOT NULL,                     -- 64 bits of (reporter, batch_id)
  PRIMARY KEY (at, key)
) STRICT, WITHOUT ROWID;

-- A provider's row holds its models' outcomes too: one range answers for it, however many models it has.
CREATE TABLE count_targets (
  id       INTEGER PRIMARY KEY,
  provider TEXT NOT NULL,
  model    TEXT NOT NULL,
  UNIQUE (provider, model)
) STRICT;
CREATE TABLE fine_counts (
  target        INTEGER NOT NULL,           -- of count_targets
  step          INTEGER NOT NULL,           -- of 10 s, counted from 1970-01-01T00:00:00Z
  ok            INTEGER NOT NULL,
  overloaded    INTEGER NOT NULL,
  server_error  INTEGER NOT NULL,
  timeout       INTEGER NOT NULL,
  connect_error INTEGER NOT NULL,
  throttled     INTEGER NOT NULL,
  client_error  INTEGER NOT NULL,
  cancelled     INTEGER NOT NULL,
  PRIMARY KEY (target, step)
) STRICT, WITHOUT ROWID;
CREATE TABLE coarse_counts (
  target        INTEGER NOT NULL,
  step          INTEGER NOT NULL,           -- of 5 min
  ok            INTEGER NOT NULL,
  overloaded    INTEGER NOT NULL,
  server_error  INTEGER NOT NULL,
  timeout       INTEGER NOT NULL,
  connect_error INTEGER NOT NULL,
  throttled     INTEGER NOT NULL,
  client_error  INTEGER NOT NULL,
  cancelled     INTEGER NOT NULL,
  PRIMARY KEY (target, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE overrides (
  id             INTEGER PRIMARY KEY,
  at             INTEGER NOT NULL,
  provider       TEXT NOT NULL,
  model          TEXT NOT NULL,
  action         TEXT NOT NULL,             -- set, cleared, expired
  by             TEXT NOT NULL,
  state          TEXT NOT NULL,
  primary_weight INTEGER NOT NULL,
  reason         TEXT NOT NULL,
  expires_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX overrides_by_time ON overrides (at);
CREATE INDEX overrides_by_provider ON overrides (provider, at);
CREATE INDEX overrides_by_target ON overrides (provider, model, at);

CREATE TABLE advice (
  id             INTEGER PRIMARY KEY,
  at             INTEGER NOT NULL,
  provider       TEXT NOT NULL,
  model          TEXT NOT NULL,
  state          TEXT NOT NULL,
  primary_weight INTEGER                    -- NULL: told before this table was
) STRICT;
CREATE INDEX advice_by_time ON advice (at);
CREATE INDEX advice_by_target ON advice (provider, model, at);
INSERT INTO advice (at, provider, model, state)
  SELECT at, provider, model, to_state FROM transitions ORDER BY id;
