#pragma once
/// `signalbox report`: one batch of counts from a script, posted until the agent has stored it.
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "agent/ask/client.h"
#include "agent/cli/console.h"
#include "lib/json.h"

namespace signalbox {

struct ReportOptions {
  std::vector<std::string> counts;  ///< "ok=95", "status:529=1"; "-" alone: the body comes from standard input
  std::string provider;
  std::string model;
  std::string reporter;  ///< empty: this host's name
  std::string batch_id;  ///< empty: drawn
  std::string span = "1s";
  std::string retry_for = "10s";
};

/// The body of `POST /v1/reports` for what the flags say, without `sent_at`. Errors name the flag.
Result<Json> batch_of_flags(const ReportOptions& options, WallTime now);

/// The body that came from standard input, with the reporter and the batch id where it has none. Errors: not a JSON
/// object.
Result<Json> batch_of_text(const std::string& text, const ReportOptions& options);

using Pause = std::function<void(Millis)>;

/// 0 stored, also when it was before; 64 wrong usage; 65 the agent refuses the batch, or nothing in it is for a
/// provider that it knows; 69 nobody has taken it; 77 a token is wanted.
int report_command(const Console& console, const AgentClient& client, const ReportOptions& options,
                   std::istream& in, const Pause& pause);

}  // namespace signalbox
