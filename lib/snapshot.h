#pragma once
/// What readers see: every body rendered once, immutable, shared between threads. The only place that writes
/// the API's fields (api.md).
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "lib/figures.h"
#include "lib/level.h"
#include "lib/route.h"
#include "lib/time.h"

namespace signalbox {

struct Core;

/// One target's answer, ready to send.
struct TargetAnswer {
  State state = State::unknown;
  int primary_weight = 100;
  uint64_t changed = 0;  ///< the generation in which it changed last
  Millis hold_left{0};   ///< at least this long until an unhealthy target may leave (for Retry-After)
  std::string body;      ///< JSON of `/v1/health/{target}`
};

/// One of a route's targets, and how many of a hundred sessions it has.
struct RouteShare {
  std::string target;
  int percent = 0;
  bool operator==(const RouteShare&) const = default;
};

/// A route's answers, ready to send: a session's number picks one (route.h).
struct RouteAnswer {
  RouteSplit split;
  std::vector<RouteShare> shares;  ///< of every target, in the order of the split's indexes
  std::string split_seed;
  std::string for_primary;  ///< JSON of `/v1/routes/{route}?key=`, for sessions that use the primary
  std::string for_other;    ///< for the others
  std::string for_all;      ///< without a key
};

struct Snapshot {
  Instant as_of;
  WallTime expires_at;
  uint64_t generation = 0;
  std::string etag;         ///< `W/"INSTANCE-GENERATION"`
  std::string health;       ///< JSON of `/v1/health`, also of health.json
  std::string sources;      ///< JSON of `/v1/sources`
  std::string reporters;    ///< JSON of `/v1/reporters`
  std::string overrides;    ///< JSON of `/v1/overrides`
  std::string persistence;  ///< "ok" or "failing"
  bool ready = true;
  std::string readyz;                                        ///< application/health+json of `/readyz`
  std::map<std::string, TargetAnswer, std::less<>> targets;  ///< by "claude" or "claude/claude-opus-4-6"
  std::map<std::string, RouteAnswer, std::less<>> routes;    ///< by name
  std::string observer;                                      ///< JSON of `observer` in `/v1/health`
  std::set<std::string, std::less<>> counts_throttled;       ///< providers whose 429s are failures
  Figures figures;                                           ///< the same in numbers, for /metrics
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

/// What the shell knows of itself, for `/v1/health` and `/readyz`.
struct AgentStatus {
  std::string version;   ///< of the agent
  std::string instance;  ///< drawn when the database was created
  bool persistence_ok = true;
  std::string persistence_detail;  ///< why not
  std::string set_aside;           ///< file name of a corrupt database that was set aside; empty: none
  std::string config_error;        ///< why the last reload was refused; empty: none
  std::string notify_trouble;      ///< receivers of notifications that cannot be reached; empty: none
  bool operator==(const AgentStatus&) const = default;
};

SnapshotPtr render(const Core& core, const AgentStatus& status, Instant now);

/// The body for a model that is not known: its provider's, with its own name and `"inherited": true`.
std::string inherited_body(const TargetAnswer& provider, const std::string& provider_name,
                           const std::string& model);

}  // namespace signalbox
