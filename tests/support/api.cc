#include "tests/support/api.h"

#include <fmt/format.h>
#include <regex.h>

#include <stdexcept>

#include "tests/support/builders.h"

namespace signalbox::testing {
namespace {

/// By POSIX, which reads the patterns of the table alike: g++ 12 warns about the inside of std::regex under ASan.
bool is_whole_match(const std::string& pattern, const std::string& path) {
  regex_t compiled;
  if (regcomp(&compiled, ("^(" + pattern + ")$").c_str(), REG_EXTENDED | REG_NOSUB) != 0) {
    throw std::logic_error(pattern + " is no regular expression");
  }
  const bool matches = regexec(&compiled, path.c_str(), 0, nullptr, 0) == 0;
  regfree(&compiled);
  return matches;
}

}  // namespace

std::string api_body(const std::string& target, const std::string& provider, const std::string& model,
                     State state) {
  const std::string model_json = model.empty() ? "null" : "\"" + model + "\"";
  return fmt::format(
      R"({{"target":"{}","provider":"{}","model":{},"inherited":false,"state":"{}","advice":{{"primary_weight":5}}}})",
      target, provider, model_json, to_string(state));
}

Snapshot api_snapshot() {
  Snapshot snapshot;
  snapshot.as_of = ManualClock().now;
  snapshot.expires_at = snapshot.as_of.wall + seconds(60);
  snapshot.generation = 42;
  snapshot.etag = "W/\"5f1c-42\"";
  snapshot.health = R"({"generation":42})";
  snapshot.sources = R"({"sources":[]})";
  snapshot.readyz = R"({"status":"pass"})";
  const auto add = [&](const std::string& provider, const std::string& model, State state, Millis hold_left) {
    const std::string target = to_string(Target{provider, model});
    snapshot.targets[target] = {state, 100, snapshot.generation, hold_left,
                                api_body(target, provider, model, state)};
  };
  add("claude", "", State::healthy, Millis(0));
  add("claude", "claude-opus-4-6", State::unhealthy, Millis(41'200));
  add("gemini", "", State::recovering, Millis(0));
  add("openai", "", State::degraded, Millis(0));
  return snapshot;
}

Result<HistoryPage<TransitionRecord>> FakeHistory::transitions(const TransitionQuery& query) {
  asked_transitions = query;
  return transitions_page;
}

Result<HistoryPage<IncidentRecord>> FakeHistory::incidents(const IncidentQuery& query) {
  asked_incidents = query;
  return incidents_page;
}

const ApiRoute* find_route(const std::string& path) {
  const ApiRoute* found = nullptr;
  for (const ApiRoute& route : api_routes()) {
    if (!is_whole_match(route.pattern, path)) continue;
    if (found) throw std::logic_error(path + " has two routes");
    found = &route;
  }
  return found;
}

ApiReply get(const ApiContext& context, const std::string& path, const Query& query,
             const std::string& if_none_match) {
  const ApiRoute* route = find_route(path);
  if (!route) throw std::out_of_range(path);
  return route->get({"GET", path, query, if_none_match}, context);
}

std::string show(const ApiReply& reply) {
  std::string text = fmt::format("{} {}\n", reply.status, reply.content_type);
  for (const auto& [name, value] : reply.headers) text += fmt::format("{}: {}\n", name, value);
  return text + "\n" + reply.body;
}

}  // namespace signalbox::testing
