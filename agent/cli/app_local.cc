#include <memory>

#include "agent/cli/check_config.h"
#include "agent/cli/command_line.h"
#include "agent/cli/completion.h"
#include "agent/cli/demo.h"
#include "agent/cli/help.h"
#include "agent/cli/local_commands.h"
#include "agent/cli/notify_command.h"
#include "agent/cli/replay_command.h"
#include "agent/serve.h"

namespace signalbox {
namespace {

void add_doctor(CommandLine& line) {
  const auto options = std::make_shared<DoctorOptions>();
  CLI::App& doctor =
      line.add("doctor", "Check the status pages, this host and the configuration, and say what to do", kHelpDoctor,
               [&line, options] {
                 options->url = line.url();
                 options->files = line.files();
                 return doctor_command(line.console(), *options);
               });
  doctor.add_option("--config", options->local.config_path, "The configuration file");
  doctor.add_flag("--components", options->list_components, "List the ids of the components that nobody watches");
}

void add_check_config(CommandLine& line) {
  const auto file = std::make_shared<std::string>();
  CLI::App& check = line.add("check-config", "Validate a configuration file and print what it means",
                             kHelpCheckConfig, [&line, file] {
                               const Console console = line.console();
                               return check_config(*file, console.out, console.err, line.colour());
                             });
  check.add_option("FILE", *file, "The configuration file")->required();
}

void add_replay(CommandLine& line) {
  const auto options = std::make_shared<ReplayOptions>();
  CLI::App& replay = line.add("replay", "Run recorded evidence through the core, in virtual time", kHelpReplay,
                              [&line, options] { return replay_command(line.console(), *options, line.in()); });
  replay.add_option("FILE", options->file, "The recording, JSON Lines; - for standard input")->required();
  replay.add_option("--config", options->config_path, "The configuration file, instead of the built-in defaults");
}

void add_demo(CommandLine& line) {
  line.add("demo", "Play a two-minute outage on this host: pages, clients, the agent, its advice", kHelpDemo,
           [&line] { return demo_command(line.console()); });
}

void add_local_options(CLI::App& command, LocalOptions& options) {
  command.add_option("--config", options.config_path, "The configuration file");
  command.add_option("--state-dir", options.state_dir, "Where the database is");
}

void add_backup(CommandLine& line) {
  const auto options = std::make_shared<LocalOptions>();
  const auto file = std::make_shared<std::string>();
  CLI::App& backup = line.add("backup", "Copy the database to FILE while the agent runs", kHelpBackup,
                              [&line, options, file] { return backup_command(line.console(), *options, *file); });
  backup.add_option("FILE", *file, "Where the copy goes")->required();
  add_local_options(backup, *options);
}

void add_notify(CommandLine& line) {
  CLI::App& parent = line.add_group("notify", "Who is told of changes: test, list", kHelpNotify);
  const auto options = std::make_shared<LocalOptions>();
  const auto name = std::make_shared<std::string>();
  CLI::App& test = line.add_to(
      parent, "test", "Send receivers a message that says it is a test", kHelpNotify, [&line, options, name] {
        return notify_test_command(line.console(), *options, *name,
                                   deliver_through(proxy_from_environment(), real_surroundings()));
      });
  test.add_option("NAME", *name, "The receiver; all of them when left out");
  add_local_options(test, *options);
  CLI::App& list = line.add_to(parent, "list", "Show the receivers and what waits for them", kHelpNotify,
                               [&line, options] { return notify_list_command(line.console(), *options); });
  add_local_options(list, *options);
}

void add_completion(CommandLine& line) {
  const auto shell = std::make_shared<std::string>();
  CLI::App& completion =
      line.add("completion", "Print the completion script for a shell", kHelpCompletion, [&line, shell] {
        line.console().out << completion_script();
        return 0;
      });
  completion.add_option("SHELL", *shell, "bash")->required()->check(CLI::IsMember({"bash"}));
}

void add_serve(CommandLine& line) {
  const auto options = std::make_shared<ServeOptions>();
  CLI::App& sub = line.add("serve", "Run the agent", kHelpServe, [options] { return serve(*options); });
  sub.add_option("--config", options->config_path, "The configuration file");
  sub.add_option("--listen", options->listen, "Address and port, instead of the configured ones");
  sub.add_option("--state-dir", options->state_dir, "Where the database is kept");
  sub.add_option("--runtime-dir", options->runtime_dir, "Where health.json and the unix socket are kept");
}

}  // namespace

void add_local_commands(CommandLine& line) {
  add_doctor(line);
  add_check_config(line);
  add_replay(line);
  add_demo(line);
  add_backup(line);
  add_notify(line);
  add_completion(line);
  add_serve(line);
}

}  // namespace signalbox
