#include "agent/cli/override_command.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sysexits.h>
#include <unistd.h>

#include "agent/ask/requests.h"
#include "agent/cli/spans.h"
#include "agent/render/words.h"
#include "lib/json.h"
#include "lib/override.h"
#include "lib/text.h"

namespace signalbox {
namespace {

int refuse(const Console& console, const AgentClient& client, const AgentReply& reply) {
  constexpr int kBadRequest = 400;
  constexpr int kNotFound = 404;
  const std::string what = describe_refusal(client, reply);
  if (is_denied(reply)) return fail(console, what, EX_NOPERM);
  const bool ours = reply.status == kBadRequest || reply.status == kNotFound;
  return fail(console, what, ours ? kExitUsage : kExitUnavailable);
}

std::string path_of(const std::string& target) { return "/v1/overrides/" + percent_encode(target); }

std::string user_name() {
  const passwd* user = getpwuid(getuid());  // NOLINT(concurrency-mt-unsafe): before any thread
  return user == nullptr ? fmt::format("uid {}", getuid()) : std::string(user->pw_name);
}

/// The agent obeys at once, also when its disk is full.
void warn_unless_stored(const Console& console, const std::string& body) {
  const auto json = parse_json(body);
  if (!json || field(*json, "stored") != Json(false)) return;
  complain(console, "it is in force, but could not be stored: a restart of the agent will not know of it");
}

Result<Json> body_of(const OverrideSetOptions& options) {
  const auto ttl = parse_span(options.ttl);
  if (!ttl) return Error{"--ttl: give a time such as 30m, 1h or 2d"};
  if (*ttl > kLongestOverride) return Error{"--ttl: 7d at most; what lasts longer belongs into the configuration"};
  Json body = {{"state", options.state},
               {"reason", options.reason},
               {"by", options.by.empty() ? user_name() : options.by},
               {"ttl_s", ttl->count()}};
  if (options.weight) body["primary_weight"] = *options.weight;
  return body;
}

std::string weight_words(const OverrideView& terms) {
  return terms.weight ? fmt::format("{:.0f} %", *terms.weight) : std::string("-");
}

TableCell state_word(const std::string& word) {
  const auto state = parse_state(word);
  return state ? state_cell(*state) : TableCell{word};
}

std::string in_force_text(const OverridesView& overrides, const View& view) {
  if (overrides.in_force.empty()) return paragraph({"no override is in force"}, 0, view);
  Table table{{{"TARGET"}, {"STATE"}, {"WEIGHT", true}, {"UNTIL"}, {"BY"}, {"REASON"}}, {}};
  for (const auto& [target, terms] : overrides.in_force) {
    table.rows.push_back({{{target, Style::bold},
                           state_word(terms.state),
                           {weight_words(terms)},
                           {format_since(terms.expires_at, view.now)},
                           {terms.by},
                           {terms.reason}},
                          {}});
  }
  return lay_out(table, view);
}

std::string history_text(const OverridesView& overrides, const View& view) {
  if (overrides.history.empty()) return paragraph({"nobody has overridden anything yet"}, 0, view);
  Table table{{{"AT"}, {"TARGET"}, {"WHAT"}, {"STATE"}, {"WEIGHT", true}, {"BY"}, {"REASON"}}, {}};
  for (const OverrideChangeView& change : overrides.history) {
    table.rows.push_back({{{change.at ? format_moment(*change.at, view.now) : "-"},
                           {change.target, Style::bold},
                           {change.action},
                           state_word(change.terms.state),
                           {weight_words(change.terms)},
                           {change.by.empty() ? "-" : change.by},
                           {change.terms.reason}},
                          {}});
  }
  return lay_out(table, view);
}

}  // namespace

int override_set_command(const Console& console, const AgentClient& client, const OverrideSetOptions& options) {
  if (!is_target(options.target)) return fail(console, not_a_target(options.target), kExitUsage);
  const auto body = body_of(options);
  if (!body) return fail(console, body.error().message, kExitUsage);
  const auto reply = client.send({"PUT", path_of(options.target), dump_json(*body)});
  if (!reply) return fail(console, reply.error().message, kExitUnavailable);
  if (reply->status != kHttpOk) return refuse(console, client, *reply);
  const auto terms = read_override(reply->body);
  if (!terms) return fail(console, terms.error().message, kExitUnavailable);
  const View view = console.view();
  console.out << paragraph({fmt::format("{} is {} at weight {}, {}", options.target, terms->state,
                                        weight_words(*terms), override_words(*terms, view.now))},
                           0, view);
  warn_unless_stored(console, reply->body);
  return 0;
}

int override_clear_command(const Console& console, const AgentClient& client, const std::string& target) {
  constexpr int kNoContent = 204;
  if (!is_target(target)) return fail(console, not_a_target(target), kExitUsage);
  const auto reply = client.send({"DELETE", path_of(target), ""});
  if (!reply) return fail(console, reply.error().message, kExitUnavailable);
  if (reply->status != kHttpOk && reply->status != kNoContent) return refuse(console, client, *reply);
  console.out << fmt::format("the override of {} is cleared\n", target);
  warn_unless_stored(console, reply->body);
  return 0;
}

int override_list_command(const Console& console, const AgentClient& client, const OverrideListOptions& options) {
  const Answer answer = ask(client, "/v1/overrides");
  if (answer.refusal) return fail(console, answer.refusal->message, kExitUnavailable);
  const auto overrides = read_overrides(answer.body);
  if (!overrides) return fail(console, overrides.error().message, kExitUnavailable);
  if (options.json) {
    console.out << answer.body << (answer.body.ends_with('\n') ? "" : "\n");
  } else {
    console.out << render_overrides(*overrides, options.history, console.view());
  }
  return 0;
}

std::string render_overrides(const OverridesView& overrides, bool history, const View& view) {
  return history ? history_text(overrides, view) : in_force_text(overrides, view);
}

}  // namespace signalbox
