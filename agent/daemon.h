#pragma once
/// The running agent as an object: store, engine, poller, front and health.json, wired up. Tests start it as the
/// binary does.
///
/// Threads: `stop` and `reload` from any thread; `run` blocks the one that calls it.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "agent/access/secrets.h"
#include "agent/directories.h"
#include "agent/engine.h"
#include "agent/engine_writes.h"
#include "agent/http/agent_check_front.h"
#include "agent/http/http_front.h"
#include "agent/notify/notifier.h"
#include "agent/poll/poller.h"
#include "agent/runtime_file.h"
#include "agent/store/store.h"
#include "lib/config/config.h"

namespace signalbox {

class Daemon {
 public:
  /// Everything that can fail at start fails here, before anybody is served. The first answer knows what was
  /// stored. Sockets that were `adopted` stand for those of their kind in the configuration.
  static Result<std::unique_ptr<Daemon>> start(const std::shared_ptr<const Config>& config, const Secrets& secrets,
                                               const Places& places, std::vector<ListenSocket> adopted = {});
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// Serves until `stop`.
  void run();
  void stop();

  /// Takes over a configuration that was checked whole, with its secrets; what needs a restart is named in the log.
  void reload(const std::shared_ptr<const Config>& config, const Secrets& secrets);
  /// Keeps the present one and shows why in `/readyz`.
  void refuse_reload(const std::string& error);

  std::vector<std::string> bound() const { return front_->bound(); }
  std::vector<std::string> agent_check_bound() const;  ///< empty: it is not configured

 private:
  Daemon() = default;
  Measured measure() const;

  std::shared_ptr<const Config> config_;
  std::unique_ptr<EngineWrites> writes_;  // outlives the engine, whose mail may hold what calls it
  std::unique_ptr<Store> store_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Notifier> notifier_;
  std::unique_ptr<HttpFront> front_;
  std::unique_ptr<AgentCheckFront> agent_check_;  ///< null: not configured
  std::unique_ptr<RuntimeFile> health_file_;
  std::unique_ptr<Poller> poller_;
  std::jthread engine_thread_;
};

}  // namespace signalbox
