#include "agent/cli/app.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>

#include "agent/cli/check_config.h"
#include "agent/cli/commands.h"
#include "agent/cli/completion.h"
#include "agent/cli/environment.h"
#include "agent/cli/help.h"
#include "agent/cli/local_commands.h"
#include "agent/cli/terminal.h"
#include "agent/cli/watch.h"
#include "agent/cli/words.h"
#include "agent/serve.h"
#include "lib/text.h"

namespace signalbox {
namespace {

class App {
 public:
  explicit App(const Streams& streams) : streams_(streams), app_("", "signalbox") {
    app_.description("signalbox " SIGNALBOX_VERSION
                     ": watches the health of LLM providers and tells routers what to do.");
    app_.footer(kHelpTop);
    app_.set_version_flag("--version", "signalbox " SIGNALBOX_VERSION, "Print the version and end");
    app_.set_help_flag("--help,-h", "Print help and end; also after a command");
    app_.add_option("--url", url_, "Where the agent is: http://HOST:PORT, https://HOST:PORT or unix:/PATH");
    app_.add_flag("--no-color", no_color_, "No colour");
    app_.require_subcommand(0, 1);
    app_.fallthrough();
    add_reading();
    add_local();
    add_serve();
  }

  int run(int argc, const char* const* argv) {
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

 private:
  CLI::App& add(const char* name, const char* what, const char* footer, std::function<int()> command) {
    CLI::App& sub = *app_.add_subcommand(name, what);
    sub.footer(footer);
    sub.callback([this, run = std::move(command)] { command_ = run; });
    return sub;
  }

  /// CLI11 says of a mistyped command that an argument was not expected.
  int wrong_usage(const CLI::ParseError& error, const std::string& first) const {
    const bool no_command = app_.get_subcommands().empty() && !first.empty() && first.front() != '-';
    const std::string what = no_command ? fmt::format("\"{}\" is not a command", clean_text(first)) : error.what();
    streams_.err << "signalbox: " << what << "\nTry: signalbox --help\n";
    return kExitUsage;
  }

  void add_reading() {
    CLI::App& status = add("status", "Show the state of every target, worst first, or of one in more detail",
                           kHelpStatus, [this] { return run_status(); });
    status.add_option("TARGET", status_.target, "PROVIDER or PROVIDER/MODEL; all when left out");
    CLI::Option* json = status.add_flag("--json", status_.json, "Print the agent's JSON");
    status.add_flag("--watch,-w", watch_, "Stay, and show every change at once")->excludes(json);

    CLI::App& why =
        add("why", "Show the whole evidence for one target: pages, incidents, outcomes, history", kHelpWhy, [this] {
          return with_agent(kExitUnavailable, [this](const AgentClient& client) {
            return why_command(console(), client, why_target_);
          });
        });
    why.add_option("TARGET", why_target_, "PROVIDER or PROVIDER/MODEL")->required();

    CLI::App& history = add("history", "Show the changes of state, newest first, and how long each state lasted",
                            kHelpHistory, [this] {
                              return with_agent(kExitUnavailable, [this](const AgentClient& client) {
                                return history_command(console(), client, history_);
                              });
                            });
    history.add_option("TARGET", history_.target, "PROVIDER or PROVIDER/MODEL; all when left out");
    history.add_option("--since", history_.since, "How far back: 30m, 24h, 7d or a time in RFC 3339")
        ->capture_default_str();
    history.add_option("--limit", history_.limit, "At most so many rows")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000));
    history.add_flag("--json", history_.json, "Print the agent's JSON");
  }

  void add_local() {
    CLI::App& doctor = add("doctor", "Check the status pages, this host and the configuration, and say what to do",
                           kHelpDoctor, [this] {
                             return doctor_command(console(), {local_, url_, components_});
                           });
    doctor.add_option("--config", local_.config_path, "The configuration file");
    doctor.add_flag("--components", components_, "List the ids of the components that nobody watches");
    CLI::App& check = add("check-config", "Validate a configuration file and print what it means", kHelpCheckConfig,
                          [this] { return check_config(file_, streams_.out, streams_.err, colour()); });
    check.add_option("FILE", file_, "The configuration file")->required();
    CLI::App& backup = add("backup", "Copy the database to FILE while the agent runs", kHelpBackup,
                           [this] { return backup_command(console(), local_, file_); });
    backup.add_option("FILE", file_, "Where the copy goes")->required();
    backup.add_option("--config", local_.config_path, "The configuration file");
    backup.add_option("--state-dir", local_.state_dir, "Where the database is");
    CLI::App& completion = add("completion", "Print the completion script for a shell", kHelpCompletion,
                               [this] { return print_completion(); });
    completion.add_option("SHELL", shell_, "bash")->required()->check(CLI::IsMember({"bash"}));
  }

  void add_serve() {
    CLI::App& sub = add("serve", "Run the agent", kHelpServe, [this] { return serve(serve_); });
    sub.add_option("--config", serve_.config_path, "The configuration file");
    sub.add_option("--listen", serve_.listen, "Address and port, instead of the configured ones");
    sub.add_option("--state-dir", serve_.state_dir, "Where the database is kept");
    sub.add_option("--runtime-dir", serve_.runtime_dir, "Where health.json and the unix socket are kept");
  }

  bool colour() const { return wants_colour(streams_.out_fd, no_color_); }

  Console console() const { return {streams_.out, streams_.err, terminal_width(streams_.out_fd), colour()}; }

  int with_agent(int unavailable, const std::function<int(const AgentClient&)>& command) const {
    const auto address = choose_agent(url_, environment("SIGNALBOX_URL"), usual_sockets());
    if (!address) return complain(address.error(), kExitUsage);
    const auto client = AgentClient::make(*address, environment("SIGNALBOX_TOKEN_FILE"));
    return client ? command(*client) : complain(client.error(), unavailable);
  }

  int complain(const Error& error, int code) const {
    signalbox::complain(console(), error.message);
    return code;
  }

  int run_status() {
    return with_agent(kExitUnknown, [this](const AgentClient& client) {
      if (watch_) return watch_command(console(), client, {status_.target, streams_.out_fd, no_color_});
      return status_command(console(), client, status_);
    });
  }

  int print_completion() {
    streams_.out << completion_script();
    return 0;
  }

  Streams streams_;
  CLI::App app_;
  std::function<int()> command_;
  std::string url_;
  bool no_color_ = false;
  bool watch_ = false;
  bool components_ = false;
  StatusOptions status_;
  std::string why_target_;
  HistoryOptions history_;
  LocalOptions local_;
  ServeOptions serve_;
  std::string file_;
  std::string shell_;
};

}  // namespace

int run_cli(int argc, const char* const* argv, const Streams& streams) { return App(streams).run(argc, argv); }

}  // namespace signalbox
