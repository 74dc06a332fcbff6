#pragma once
/// What is kept: rows as values, produced by the core as effects, written by the store, read back at start
/// and by the history answers. Times are wall times.
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lib/ids.h"
#include "lib/level.h"
#include "lib/outcome.h"
#include "lib/time.h"

namespace signalbox {

/// One change of a target's state.
struct TransitionRecord {
  WallTime at;
  Target target;
  State from = State::unknown;
  State to = State::unknown;
  std::string why;
  std::string evidence;  ///< the JSON object of `evidence` in the target's answer, at that moment
  uint64_t generation = 0;
  bool operator==(const TransitionRecord&) const = default;
};

/// What routers are told of a target from now on; also a weight that changes within a state.
struct AdviceRecord {
  WallTime at;
  Target target;
  State state = State::unknown;
  int primary_weight = 100;
  bool operator==(const AdviceRecord&) const = default;
};

/// A target's health with its timers, so that a restart resumes it. `body` is JSON of health_json.h;
/// an empty one forgets the target.
struct HealthRecord {
  Target target;
  std::string body;
  bool operator==(const HealthRecord&) const = default;
};

/// The generation that readers were told; never falls.
struct GenerationRecord {
  uint64_t generation = 0;
  bool operator==(const GenerationRecord&) const = default;
};

/// When a source was last good, so that freshness survives a restart.
struct SourceRecord {
  std::string provider;
  std::string source;
  WallTime good_at;
  WallTime changed_at;  ///< when components or incidents last changed, by our own clock
  bool operator==(const SourceRecord&) const = default;
};

struct IncidentRecord {
  std::string provider;
  std::string source;
  std::string id;
  std::string name;
  std::string impact;
  std::string status;
  std::optional<WallTime> started_at;
  WallTime first_seen_at;  ///< the store keeps the earliest
  std::optional<WallTime> updated_at;
  std::optional<WallTime> resolved_at;
  std::string url;
  std::vector<std::string> scope;
  bool operator==(const IncidentRecord&) const = default;
};

/// A document whose bytes differ from the ones before.
struct PayloadRecord {
  std::string provider;
  std::string source;
  std::string document;  ///< "summary", "components", "incidents"
  WallTime at;
  std::string body;
  bool operator==(const PayloadRecord&) const = default;
};

/// Outcomes of one target in one second: history keeps them summed in coarser steps.
struct CountRow {
  Target target;
  WallTime at;  ///< within the second
  OutcomeCounts counts{};
  bool operator==(const CountRow&) const = default;
};

/// A client's batch, once: `key` is kept as long as a retry may come (report.h).
struct BatchRecord {
  uint64_t key = 0;
  WallTime at;  ///< of its arrival
  std::vector<CountRow> rows;
  bool operator==(const BatchRecord&) const = default;
};

enum class OverrideAction { set, cleared, expired };

/// One line of the history of overrides.
struct OverrideRecord {
  WallTime at;
  Target target;
  OverrideAction action = OverrideAction::set;
  std::string by;  ///< who did it; empty when it expired
  // What was set, or what ended:
  State state = State::unhealthy;
  int primary_weight = 0;
  std::string reason;
  WallTime expires_at;
  bool operator==(const OverrideRecord&) const = default;
};

/// What a receiver of notifications is to be told (lib/notify). `body` is JSON of notify/notice.h.
struct NoticeRecord {
  std::string receiver;
  std::string id;
  WallTime at;
  std::string body;
  bool operator==(const NoticeRecord&) const = default;
};

/// Notices that were made into one message, and how often it was tried.
struct NoticeTryRecord {
  std::string receiver;
  std::vector<std::string> ids;
  std::string message;  ///< its name
  int tries = 0;
  WallTime not_before;  ///< of the next try
  bool operator==(const NoticeTryRecord&) const = default;
};

/// What a receiver heard of a target.
struct Heard {
  State known = State::healthy;   ///< what it is taken to know: `said`, or something better that ended that unsaid
  State said = State::healthy;    ///< what it was told last
  std::optional<WallTime> since;  ///< since when that was so; none: it was told nothing, or by an older version
  bool operator==(const Heard&) const = default;
};

/// The beginning, healthy and nothing said, is not kept.
struct ToldState {
  Target target;
  Heard told;
  bool operator==(const ToldState&) const = default;
};

/// Notices that are done with: told, given up, or nothing that the receiver wants to hear.
struct NoticeEndRecord {
  std::string receiver;
  std::vector<std::string> ids;
  std::vector<ToldState> told;
  bool operator==(const NoticeEndRecord&) const = default;
};

using Record =
    std::variant<TransitionRecord, AdviceRecord, HealthRecord, GenerationRecord, SourceRecord, IncidentRecord,
                 PayloadRecord, BatchRecord, OverrideRecord, NoticeRecord, NoticeTryRecord, NoticeEndRecord>;

}  // namespace signalbox
