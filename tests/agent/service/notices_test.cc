#include "agent/service/notices.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

#include "tests/support/scratch_directory.h"

using namespace signalbox;

namespace {

/// A service manager that hears what it is told. The environment names it while it lives.
class FakeServiceManager {
 public:
  FakeServiceManager() : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    const std::string path = directory_.file("notify");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~FakeServiceManager() {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
    close(socket_);
  }
  FakeServiceManager(const FakeServiceManager&) = delete;
  FakeServiceManager& operator=(const FakeServiceManager&) = delete;

  /// The next message; empty when there is none.
  std::string heard() const {
    std::string text(4096, '\0');
    const ssize_t size = recv(socket_, text.data(), text.size(), MSG_DONTWAIT);
    text.resize(size < 0 ? 0 : static_cast<size_t>(size));
    return text;
  }

 private:
  ScratchDirectory directory_;
  int socket_;
};

int64_t monotonic_us() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

TEST_CASE("the service manager is told in its words, a status in one line") {
  const FakeServiceManager manager;
  tell_ready("watching 3 providers");
  CHECK(manager.heard() == "READY=1\nSTATUS=watching 3 providers");
  tell_status("cannot start: a.toml:1:1\nREADY=1");
  CHECK(manager.heard() == "STATUS=cannot start: a.toml:1:1 READY=1");
  tell_stopping();
  CHECK(manager.heard().starts_with("STOPPING=1\n"));
}

TEST_CASE("a reload says when it began, by the monotonic clock in microseconds") {
  const FakeServiceManager manager;
  const int64_t before = monotonic_us();
  tell_reloading();
  const std::string heard = manager.heard();
  const std::string head = "RELOADING=1\nMONOTONIC_USEC=";
  REQUIRE(heard.starts_with(head));
  const int64_t said = std::stoll(heard.substr(head.size()));
  CHECK(said >= before);
  CHECK(said <= monotonic_us());
}

TEST_CASE("without a service manager nothing happens") {
  tell_ready("alone");
  auto watchdog = Watchdog::of_service();
  watchdog.beat(MonoTime(Millis(1)));
}

TEST_CASE("the watchdog is fed by beats, at the pace that the manager asks for and no more than once a second") {
  struct Case {
    const char* patience_us;
    Millis pace;
  };
  for (const auto& [patience_us, pace] : {Case{"10000000", seconds(1)}, Case{"300000", Millis(100)}}) {
    CAPTURE(patience_us);
    const FakeServiceManager manager;
    setenv("WATCHDOG_USEC", patience_us, 1);
    auto watchdog = Watchdog::of_service();
    CHECK(manager.heard().empty());
    const MonoTime start(seconds(100));
    watchdog.beat(start);
    CHECK(manager.heard() == "WATCHDOG=1");
    watchdog.beat(start + pace - Millis(1));
    CHECK(manager.heard().empty());
    watchdog.beat(start + pace);
    CHECK(manager.heard() == "WATCHDOG=1");
  }
}

TEST_CASE("a watchdog that was meant for another process is not ours to feed") {
  const FakeServiceManager manager;
  setenv("WATCHDOG_USEC", "1000000", 1);
  setenv("WATCHDOG_PID", "1", 1);
  auto watchdog = Watchdog::of_service();
  watchdog.beat(MonoTime(seconds(1)));
  CHECK(manager.heard().empty());
}
