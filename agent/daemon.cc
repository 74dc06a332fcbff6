#include "agent/daemon.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <random>
#include <utility>

#include "agent/api/api.h"
#include "agent/clock.h"
#include "agent/restore.h"
#include "agent/service/notices.h"
#include "agent/service/stall.h"

namespace signalbox {
namespace {

std::unique_ptr<History> open_history(Store& store) {
  Result<std::unique_ptr<History>> history = store.open_history();
  if (history) return std::move(*history);
  spdlog::error("no history will be answered: {}", history.error().message);
  return nullptr;
}

/// Whether a port is plain is settled when it is opened; with which certificate it is not may change.
bool speaks_tls(const ServerConfig& server) { return !server.tls_cert_file.empty(); }

/// What is bound or opened once at start.
bool needs_restart(const ServerConfig& before, const ServerConfig& after) {
  ServerConfig comparable = after;
  comparable.reader_token_file = before.reader_token_file;
  comparable.operator_token_file = before.operator_token_file;
  comparable.reporter_token_files = before.reporter_token_files;
  if (speaks_tls(before) && speaks_tls(after)) {
    comparable.tls_cert_file = before.tls_cert_file;
    comparable.tls_key_file = before.tls_key_file;
  }
  comparable.answer_ttl = before.answer_ttl;
  comparable.public_url = before.public_url;
  comparable.log_level = before.log_level;
  comparable.log_format = before.log_format;
  return comparable != before;
}

/// The engine's heartbeat: a stalled engine is seen although the HTTP front still answers.
void feed_watchdog(Engine& engine) {
  engine.on_beat([watchdog = Watchdog::of_service()](MonoTime now) mutable {
#ifdef SIGNALBOX_TEST_HOOKS
    stall_if_asked();
#endif
    watchdog.beat(now);
  });
}

}  // namespace

Result<std::unique_ptr<Daemon>> Daemon::start(const std::shared_ptr<const Config>& config, const Secrets& secrets,
                                              const Places& places, std::vector<ListenSocket> adopted) {
  auto opened = Store::open(places.state_dir, config->retention, now().wall);
  if (!opened) return opened.error();

  std::unique_ptr<Daemon> daemon(new Daemon());
  daemon->config_ = config;
  daemon->store_ = std::move(opened->store);
  const StoreStatus stored = daemon->store_->status();
  if (!stored.ok) spdlog::error("nothing can be stored: {}; the signal goes on", stored.detail);

  Core core = restore_core(config, opened->restored, now());
  daemon->engine_ = std::make_unique<Engine>(std::move(core), *daemon->store_, opened->restored.instance, now);

  daemon->notifier_ =
      std::make_unique<Notifier>(real_notifier_ports([&engine = *daemon->engine_](const std::string& trouble) {
                                   engine.set_notify_trouble(trouble);
                                 }),
                                 *daemon->store_, *config, opened->restored, std::random_device{}());
  daemon->engine_->on_notices(
      [&notifier = *daemon->notifier_](const std::vector<NoticeRecord>& notices, Store::Ticket stored_with) {
        notifier.take(notices, stored_with);
      });

  daemon->writes_ =
      std::make_unique<EngineWrites>(*daemon->engine_, *daemon->store_, config->server.reporter_batches_per_s);

  FrontConfig front;
  front.listen = config->server.listen;
  front.unix_socket = places.unix_socket;
  front.allowed_hosts = config->server.allowed_hosts;
  front.tokens = secrets.tokens;
  front.tls = secrets.tls;
  front.measure = [raw = daemon.get()] { return raw->measure(); };
  auto listening = HttpFront::listen(front, api_routes(), open_history(*daemon->store_), daemon->engine_->latest(),
                                     daemon->writes_.get(), std::move(adopted));
  if (!listening) return listening.error();
  daemon->front_ = std::move(*listening);
  if (!config->server.agent_check_listen.empty()) {
    auto answering = AgentCheckFront::start(config->server.agent_check_listen, daemon->engine_->latest());
    if (!answering) return answering.error();
    daemon->agent_check_ = std::move(*answering);
  }
  daemon->health_file_ = std::make_unique<RuntimeFile>(places.runtime_dir + "/health.json");
  daemon->health_file_->publish(daemon->engine_->latest());

  Engine& engine = *daemon->engine_;
  daemon->poller_ = std::make_unique<Poller>(
      real_ports([&engine](Observation observation) { engine.post(std::move(observation)); }),
      std::random_device{}());
  engine.on_doubt(
      [&poller = *daemon->poller_](const std::set<std::string>& providers) { poller.hurry(providers); });
  engine.on_poll_now([&poller = *daemon->poller_] { poller.poll_now(); });
  feed_watchdog(engine);
  daemon->engine_thread_ = std::jthread([raw = daemon.get()](const std::stop_token& stop) {
    raw->engine_->run(stop, [raw](const SnapshotPtr& snapshot) {
      raw->front_->publish(snapshot);
      if (raw->agent_check_) raw->agent_check_->publish(snapshot);
      raw->writes_->published();
      raw->health_file_->publish(snapshot);
    });
  });
  daemon->poller_->reconfigure(*config);
  return daemon;
}

/// Gatherers end first, then the one that decides, then the store with its last commit.
Daemon::~Daemon() {
  if (poller_) poller_->reconfigure(Config{});
  engine_thread_.request_stop();
  if (engine_thread_.joinable()) engine_thread_.join();
  if (writes_) writes_->close();  // before the front, whose connections it answers
}

/// From the thread that answers /metrics: the front ends before what is asked here.
Measured Daemon::measure() const {
  return {.engine = engine_->counts(),
          .ingest = writes_->counts(),
          .store = store_->counts(),
          .process = process_figures(),
          .notify = notifier_->status()};
}

std::vector<std::string> Daemon::agent_check_bound() const {
  return agent_check_ ? agent_check_->bound() : std::vector<std::string>{};
}

void Daemon::run() { front_->run(); }

void Daemon::stop() { front_->stop(); }

void Daemon::reload(const std::shared_ptr<const Config>& config, const Secrets& secrets) {
  if (needs_restart(config_->server, config->server)) {
    spdlog::warn(
        "reload: a change in [server] other than tokens, the certificate, answer_ttl_s and the log takes effect at "
        "the next start");
  }
  config_ = config;
  front_->use_tokens(secrets.tokens);
  if (secrets.tls) front_->use_tls(secrets.tls);
  engine_->set_config_error("");
  notifier_->reconfigure(*config);  // before the engine has anything for a new receiver
  engine_->post(ConfigChanged{config});
  poller_->reconfigure(*config);
}

void Daemon::refuse_reload(const std::string& error) { engine_->set_config_error(error); }

}  // namespace signalbox
