#include "agent/poll/resolver.h"

#include <doctest/doctest.h>

#include <atomic>
#include <future>

using namespace signalbox;

namespace {

Deadline within(Millis time) { return {now().mono + time, {}}; }

}  // namespace

TEST_CASE("an address is its own answer") {
  Resolver resolver([](const std::string&) -> std::variant<Addresses, std::string> { return "nobody is asked"; });
  CHECK(std::get<Addresses>(resolver.resolve("192.0.2.7", within(Millis(0)))) == Addresses{"192.0.2.7"});
  CHECK(std::get<Addresses>(resolver.resolve("2001:db8::1", within(Millis(0)))) == Addresses{"2001:db8::1"});
}

TEST_CASE("a name service that hangs holds nobody, and is asked once a name") {
  std::promise<void> let_go;
  const std::shared_future<void> gone = let_go.get_future().share();
  std::atomic<int> asked = 0;
  Resolver resolver([&](const std::string&) -> std::variant<Addresses, std::string> {
    ++asked;
    gone.wait();
    return Addresses{"192.0.2.1"};
  });
  for (int call = 0; call < 3; ++call) {
    const auto answer = resolver.resolve("status.example", within(Millis(20)));
    CHECK(std::get<FetchFailure>(answer) ==
          FetchFailure{FetchErrorKind::timeout, "status.example: no answer from DNS in time"});
  }
  std::stop_source stopped;
  stopped.request_stop();
  CHECK(std::holds_alternative<FetchFailure>(
      resolver.resolve("status.example", {now().mono + hours(1), stopped.get_token()})));
  CHECK(asked == 1);
  let_go.set_value();
  CHECK(std::get<Addresses>(resolver.resolve("status.example", within(seconds(10)))) == Addresses{"192.0.2.1"});
}

TEST_CASE("a name service that hangs does not hold the end") {
  // Shared, for the lookup is still there when the Resolver and this test are not.
  const auto let_go = std::make_shared<std::promise<void>>();
  const std::shared_future<void> gone = let_go->get_future().share();
  const auto began = now().mono;
  {
    Resolver resolver([let_go, gone](const std::string&) -> std::variant<Addresses, std::string> {
      gone.wait_for(seconds(20));
      return Addresses{"192.0.2.1"};
    });
    CHECK(std::holds_alternative<FetchFailure>(resolver.resolve("status.example", within(Millis(20)))));
  }
  CHECK(now().mono - began < seconds(10));
  let_go->set_value();
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
