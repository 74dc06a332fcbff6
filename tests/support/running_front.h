#pragma once
/// A front on a free port and a unix socket, served by a thread of its own until the end of the test.
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "agent/http/http_front.h"
#include "tests/support/front_client.h"
#include "tests/support/front_routes.h"

namespace signalbox::testing {

class RunningFront {
 public:
  explicit RunningFront(const std::function<void(FrontConfig&)>& change = {},
                        std::unique_ptr<History> history = nullptr);
  ~RunningFront();

  HttpFront& operator*() { return *front_; }
  HttpFront* operator->() { return front_.get(); }
  std::string address() const { return front_->bound().front(); }
  std::string unix_address() const { return front_->bound().back(); }
  FrontClient client() const { return FrontClient(address()); }
  /// Stops it and waits until `run` has returned.
  void join();

 private:
  std::string directory_;
  std::unique_ptr<HttpFront> front_;
  std::thread thread_;
};

}  // namespace signalbox::testing
