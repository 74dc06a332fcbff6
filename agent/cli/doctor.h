#pragma once
/// `signalbox doctor`: checks of the status pages and of the clock, over whatever fetches and reads them.
#include <string>
#include <vector>

#include "agent/poll/source_poll.h"
#include "agent/render/layout.h"
#include "lib/config/config.h"

namespace signalbox {

enum class Finding { ok, warn, fail };

struct Diagnosis {
  Finding finding = Finding::ok;
  std::string subject;  ///< "claude statuspage", "database"
  std::string text;     ///< what was found
  std::string advice;   ///< what to do; empty: nothing
  bool operator==(const Diagnosis&) const = default;
};

/// A server's clock beside ours, at the same moment.
struct ClockSample {
  WallTime theirs;
  WallTime ours;
};

struct SourceCheck {
  std::vector<Diagnosis> diagnoses;
  std::vector<ClockSample> clocks;
};

/// Fetches every host of the source once. One that fails beside another that answers is a warning: the source
/// stays fresh. `list_components`: says the ids of what is on the page and not watched, instead of names alone.
SourceCheck check_source(const ProviderConfig& provider, const SourceConfig& source, const Fetch& fetch,
                         const ReadSource& read, bool list_components);

/// By the server that agrees best: a cache can only make a date older.
Diagnosis check_clock(const std::vector<ClockSample>& samples);

std::string render_diagnosis(const Diagnosis& diagnosis, const View& view);

/// "14 checks: 2 warnings, 1 failure".
std::string summary(const std::vector<Diagnosis>& diagnoses);

/// 0 all well, 1 warnings, 2 failures.
int exit_code(const std::vector<Diagnosis>& diagnoses);

}  // namespace signalbox
