#include "agent/cli/commands.h"

#include <fmt/format.h>

#include "agent/ask/answers.h"
#include "agent/ask/requests.h"
#include "agent/cli/spans.h"
#include "agent/render/render_history.h"
#include "agent/render/render_status.h"
#include "agent/render/render_target.h"
#include "agent/render/words.h"
#include "lib/rfc3339.h"
#include "lib/text.h"

namespace signalbox {
namespace {

constexpr int kTransitionsInWhy = 10;

int refuse(const Console& console, const Refusal& refusal) {
  return fail(console, refusal.message, refusal.unknown_target ? kExitUsage : kExitUnavailable);
}

void print_json(const Console& console, const std::string& body) {
  console.out << body << (body.ends_with('\n') ? "" : "\n");
}

int show_all(const Console& console, const AgentClient& client, const std::string& body, bool json) {
  const auto health = read_health(body);
  if (!health) return fail(console, health.error().message, kExitUnknown);
  if (json) {
    print_json(console, body);
  } else {
    console.out << render_status(*health, failing_checks(client), console.view());
  }
  return exit_code(health->targets);
}

int show_one(const Console& console, const std::string& body, bool json) {
  const auto target = read_target(body);
  if (!target) return fail(console, target.error().message, kExitUnknown);
  if (json) {
    print_json(console, body);
  } else {
    console.out << render_target(*target, console.view());
  }
  return exit_code(target->state);
}

template <class Rows, class Read>
void gather(const AgentClient& client, const std::string& path, Read read, Rows& into, std::string& trouble) {
  const Answer answer = ask(client, path);
  if (answer.refusal) {
    trouble = answer.refusal->message;
  } else if (auto rows = read(answer.body)) {
    into = std::move(*rows);
  } else {
    trouble = rows.error().message;
  }
}

Background background_of(const AgentClient& client, const TargetView& target) {
  Background background;
  TransitionsView transitions;
  gather(client, "/v1/sources", read_sources, background.sources, background.trouble);
  gather(client, transitions_path(target.target, {}, kTransitionsInWhy), read_transitions, transitions,
         background.trouble);
  // A provider's history includes its models'; this page is about one target.
  std::erase_if(transitions.rows, [&](const TransitionView& row) { return row.target != target.target; });
  background.transitions = std::move(transitions.rows);
  return background;
}

}  // namespace

int status_command(const Console& console, const AgentClient& client, const StatusOptions& options) {
  const bool all = options.target.empty();
  if (!all && !is_target(options.target)) return fail(console, not_a_target(options.target), kExitUsage);
  const Answer answer = ask(client, health_path(options.target));
  if (answer.refusal) return fail(console, answer.refusal->message, kExitUnknown);
  return all ? show_all(console, client, answer.body, options.json) : show_one(console, answer.body, options.json);
}

int why_command(const Console& console, const AgentClient& client, const std::string& target) {
  if (!is_target(target)) return fail(console, not_a_target(target), kExitUsage);
  const Answer answer = ask(client, health_path(target));
  if (answer.refusal) return refuse(console, *answer.refusal);
  const auto view = read_target(answer.body);
  if (!view) return fail(console, view.error().message, kExitUnavailable);
  console.out << render_why(*view, background_of(client, *view), console.view());
  return kExitOk;
}

int history_command(const Console& console, const AgentClient& client, const HistoryOptions& options) {
  if (!options.target.empty() && !is_target(options.target)) {
    return fail(console, not_a_target(options.target), kExitUsage);
  }
  const auto since = parse_since(options.since, now().wall);
  if (!since) return fail(console, since.error().message, kExitUsage);
  const Answer answer = ask(client, transitions_path(options.target, *since, options.limit));
  if (answer.refusal) return refuse(console, *answer.refusal);
  const auto history = read_transitions(answer.body);
  if (!history) return fail(console, history.error().message, kExitUnavailable);
  if (options.json) {
    print_json(console, answer.body);
  } else {
    console.out << render_history(*history, options.target, *since, console.view());
  }
  return kExitOk;
}

Result<WallTime> parse_since(std::string_view text, WallTime now) {
  if (const auto at = parse_rfc3339(text)) return *at;
  if (const auto span = parse_span(text)) return now - *span;
  return Error{
      fmt::format("--since \"{}\": give a span such as 30m, 24h or 7d, or a time such as 2026-11-23T10:00:00Z",
                  clean_text(text))};
}

}  // namespace signalbox
