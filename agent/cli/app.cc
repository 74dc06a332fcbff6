#include "agent/cli/app.h"

#include <fmt/format.h>

#include "agent/cli/command_line.h"
#include "agent/cli/environment.h"
#include "agent/cli/help.h"
#include "agent/render/terminal.h"
#include "lib/text.h"

namespace signalbox {

CommandLine::CommandLine(const Streams& streams) : streams_(streams), app_("", "signalbox") {
  app_.description("signalbox " SIGNALBOX_VERSION
                   ": watches the health of LLM providers and tells routers what to do.");
  app_.footer(kHelpTop);
  app_.set_version_flag("--version", "signalbox " SIGNALBOX_VERSION, "Print the version and end");
  app_.set_help_flag("--help,-h", "Print help and end; also after a command");
  app_.add_option("--url", url_, "Where the agent is: http://HOST:PORT, https://HOST:PORT or unix:/PATH");
  app_.add_option("--token-file", token_file_, "A file with the token that the agent wants");
  app_.add_option("--ca-file", ca_file_, "Who vouches for the agent's certificate, in PEM; else the system's");
  app_.add_flag("--no-color", no_color_, "No colour");
  app_.require_subcommand(0, 1);
  app_.fallthrough();
}

int CommandLine::run(int argc, const char* const* argv) {
  try {
    app_.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app_.exit(asked, streams_.out, streams_.err);
  } catch (const CLI::ParseError& error) {
    return wrong_usage(error, argc > 1 ? argv[1] : "");
  }
  if (command_) return command_();
  streams_.err << app_.help();
  return kExitUsage;
}

CLI::App& CommandLine::add(const char* name, const char* what, const char* footer, std::function<int()> command) {
  return add_to(app_, name, what, footer, std::move(command));
}

CLI::App& CommandLine::add_to(CLI::App& parent, const char* name, const char* what, const char* footer,
                              std::function<int()> command) {
  CLI::App& sub = *parent.add_subcommand(name, what);
  sub.footer(footer);
  sub.callback([this, run = std::move(command)] { command_ = run; });
  return sub;
}

CLI::App& CommandLine::add_group(const char* name, const char* what, const char* footer) {
  CLI::App& sub = *app_.add_subcommand(name, what);
  sub.footer(footer);
  sub.require_subcommand(1);
  return sub;
}

/// CLI11 says of a mistyped command that an argument was not expected.
int CommandLine::wrong_usage(const CLI::ParseError& error, const std::string& first) const {
  const bool no_command = app_.get_subcommands().empty() && !first.empty() && first.front() != '-';
  const std::string what = no_command ? fmt::format("\"{}\" is not a command", clean_text(first)) : error.what();
  streams_.err << "signalbox: " << what << "\nTry: signalbox --help\n";
  return kExitUsage;
}

bool CommandLine::colour() const { return wants_colour(streams_.out_fd, no_color_); }

Console CommandLine::console() const {
  return {streams_.out, streams_.err, terminal_width(streams_.out_fd), colour()};
}

ClientFiles CommandLine::files() const {
  const auto choose = [](const std::string& given, const char* option, const char* variable) {
    return given.empty() ? NamedFile{environment(variable), variable} : NamedFile{given, option};
  };
  return {choose(token_file_, "--token-file", "SIGNALBOX_TOKEN_FILE"),
          choose(ca_file_, "--ca-file", "SIGNALBOX_CA_FILE")};
}

int CommandLine::with_agent(int unavailable, const std::function<int(const AgentClient&)>& command) const {
  const auto complain_with = [this](const Error& error, int code) {
    complain(console(), error.message);
    return code;
  };
  const auto address = choose_agent(url_, environment("SIGNALBOX_URL"), usual_sockets());
  if (!address) return complain_with(address.error(), kExitUsage);
  const auto client = AgentClient::make(*address, files());
  return client ? command(*client) : complain_with(client.error(), unavailable);
}

int run_cli(int argc, const char* const* argv, const Streams& streams) {
  CommandLine line(streams);
  add_reading_commands(line);
  add_acting_commands(line);
  add_local_commands(line);
  return line.run(argc, argv);
}

}  // namespace signalbox
