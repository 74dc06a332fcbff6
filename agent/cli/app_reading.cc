#include <memory>

#include "agent/cli/command_line.h"
#include "agent/cli/commands.h"
#include "agent/cli/guard.h"
#include "agent/cli/help.h"
#include "agent/cli/watch.h"
#include "agent/render/words.h"

namespace signalbox {
namespace {

constexpr const char* kTargetOrAllWords = "PROVIDER or PROVIDER/MODEL; all when left out";

void add_status(CommandLine& line) {
  const auto options = std::make_shared<StatusOptions>();
  const auto watch = std::make_shared<bool>(false);
  CLI::App& status =
      line.add("status", "Show the state of every target, worst first, or of one in more detail", kHelpStatus,
               [&line, options, watch] {
                 return line.with_agent(kExitUnknown, [&](const AgentClient& client) {
                   if (!*watch) return status_command(line.console(), client, *options);
                   return watch_command(line.console(), client, {options->target, line.out_fd(), line.no_color()});
                 });
               });
  status.add_option("TARGET", options->target, kTargetOrAllWords);
  CLI::Option* json = status.add_flag("--json", options->json, "Print the agent's JSON");
  status.add_flag("--watch,-w", *watch, "Stay, and show every change at once")->excludes(json);
}

void add_why(CommandLine& line) {
  const auto target = std::make_shared<std::string>();
  CLI::App& why = line.add("why", "Show the whole evidence for one target: pages, incidents, outcomes, history",
                           kHelpWhy, [&line, target] {
                             return line.with_agent(kExitUnavailable, [&](const AgentClient& client) {
                               return why_command(line.console(), client, *target);
                             });
                           });
  why.add_option("TARGET", *target, kTargetWords)->required();
}

void add_history(CommandLine& line) {
  const auto options = std::make_shared<HistoryOptions>();
  CLI::App& history = line.add("history", "Show the changes of state, newest first, and how long each state lasted",
                               kHelpHistory, [&line, options] {
                                 return line.with_agent(kExitUnavailable, [&](const AgentClient& client) {
                                   return history_command(line.console(), client, *options);
                                 });
                               });
  history.add_option("TARGET", options->target, kTargetOrAllWords);
  history.add_option("--since", options->since, "How far back: 30m, 24h, 7d or a time in RFC 3339")
      ->capture_default_str();
  history.add_option("--limit", options->limit, "At most so many rows")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  history.add_flag("--json", options->json, "Print the agent's JSON");
}

void add_guard(CommandLine& line) {
  const auto options = std::make_shared<GuardOptions>();
  CLI::App& guard =
      line.add("guard", "For shell scripts: succeed while a target may be used", kHelpGuard, [&line, options] {
        const int unavailable = guard_unavailable(*options);
        return line.with_agent(unavailable, [&](const AgentClient& client) {
          return guard_command(line.console(), client, *options);
        });
      });
  guard.add_option("TARGET", options->target, kTargetWords)->required();
  guard.add_flag("--fail-open", options->fail_open, "Succeed also when the agent does not answer");
}

}  // namespace

void add_reading_commands(CommandLine& line) {
  add_status(line);
  add_why(line);
  add_history(line);
  add_guard(line);
}

}  // namespace signalbox
