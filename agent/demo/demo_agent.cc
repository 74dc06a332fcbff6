#include "agent/demo/demo_agent.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace signalbox {

Result<std::unique_ptr<DemoAgent>> DemoAgent::start(const Config& config) {
  std::error_code failure;
  const auto scratch = std::filesystem::temp_directory_path(failure);
  std::string path = (failure ? "/tmp" : scratch.string()) + "/signalbox-demo-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    return Error{fmt::format("{}: {}", path, std::generic_category().message(errno))};
  }
  std::unique_ptr<DemoAgent> agent(new DemoAgent(path));
  auto daemon =
      Daemon::start(std::make_shared<const Config>(config), Secrets{}, {path, path, path + "/signalbox.sock"});
  if (!daemon) return daemon.error();
  agent->daemon_ = std::move(*daemon);
  agent->front_ = std::jthread([raw = agent->daemon_.get()] { raw->run(); });
  return agent;
}

DemoAgent::~DemoAgent() {
  if (daemon_) daemon_->stop();
  if (front_.joinable()) front_.join();
  daemon_.reset();
  std::error_code ignored;  // what is left in a temporary directory is the system's to remove
  std::filesystem::remove_all(directory_, ignored);
}

}  // namespace signalbox
