#pragma once
/// What all commands share: the parser, the options that may stand anywhere, where to write, how to reach the
/// agent. The commands are defined in app_*.cc, a file for each kind.
#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "agent/ask/client.h"
#include "agent/cli/app.h"
#include "agent/cli/console.h"

namespace signalbox {

class CommandLine {
 public:
  explicit CommandLine(const Streams& streams);
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  int run(int argc, const char* const* argv);

  /// Defines a command; `command` runs after everything was parsed, and returns the exit code.
  CLI::App& add(const char* name, const char* what, const char* footer, std::function<int()> command);
  /// A command of `parent` (`override set`).
  CLI::App& add_to(CLI::App& parent, const char* name, const char* what, const char* footer,
                   std::function<int()> command);
  /// A command that is only a name for others.
  CLI::App& add_group(const char* name, const char* what, const char* footer);

  std::istream& in() const { return streams_.in; }
  int out_fd() const { return streams_.out_fd; }
  const std::string& url() const { return url_; }
  ClientFiles files() const;
  bool no_color() const { return no_color_; }
  bool colour() const;
  Console console() const;

  /// `unavailable` is the exit code when there is no way to the agent.
  int with_agent(int unavailable, const std::function<int(const AgentClient&)>& command) const;

 private:
  int wrong_usage(const CLI::ParseError& error, const std::string& first) const;

  Streams streams_;
  CLI::App app_;
  std::function<int()> command_;
  std::string url_;
  std::string token_file_;
  std::string ca_file_;
  bool no_color_ = false;
};

void add_reading_commands(CommandLine& line);  ///< status, why, history, guard
void add_acting_commands(CommandLine& line);   ///< report, override
void add_local_commands(CommandLine& line);    ///< doctor, check-config, replay, demo, backup, completion, serve

}  // namespace signalbox
