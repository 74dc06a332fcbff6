#include "lib/agent_check.h"

#include <fmt/format.h>

#include <algorithm>

namespace signalbox {
namespace {

/// The first word, cut off the front; empty: there is none.
std::string_view take_word(std::string_view& text) {
  constexpr std::string_view kBlank = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kBlank));
  text.remove_prefix(word.size());
  return word;
}

AgentCheckAnswer not_understood(std::string_view why) { return {fmt::format("{}\n", why), false}; }

}  // namespace

AgentCheckAnswer answer_agent_check(const Snapshot& snapshot, std::string_view question) {
  const std::string_view route_name = take_word(question);
  const std::string_view target = take_word(question);
  if (target.empty() || !take_word(question).empty()) return not_understood("not-a-question");
  const auto route = snapshot.routes.find(route_name);
  if (route == snapshot.routes.end()) return not_understood("no-such-route");
  const auto& shares = route->second.shares;
  const auto found = std::ranges::find(shares, target, &RouteShare::target);
  if (found == shares.end()) return not_understood("no-such-target");
  if (found->percent == 0) return {"up 0% # drain\n"};
  return {fmt::format("up {}%\n", found->percent)};
}

}  // namespace signalbox
