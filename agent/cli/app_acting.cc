#include <memory>
#include <thread>

#include "agent/cli/command_line.h"
#include "agent/cli/help.h"
#include "agent/cli/override_command.h"
#include "agent/cli/report_command.h"

namespace signalbox {
namespace {

void wait(Millis span) { std::this_thread::sleep_for(span); }

void add_report(CommandLine& line) {
  const auto options = std::make_shared<ReportOptions>();
  CLI::App& report =
      line.add("report", "Report what requests met, as one batch of counts", kHelpReport, [&line, options] {
        return line.with_agent(kExitUnavailable, [&](const AgentClient& client) {
          return report_command(line.console(), client, *options, line.in(), wait);
        });
      });
  report.add_option("COUNT", options->counts, "OUTCOME=COUNT or status:CODE=COUNT; - for a body on standard input")
      ->required();
  report.add_option("--provider", options->provider, "Whose outcomes these are");
  report.add_option("--model", options->model, "Of which model; the provider as a whole when left out");
  report.add_option("--reporter", options->reporter, "Who reports; this host's name when left out");
  report.add_option("--span", options->span, "How long a time the counts cover, up to now")->capture_default_str();
  report.add_option("--batch-id", options->batch_id, "The batch's name; drawn when left out");
  report.add_option("--retry-for", options->retry_for, "How long to try when nobody takes it")
      ->capture_default_str();
}

void add_override_set(CommandLine& line, CLI::App& parent) {
  const auto options = std::make_shared<OverrideSetOptions>();
  CLI::App& set =
      line.add_to(parent, "set", "Decide a target's state by hand, for a time", kHelpOverride, [&line, options] {
        return line.with_agent(kExitUnavailable, [&](const AgentClient& client) {
          return override_set_command(line.console(), client, *options);
        });
      });
  set.add_option("TARGET", options->target, kTargetWords)->required();
  set.add_option("STATE", options->state, "healthy, degraded or unhealthy")
      ->required()
      ->check(CLI::IsMember({"healthy", "degraded", "unhealthy"}));
  set.add_option("--reason", options->reason, "Why; people read it in status and why")->required();
  set.add_option("--ttl", options->ttl, "For how long: 30m, 1h, at most 7d")->required();
  set.add_option("--weight", options->weight, "Percentage of sessions that use it")->check(CLI::Range(0, 100));
  set.add_option("--by", options->by, "Who decides; your user's name when left out");
}

void add_override(CommandLine& line) {
  CLI::App& parent = line.add_group("override", "Decide a target's state by hand: set, clear, list", kHelpOverride);
  add_override_set(line, parent);

  const auto target = std::make_shared<std::string>();
  CLI::App& clear =
      line.add_to(parent, "clear", "Leave a target to its evidence again", kHelpOverride, [&line, target] {
        return line.with_agent(kExitUnavailable, [&](const AgentClient& client) {
          return override_clear_command(line.console(), client, *target);
        });
      });
  clear.add_option("TARGET", *target, kTargetWords)->required();

  const auto options = std::make_shared<OverrideListOptions>();
  CLI::App& list = line.add_to(parent, "list", "Show the overrides in force", kHelpOverride, [&line, options] {
    return line.with_agent(kExitUnavailable, [&](const AgentClient& client) {
      return override_list_command(line.console(), client, *options);
    });
  });
  list.add_flag("--history", options->history, "Show who set, cleared and outlived what instead");
  list.add_flag("--json", options->json, "Print the agent's JSON");
}

}  // namespace

void add_acting_commands(CommandLine& line) {
  add_report(line);
  add_override(line);
}

}  // namespace signalbox
