#pragma once
/// A message in words, for whoever is woken by it: what is wrong, since when, why, what routers were told.
///
/// Plain text of one line each; nobody's markup. Names of targets are of their narrow alphabet (ids.h), everything
/// else from outside was cleaned when the notice was made.
#include <string>
#include <vector>

#include "lib/notify/message.h"

namespace signalbox {

/// More targets than this are counted, not listed.
inline constexpr size_t kMaxListed = 10;

/// "claude is unhealthy; claude/claude-haiku-4-5 is degraded".
std::string headline(const Message& message, const std::string& receiver);

/// A change, or an override, in a few lines: what, why, what routers are told.
struct Paragraph {
  std::string what;
  std::vector<std::string> more;
};
std::vector<Paragraph> paragraphs(const Message& message);

/// All of it, lines separated by "\n".
std::string message_text(const Message& message, const std::string& receiver, const std::string& link);

}  // namespace signalbox
