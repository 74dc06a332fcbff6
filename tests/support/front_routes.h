#pragma once
/// A small API for the front's own tests and bench: it has one route of every kind that the front treats apart.
#include <span>

#include "agent/api/api.h"

namespace signalbox::testing {

/// `/v1/health`, `/v1/health/T`, `/v1/check/T` as in api.md; `/livez` without ETag; `/v1/transitions` reads
/// history;
/// `/v1/broken` throws; `/counted` shows what the front counts. `/v1/echo` takes POST, PUT and DELETE from who may
/// report, and answers a body with itself; `/v1/held` takes POST likewise and answers when the test says so;
/// `/v1/decree` takes PUT, and does not say from whom.
std::span<const ApiRoute> front_routes();

/// Writes nothing: the test's writers need none.
Writes& no_writes();

/// The next of the replies that `/v1/held` owes, waiting for its request.
Respond take_held_reply();

/// Targets "claude" (healthy), "openai" (unhealthy), "claude/claude-opus-4-6", with bodies of about 900 bytes.
SnapshotPtr front_snapshot(uint64_t generation);

}  // namespace signalbox::testing
