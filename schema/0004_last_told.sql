-- `state` is what a receiver is taken to know, which decides what is news to it; what it was told last is kept beside
-- it, because a state that is none of its own may have ended that.

ALTER TABLE told_states ADD COLUMN said TEXT NOT NULL DEFAULT 'healthy';
ALTER TABLE told_states ADD COLUMN since INTEGER;  -- of `said`; NULL: told by an older version
UPDATE told_states SET said = state;
