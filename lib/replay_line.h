#pragma once
/// One line of a recording (signal.md, "Replay"), read strictly: a recording with a slip in it would prove nothing.
///
/// Shape: `{"at": 1.25, "page": {"provider", "source", "http_status", "body"}}`, `{"at", "report": {...}}` with the
/// body of `POST /v1/reports`, `{"at", "tick": true}`. `at` is seconds since 1970 or RFC 3339. A page's `body` is a
/// JSON value, or a string with the raw bytes; `"error": "timeout"` in place of `http_status` is a fetch that
/// failed. Errors: the sentence begins with the place: "page.source: no source \"x\" of claude".
#include <string>
#include <string_view>
#include <variant>

#include "lib/config/config.h"
#include "lib/json.h"
#include "lib/report.h"
#include "lib/result.h"
#include "lib/time.h"

namespace signalbox {

/// A time in the form in which the recording writes times.
struct ReplayTime {
  WallTime at;
  std::string text;      ///< as JSON, as the line has it
  bool is_text = false;  ///< RFC 3339, not a number
};

/// `at` as JSON in the form of `like`, in `like`'s own words where it is the same moment.
std::string write_time(WallTime at, const ReplayTime& like);

struct ReplayPage {
  const ProviderConfig* provider = nullptr;  ///< of the configuration that the line was read with
  const SourceConfig* source = nullptr;
  std::string error;    ///< the fetch failed; empty: `http_status` holds
  int http_status = 0;  ///< 100-599
  Json body;            ///< null: none; a string: the raw bytes
};

struct ReplayTick {};

struct ReplayLine {
  ReplayTime time;
  std::variant<ReplayTick, ReplayPage, ReportBatch> what;
};

/// In a recording both clocks are the same: mono time counts from 1970 too.
Instant replay_instant(WallTime at);

Result<ReplayLine> parse_replay_line(std::string_view line, const Config& config);

}  // namespace signalbox
