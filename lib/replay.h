#pragma once
/// Recorded evidence through the very same core, in virtual time (signal.md, "Replay").
///
/// A fold over `update`: what the agent's engine does with what arrives, this does with what was recorded. The
/// core's own timers that are due at or before a line's time fire first, each at its own time; then comes the line.
///
/// Shape of the output, JSON Lines: each change of a state is `{"at", "target", "from", "to", "why"}`; a tick is
/// answered, after the changes of its moment, by one `{"at", "advice": {TARGET: {"state", "action",
/// "primary_weight", "retry_budget_ms"}}}` with every known target. Times are in the form of the line that caused
/// or passed them. The same lines give the same bytes.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/core.h"
#include "lib/pages/decode_fields.h"
#include "lib/replay_line.h"

namespace signalbox {

class Replay {
 public:
  /// The agent of this recording starts at its first line, and knows nothing.
  explicit Replay(std::shared_ptr<const Config> config);

  /// What the line brings about, each output line with its end. Errors name the place in the line; the recording
  /// ends there.
  Result<std::string> take(std::string_view line);

  const Core& core() const { return core_; }

 private:
  void start(WallTime at);
  void judge(const std::vector<Event>& events, Instant now, const ReplayTime& like, std::string& out);
  void pass_time(const ReplayTime& until, std::string& out);
  Result<PageReading> read(ReplayPage& page);
  std::vector<FeedDocument> assemble(const ReplayPage& page, Json root);
  Observation observe(ReplayPage& page, Instant at);

  std::shared_ptr<const Config> config_;
  Core core_;
  bool started_ = false;
  Instant last_;                     ///< when the core judged last
  std::optional<MonoTime> wake_at_;  ///< when it wants to be asked again
  std::string refused_;              ///< why a batch could not be counted; empty: none was
  /// The documents of sources that need several, by provider and source: a line brings one of them.
  std::map<std::pair<std::string, std::string>, std::vector<FeedDocument>> documents_;
};

}  // namespace signalbox
