#pragma once
/// What the answers say, as numbers, for /metrics: rendered with them, so that both say the same.
#include <optional>
#include <string>
#include <vector>

#include "lib/ids.h"
#include "lib/level.h"
#include "lib/time.h"

namespace signalbox {

struct Core;
struct AgentStatus;

struct TargetFigures {
  Target target;
  State state = State::unknown;
  int primary_weight = 100;
  WallTime since;
  bool operator==(const TargetFigures&) const = default;
};

struct SourceFigures {
  std::string provider;
  std::string name;
  bool up = false;     ///< the last poll could be read
  bool fresh = false;  ///< its reading counts
  OfficialLevel level = OfficialLevel::unknown;
  std::optional<WallTime> good_at;  ///< of the last good poll
  bool operator==(const SourceFigures&) const = default;
};

struct ReporterFigures {
  std::string name;
  WallTime seen_at;
  bool set_aside = false;
  bool operator==(const ReporterFigures&) const = default;
};

/// An override as a person set it: what it covers beside its target is not listed.
struct OverrideFigures {
  Target target;
  State state = State::unhealthy;
  WallTime set_at;
  WallTime expires_at;
  bool operator==(const OverrideFigures&) const = default;
};

/// Who has been silent for longer is no reporter any more.
inline constexpr Millis kReporterShown = hours(1);
/// A reporter that is alive says so every 30 s.
inline constexpr Millis kReporterActive = minutes(1);

struct Figures {
  std::vector<TargetFigures> targets;
  std::vector<SourceFigures> sources;
  std::vector<ReporterFigures> reporters;  ///< heard within `kReporterShown`
  size_t active_reporters = 0;             ///< heard within `kReporterActive`
  std::vector<OverrideFigures> overrides;
  bool observer_suspect = false;
  bool persistence_ok = true;
  bool config_ok = true;  ///< the last reload was taken
  bool operator==(const Figures&) const = default;
};

Figures figures_of(const Core& core, const AgentStatus& status, Instant now);

}  // namespace signalbox
