/// The HTTP front alone, with one realistic snapshot published once a second as the engine does: for bench/http.sh.
/// Prints the bound address and serves until SIGINT or SIGTERM.
#include <signal.h>

#include <cstdio>
#include <stop_token>
#include <thread>

#include "agent/http/http_front.h"
#include "tests/support/front_routes.h"

using namespace signalbox;

int main() {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  FrontConfig config;
  config.listen = {"127.0.0.1:0"};
  auto front = HttpFront::listen(config, testing::front_routes(), nullptr, testing::front_snapshot(1));
  if (!front) {
    std::fprintf(stderr, "front_server: %s\n", front.error().message.c_str());
    return 1;
  }
  std::printf("%s\n", (*front)->bound().front().c_str());
  std::fflush(stdout);
  const std::jthread clockwork([&] {
    const timespec second{1, 0};
    while (sigtimedwait(&ends, nullptr, &second) < 0) (*front)->publish(testing::front_snapshot(1));
    (*front)->stop();
  });
  (*front)->run();
  return 0;
}
