#include "agent/resolver.h"

#include <doctest/doctest.h>

#include <atomic>
#include <future>

using namespace signalbox;

namespace {

/// A name service that says nothing before it is let go. Static, because a Resolver asks a plain function.
struct HangingService {
  std::promise<void> let_go;
  std::shared_future<void> gone = let_go.get_future().share();
  std::atomic<int> asked = 0;
};
HangingService* hanging = nullptr;

std::variant<Addresses, std::string> ask_hanging(const std::string&) {
  ++hanging->asked;
  hanging->gone.wait();
  return Addresses{"192.0.2.1"};
}

Deadline within(Millis time) { return {now().mono + time, {}}; }

}  // namespace

TEST_CASE("an address is its own answer") {
  Resolver resolver([](const std::string&) -> std::variant<Addresses, std::string> { return "nobody is asked"; });
  CHECK(std::get<Addresses>(resolver.resolve("192.0.2.7", within(Millis(0)))) == Addresses{"192.0.2.7"});
  CHECK(std::get<Addresses>(resolver.resolve("2001:db8::1", within(Millis(0)))) == Addresses{"2001:db8::1"});
}

TEST_CASE("a name service that hangs holds nobody, and is asked once a name") {
  HangingService service;
  hanging = &service;
  Resolver resolver(ask_hanging);
  for (int call = 0; call < 3; ++call) {
    const auto answer = resolver.resolve("status.example", within(Millis(20)));
    CHECK(std::get<FetchFailure>(answer) ==
          FetchFailure{FetchErrorKind::timeout, "status.example: no answer from DNS in time"});
  }
  std::stop_source stopped;
  stopped.request_stop();
  CHECK(std::holds_alternative<FetchFailure>(
      resolver.resolve("status.example", {now().mono + hours(1), stopped.get_token()})));
  CHECK(service.asked == 1);
  service.let_go.set_value();
  CHECK(std::get<Addresses>(resolver.resolve("status.example", within(seconds(10)))) == Addresses{"192.0.2.1"});
}

TEST_CASE("the system knows localhost and no name under .invalid") {
  Resolver resolver;
  const auto local = resolver.resolve("localhost", within(seconds(10)));
  REQUIRE(std::holds_alternative<Addresses>(local));
  CHECK_FALSE(std::get<Addresses>(local).empty());
  const auto nobody = resolver.resolve("status.invalid", within(seconds(10)));
  REQUIRE(std::holds_alternative<FetchFailure>(nobody));
  CHECK(std::get<FetchFailure>(nobody).kind == FetchErrorKind::dns);
}
