#pragma once
/// What readers see: every body rendered once, immutable, shared between threads. The only place that writes
/// the API's fields (api.md).
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "lib/level.h"
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
  bool operator==(const AgentStatus&) const = default;
};

SnapshotPtr render(const Core& core, const AgentStatus& status, Instant now);

/// The body for a model that is not known: its provider's, with its own name and `"inherited": true`.
std::string inherited_body(const TargetAnswer& provider, const std::string& provider_name,
                           const std::string& model);

}  // namespace signalbox
