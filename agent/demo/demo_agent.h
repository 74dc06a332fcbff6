#pragma once
/// The agent of `signalbox demo`: the real one, in a directory of its own that goes with it.
#include <memory>
#include <string>
#include <thread>

#include "agent/daemon.h"
#include "lib/result.h"

namespace signalbox {

class DemoAgent {
 public:
  /// Errors: the directory cannot be made, or what `Daemon::start` says.
  static Result<std::unique_ptr<DemoAgent>> start(const Config& config);
  ~DemoAgent();
  DemoAgent(const DemoAgent&) = delete;
  DemoAgent& operator=(const DemoAgent&) = delete;

  std::string url() const { return "http://" + daemon_->bound().front(); }
  std::string socket_url() const { return daemon_->bound().back(); }
  const std::string& directory() const { return directory_; }

 private:
  explicit DemoAgent(std::string directory) : directory_(std::move(directory)) {}

  std::string directory_;
  std::unique_ptr<Daemon> daemon_;
  std::jthread front_;
};

}  // namespace signalbox
