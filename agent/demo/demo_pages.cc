#include "agent/demo/demo_pages.h"

#include <httplib.h>

#include <mutex>
#include <thread>

#include "agent/clock.h"
#include "agent/demo/demo_story.h"

namespace signalbox {
namespace {

constexpr const char* kHost = "127.0.0.1";
constexpr const char* kJson = "application/json";

class Pages final : public DemoPages {
 public:
  Pages() {
    // A kept connection would hold one of its few threads, and its end.
    server_.set_keep_alive_max_count(1);
    server_.new_task_queue = [] { return new httplib::ThreadPool(2); };  // NOLINT: httplib owns it
    server_.Get("/claude", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content(claude(), kJson);
    });
    server_.Get("/openai", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content(openai_, kJson);
    });
  }
  ~Pages() override { server_.stop(); }

  bool listen() {
    port_ = server_.bind_to_any_port(kHost);
    if (port_ <= 0) return false;
    thread_ = std::jthread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();  // until then `stop` would be lost
    return true;
  }

  std::string url() const override { return "http://" + std::string(kHost) + ":" + std::to_string(port_); }

  void show(std::string_view status) override {
    const std::lock_guard lock(mutex_);
    if (status == status_) return;
    status_ = status;
    claude_ = demo_page("claude", status, now().wall);
  }

 private:
  std::string claude() {
    const std::lock_guard lock(mutex_);
    return claude_;
  }

  httplib::Server server_;
  int port_ = 0;
  const std::string openai_ = demo_page("openai", "operational", now().wall);

  std::mutex mutex_;  // guards what follows
  std::string status_ = "operational";
  std::string claude_ = demo_page("claude", status_, now().wall);

  std::jthread thread_;  // last: it ends before what it serves
};

}  // namespace

Result<std::unique_ptr<DemoPages>> DemoPages::start() {
  auto pages = std::make_unique<Pages>();
  if (!pages->listen()) return Error{"no port on 127.0.0.1 is free for the demo's status pages"};
  return std::unique_ptr<DemoPages>(std::move(pages));
}

}  // namespace signalbox
