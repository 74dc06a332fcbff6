#pragma once
/// The agent's answers as values, read from JSON that may be anything: a field that is missing or of another
/// type is empty, never an error. Only an answer that is not of the expected shape at all is.
///
/// Shape: every text has gone through `clean_text`.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/level.h"
#include "lib/result.h"
#include "lib/time.h"

namespace signalbox {

struct ComponentView {
  std::string id;
  std::string name;
  std::string status;
};

/// One source of a target's official evidence.
struct PageView {
  std::string name;
  std::string url;
  std::vector<ComponentView> components;
  std::optional<WallTime> fetched_at;
  std::optional<WallTime> page_updated_at;
  bool partial = false;
  std::string indicator;  ///< the page's own aggregate, context only
  std::string covers;
  std::string error;
  bool fresh = false;
};

struct IncidentView {
  std::string name;
  std::string impact;
  std::string status;
  std::optional<WallTime> started_at;
  std::optional<WallTime> updated_at;
  std::string url;
  std::vector<std::string> scope;
  std::string counts_as;  ///< the level that it raises the target to; "none" for one that does not count
  std::string note;       ///< why it counts less than its impact
};

struct MaintenanceView {
  std::string name;
  std::string status;
  std::optional<WallTime> from;
  std::optional<WallTime> to;
};

struct OfficialView {
  std::string level;
  bool fresh = false;
  bool partial = false;
  std::string covers;
  std::vector<PageView> pages;
  std::vector<IncidentView> incidents;
  std::vector<MaintenanceView> maintenances;
};

/// One test that the evidence has to pass, and how far it is.
struct ThresholdView {
  std::string name;
  double value = 0;
  double needed = 0;
};

struct PassiveView {
  std::string level;
  std::optional<double> window_s;
  int64_t requests = 0;
  int64_t failures = 0;
  double failure_ratio = 0;
  int64_t reporters = 0;
  std::vector<std::pair<std::string, int64_t>> outcomes;
  std::optional<double> requests_per_s;
  std::vector<ThresholdView> thresholds;
  std::vector<std::string> set_aside;  ///< reporters whose word does not count
  std::string note;
};

struct OverrideView {
  std::string state;
  std::optional<double> weight;
  std::string reason;
  std::string by;
  std::optional<WallTime> set_at;
  std::optional<WallTime> expires_at;
};

struct TargetView {
  std::string target;
  std::string provider;
  bool inherited = false;
  State state = State::unknown;
  std::optional<WallTime> since;
  std::optional<WallTime> as_of;
  std::optional<WallTime> expires_at;
  uint64_t generation = 0;
  std::string action;
  int weight = 100;
  Millis retry_budget{0};
  std::string why;
  OfficialView official;
  PassiveView passive;
  std::optional<OverrideView> override_;
};

struct HealthView {
  std::optional<WallTime> as_of;
  std::optional<WallTime> expires_at;
  uint64_t generation = 0;
  bool observer_suspect = false;
  std::string observer_why;
  std::string persistence;
  std::string set_aside;            ///< where a corrupt database was moved to; empty: none was
  std::vector<TargetView> targets;  ///< in the agent's order
};

/// One check of `/readyz` that does not pass.
struct CheckView {
  std::string name;
  std::string status;  ///< warn, fail
  std::string output;
};

struct SourceView {
  std::string provider;
  std::string name;
  std::string kind;
  std::string url;
  std::string level;
  bool fresh = false;
  std::optional<double> interval_s;
  std::optional<WallTime> last_good_at;
  std::optional<WallTime> last_try_at;
  std::string last_error;
  std::optional<double> latency_ms;
  std::string page_id;
  std::vector<std::string> missing_components;
  bool partial = false;
};

struct TransitionView {
  std::optional<WallTime> at;
  std::string target;
  std::string from;
  std::string to;
  std::string why;
};

struct TransitionsView {
  std::vector<TransitionView> rows;  ///< newest first
  std::string next_cursor;
};

/// What was counted in a step of the timeline.
struct CountsView {
  int64_t requests = 0;
  int64_t failures = 0;
};

struct TimelineView {
  std::vector<CountsView> steps;  ///< oldest first; the last may not be over yet
};

Result<HealthView> read_health(const std::string& body);
Result<TargetView> read_target(const std::string& body);
Result<std::vector<CheckView>> read_failing_checks(const std::string& body);
Result<std::vector<SourceView>> read_sources(const std::string& body);
Result<TransitionsView> read_transitions(const std::string& body);
Result<TimelineView> read_timeline(const std::string& body);
/// The JSON pointer that a problem names; empty when it names none.
std::string read_pointer(const std::string& body);
/// `detail`, or `title`, of an `application/problem+json`; empty when there is none.
std::string read_problem(const std::string& body);

}  // namespace signalbox
