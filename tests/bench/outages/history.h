#pragma once
/// Real incidents, as their pages told them, and which of them are replayed.
///
/// Shape of a file: a JSON object a line, one of
///   {"provider": "anthropic", "id", "title", "impact", "components": ["api.anthropic.com"],
///    "stages": {"investigating": TIME, "identified": ..., "monitoring": ..., "resolved": ...}}
///   {"provider": "gemini", "id", "title", "severity": 2, "components": ["Gemini API"],
///    "updates": [{"at": TIME, "code": 1}]}
/// where a stage's time is that of its post. The first is the dataset FAILS (Chu et al., ICPE 2025: pages of OpenAI
/// and Anthropic, 2021 to 2025), the second what AI Studio's page keeps.
#include <string>
#include <vector>

#include "lib/time.h"

namespace signalbox::bench {

struct Stage {
  WallTime at;
  std::string status;  ///< investigating, identified, monitoring, resolved
};

struct HistoricIncident {
  std::string provider;  ///< as we call it: claude, openai, gemini
  std::string id;
  std::string title;
  std::string impact;  ///< none, minor, major, critical
  bool on_the_api = false;
  std::vector<Stage> stages;  ///< in the order of their times

  WallTime posted_at() const { return stages.front().at; }
  /// When service was back: the post of `monitoring`, or that of `resolved`.
  WallTime over_at() const;
};

/// Throws std::runtime_error that names file and line.
std::vector<HistoricIncident> read_history(const std::string& path);

/// The rule: on the API, major or critical, first post `investigating` or `identified` (others were posted when the
/// worst was over: nobody knows when it began), and over within 5 minutes to 6 hours of the first post.
bool is_replayed(const HistoricIncident& incident);

}  // namespace signalbox::bench
