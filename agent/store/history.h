#pragma once
/// Reading the past: a connection of its own, read-only, for `/v1/transitions`, `/v1/incidents`, `/v1/timeline` and
/// the history of overrides.
///
/// Threads: one History belongs to one thread. Errors: the disk's and SQLite's become an Error without
/// library text that could reach a client.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/records.h"
#include "lib/result.h"

namespace signalbox {

struct TransitionQuery {
  std::optional<Target> target;  ///< a provider alone includes its models
  std::optional<WallTime> since;
  std::optional<WallTime> until;
  int limit = 100;     ///< 1-1000
  std::string cursor;  ///< `next_cursor` of the page before
};

struct IncidentQuery {
  std::string provider;           ///< empty: all
  std::optional<WallTime> since;  ///< not over before then
  int limit = 100;
  std::string cursor;
};

/// Outcomes are kept in steps of 10 s for `Retention::fine_counts` and in steps of 5 min for
/// `Retention::coarse_counts`.
inline constexpr Millis kFineStep = seconds(10);
inline constexpr Millis kCoarseStep = minutes(5);

struct CountQuery {
  Target target;   ///< a provider's include its models'
  WallTime since;  ///< rounded down to a step; steps are counted from 1970
  WallTime until;  ///< a step that begins at or after it is not in the answer
  /// A multiple of kFineStep. A multiple of kCoarseStep is answered from the coarse steps, any other from the fine
  /// ones: it sees no further back than these are kept.
  Millis step = kCoarseStep;
};

struct CountStep {
  WallTime at;  ///< its start
  OutcomeCounts counts{};
  bool operator==(const CountStep&) const = default;
};

/// What routers were told from `at` on.
struct StateChange {
  WallTime at;
  State state = State::unknown;
  std::optional<int> primary_weight;  ///< nothing where an older version did not keep it
  bool operator==(const StateChange&) const = default;
};

struct StateQuery {
  Target target;  ///< itself alone: a provider's models have their own
  WallTime since;
  WallTime until;
};

/// What was told of a target over a range.
struct StateSeries {
  std::optional<StateChange> before;  ///< in force just before `since`; nothing where none was kept
  std::vector<StateChange> changes;   ///< since <= at < until, oldest first; the newest kMostStateChanges of them
  bool operator==(const StateSeries&) const = default;
};

inline constexpr int kMostStateChanges = 10'000;

struct OverrideQuery {
  std::optional<Target> target;  ///< a provider alone includes its models
  int limit = 100;               ///< 1-1000
};

template <class Row>
struct HistoryPage {
  std::vector<Row> rows;    ///< newest first
  std::string next_cursor;  ///< empty: this was the last page
};

class History {
 public:
  virtual ~History() = default;
  virtual Result<HistoryPage<TransitionRecord>> transitions(const TransitionQuery& query) = 0;
  virtual Result<HistoryPage<IncidentRecord>> incidents(const IncidentQuery& query) = 0;
  /// Oldest first; a step without counts is left out.
  virtual Result<std::vector<CountStep>> counts(const CountQuery& query) = 0;
  virtual Result<StateSeries> states(const StateQuery& query) = 0;
  /// Newest first.
  virtual Result<std::vector<OverrideRecord>> overrides(const OverrideQuery& query) = 0;
};

/// Error for a cursor that is not one of ours.
inline constexpr const char* kBadCursor = "cursor: not a cursor of this agent";

}  // namespace signalbox
