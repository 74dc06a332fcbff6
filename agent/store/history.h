#pragma once
/// Reading the past: a connection of its own, read-only, for `/v1/transitions` and `/v1/incidents`.
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
};

/// Error for a cursor that is not one of ours.
inline constexpr const char* kBadCursor = "cursor: not a cursor of this agent";

}  // namespace signalbox
