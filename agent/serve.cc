#include "agent/serve.h"

#include <fmt/format.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sysexits.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <optional>
#include <thread>
#include <utility>

#include "agent/clock.h"
#include "agent/config_file.h"
#include "agent/daemon.h"
#include "agent/directories.h"
#include "agent/log.h"
#include "agent/service/handed_over.h"
#include "agent/service/notices.h"
#include "lib/config/config_check.h"

namespace signalbox {
namespace {

/// SIGUSR1 is for ourselves: it ends the thread that waits for the others.
sigset_t handled_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGHUP, SIGINT, SIGTERM, SIGUSR1}) sigaddset(&signals, signal);
  return signals;
}

bool file_exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

/// What is laid over the configuration, at start and at each reload.
struct Overlay {
  ServeOptions options;
  std::vector<std::string> handed_over;  ///< names of the sockets that the service manager gave us
};

void apply_options(const ServeOptions& options, ServerConfig& server) {
  if (!options.listen.empty()) server.listen = {options.listen};
  if (!options.state_dir.empty()) server.state_dir = options.state_dir;
  if (!options.runtime_dir.empty()) server.runtime_dir = options.runtime_dir;
}

/// What is to run.
struct Loaded {
  std::shared_ptr<const Config> config;
  Secrets secrets;
};

/// The configuration, with the command line and the handed-over sockets laid over it, and what it names. `report`
/// is told every problem.
template <class Report>
std::optional<Loaded> load(const std::string& path, const Overlay& overlay, Report report) {
  Result<LoadedConfig> loaded = load_config(path);
  if (!loaded) {
    report(loaded.error().message, true);
    return std::nullopt;
  }
  const auto report_all = [&](const ConfigProblems& problems) {
    for (const ConfigProblem& problem : problems) {
      report(show_problem(*loaded, problem), problem.severity == ConfigProblem::Severity::error);
    }
    return !has_errors(problems);
  };
  if (!report_all(loaded->problems)) return std::nullopt;
  apply_options(overlay.options, loaded->config.server);
  for (const std::string& warning : lay_over(overlay.handed_over, loaded->config.server)) report(warning, false);
  if (const auto open = check_open(loaded->config.server)) {
    report(open->message, true);
    return std::nullopt;
  }
  LoadedSecrets secrets = load_secrets(loaded->config.server, real_surroundings(), now().wall);
  if (!report_all(secrets.problems)) return std::nullopt;
  return Loaded{std::make_shared<const Config>(std::move(loaded->config)), std::move(secrets.secrets)};
}

/// Every configuration in force says what it is; a refused one must not look like it.
std::string in_force(const Config& config, const std::string& path) {
  const size_t count = config.providers.size();
  return fmt::format("watching {} {}, configured by {}", count, count == 1 ? "provider" : "providers",
                     path.empty() ? "the built-in defaults" : path);
}

void reload(Daemon& daemon, const std::string& path, const Overlay& overlay) {
  tell_reloading();
  std::string first_error;
  const auto loaded = load(path, overlay, [&](const std::string& text, bool error) {
    if (error && first_error.empty()) first_error = text.substr(0, text.find('\n'));
    spdlog::log(error ? spdlog::level::err : spdlog::level::warn, "reload: {}", text.substr(0, text.find('\n')));
  });
  if (!loaded) {
    spdlog::error("reload refused: the present configuration stays in force");
    daemon.refuse_reload(first_error);
    return tell_ready("reload refused, the configuration before it stays in force: " + first_error);
  }
  change_logging(loaded->config->server.log_level, loaded->config->server.log_format);
  daemon.reload(loaded->config, loaded->secrets);
  spdlog::info("configuration reloaded from {}", path.empty() ? "the built-in defaults" : path);
  tell_ready(in_force(*loaded->config, path));
}

/// Waits for signals until the agent has ended, however it ended.
void watch_signals(Daemon& daemon, const std::string& path, const Overlay& overlay) {
  const sigset_t signals = handled_signals();
  while (true) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0 || signal == SIGUSR1) return;
    if (signal == SIGHUP) {
      reload(daemon, path, overlay);
      continue;
    }
    tell_stopping();
    spdlog::info("stopping on {}", signal == SIGTERM ? "SIGTERM" : "SIGINT");
    daemon.stop();
  }
}

int fail(int code, const std::string& why) {
  spdlog::error("cannot start: {}", why);
  tell_status("cannot start: " + why);
  return code;
}

/// At start, before there is a log. The first mistake is what the service manager shows.
std::optional<Loaded> load_first(const std::string& path, const Overlay& overlay) {
  return load(path, overlay, [told = false](const std::string& text, bool error) mutable {
    fmt::print(stderr, "{}\n", text);
    if (error && !std::exchange(told, true)) tell_status("cannot start: " + text.substr(0, text.find('\n')));
  });
}

}  // namespace

int serve(const ServeOptions& options) {
  const sigset_t signals = handled_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread: all of them inherit it
  // A peer that went away and a file that may not grow are errors of one write, not the end of the agent.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  start_logging("info", "text");

  auto handed_over = take_handed_over();
  if (!handed_over) return fail(EX_UNAVAILABLE, handed_over.error().message);
  const Overlay overlay{options, names_of(*handed_over)};
  const Surroundings around = real_surroundings();
  const std::string path = choose_config(options.config_path, around, file_exists);
  const auto loaded = load_first(path, overlay);
  if (!loaded) return EX_CONFIG;
  const auto& config = loaded->config;
  change_logging(config->server.log_level, config->server.log_format);

  const Places places = choose_places(config->server, around);
  if (const auto error = make_runtime_dir(places, around)) return fail(EX_CANTCREAT, error->message);
  auto daemon = Daemon::start(config, loaded->secrets, places, std::move(*handed_over));
  if (!daemon) return fail(EX_UNAVAILABLE, daemon.error().message);

  spdlog::info("signalbox {} with {}, state in {}", SIGNALBOX_VERSION,
               path.empty() ? "the built-in configuration" : path, places.state_dir);
  const std::string_view scheme = loaded->secrets.tls ? "https://" : "http://";
  for (const std::string& address : (*daemon)->bound()) {
    spdlog::info("listening on {}{}", address.starts_with("unix:") ? "" : scheme, address);
  }
  for (const std::string& address : (*daemon)->agent_check_bound()) {
    spdlog::info("answering HAProxy's agent-check on {}", address);
  }
  std::thread watcher([&] { watch_signals(**daemon, path, overlay); });
  tell_ready(in_force(*config, path));
  (*daemon)->run();
  pthread_kill(watcher.native_handle(), SIGUSR1);
  watcher.join();
  daemon->reset();
  spdlog::info("stopped");
  return 0;
}

}  // namespace signalbox
