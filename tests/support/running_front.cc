#include "tests/support/running_front.h"

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>

#include "tests/support/fake_identity.h"

namespace signalbox::testing {

RunningFront::RunningFront(const std::function<void(FrontConfig&)>& change, std::unique_ptr<History> history) {
  std::string name = std::filesystem::temp_directory_path() / "signalbox-front-XXXXXX";
  if (!mkdtemp(name.data())) throw std::runtime_error("mkdtemp");
  directory_ = name;
  FrontConfig config;
  config.listen = {"127.0.0.1:0"};
  config.unix_socket = directory_ + "/signalbox.sock";
  config.limits.sweep = Millis(10);
  if (fronts_speak_tls()) {
    static const FakeIdentity kIdentity;
    config.tls = kIdentity.identity();
  }
  if (change) change(config);
  auto front = HttpFront::listen(config, front_routes(), std::move(history), front_snapshot(1), &no_writes());
  if (!front) throw std::runtime_error(front.error().message);
  front_ = std::move(*front);
  thread_ = std::thread([this] { front_->run(); });
}

void RunningFront::join() {
  front_->stop();
  if (thread_.joinable()) thread_.join();
}

RunningFront::~RunningFront() {
  join();
  front_.reset();
  std::filesystem::remove_all(directory_);
}

}  // namespace signalbox::testing
