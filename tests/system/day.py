"""A day of history for a test, written into the database of an agent that is not running."""
import sqlite3
import time

MINUTE_MS = 60_000
OUTCOMES = ("ok", "overloaded", "server_error", "timeout", "connect_error", "throttled", "client_error", "cancelled")


def counts_of(minute, troubles):
    """(ok, overloaded) a minute: a tide over the day, and what `troubles` say: (from, to, ratio), in minutes before now."""
    requests = 120 + abs(minute % 720 - 360)
    ratio = next((ratio for start, end, ratio in troubles if end <= minute < start), 0.005)
    return requests - int(requests * ratio), int(requests * ratio)


def write_counts(database, target, now_ms, troubles):
    zeros = ", 0" * (len(OUTCOMES) - 2)
    for table, step_ms in (("fine_counts", 10_000), ("coarse_counts", 300_000)):
        rows = []
        for at in range(now_ms - 24 * 60 * MINUTE_MS, now_ms, step_ms):
            ok, overloaded = counts_of((now_ms - at) // MINUTE_MS, troubles)
            scale = step_ms / MINUTE_MS
            rows.append((target, at // step_ms, int(ok * scale), int(overloaded * scale)))
        database.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?, ?{zeros})", rows)


def write_day(path, targets, changes=None, troubles=()):
    """`targets` are names; `changes` by name are (minutes before now, from, to, weight), oldest first."""
    database = sqlite3.connect(path)
    now_ms = int(time.time() * 1000)
    with database:
        for name in targets:
            provider, _, model = name.partition("/")
            database.execute("INSERT OR IGNORE INTO count_targets (provider, model) VALUES (?, ?)", (provider, model))
            target, = database.execute("SELECT id FROM count_targets WHERE provider = ? AND model = ?", (provider, model)).fetchone()
            write_counts(database, target, now_ms, troubles)
            for before, old, new, weight in (changes or {}).get(name, ()):
                at = now_ms - before * MINUTE_MS
                database.execute("INSERT INTO transitions (at, provider, model, from_state, to_state, why, evidence, generation) "
                                 "VALUES (?, ?, ?, ?, ?, ?, '{}', 1)", (at, provider, model, old, new, f"it was {new} then"))
                database.execute("INSERT INTO advice (at, provider, model, state, primary_weight) VALUES (?, ?, ?, ?, ?)",
                                 (at, provider, model, new, weight))
    database.close()
