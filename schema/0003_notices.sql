-- What receivers of notifications are to be told: written with the transition that it speaks of.

CREATE TABLE notices (
  seq        INTEGER PRIMARY KEY,
  receiver   TEXT NOT NULL,
  id         TEXT NOT NULL,
  at         INTEGER NOT NULL,
  body       TEXT NOT NULL,                 -- JSON
  message    TEXT NOT NULL DEFAULT '',      -- the message it is part of, once there is one
  tries      INTEGER NOT NULL DEFAULT 0,    -- of that message
  not_before INTEGER NOT NULL DEFAULT 0,    -- its next try
  UNIQUE (receiver, id)
) STRICT;

-- What each was told last, so that nothing is told twice; healthy is not kept.
CREATE TABLE told_states (
  receiver TEXT NOT NULL,
  provider TEXT NOT NULL,                   -- empty: the observer
  model    TEXT NOT NULL,
  state    TEXT NOT NULL,
  PRIMARY KEY (receiver, provider, model)
) STRICT, WITHOUT ROWID;
