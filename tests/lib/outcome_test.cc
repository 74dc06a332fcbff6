#include "lib/outcome.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

using namespace signalbox;

TEST_CASE("every outcome is known by its name, and nothing else is") {
  for (size_t i = 0; i < kOutcomeNames.size(); ++i) {
    const auto outcome = static_cast<Outcome>(i);
    CHECK(to_string(outcome) == kOutcomeNames.at(i));
    CHECK(parse_outcome(kOutcomeNames.at(i)) == outcome);
  }
  for (const char* name : {"", "OK", "ok ", "error", "2xx"}) CHECK(!parse_outcome(name));
}

TEST_CASE("a raw status is sorted as the providers' error references mean it") {
  const std::map<int, Outcome> expected = {
      {100, Outcome::client_error}, {200, Outcome::ok},           {204, Outcome::ok},
      {299, Outcome::ok},           {301, Outcome::client_error}, {400, Outcome::client_error},
      {401, Outcome::client_error}, {402, Outcome::client_error}, {403, Outcome::client_error},
      {404, Outcome::client_error}, {409, Outcome::client_error}, {413, Outcome::client_error},
      {422, Outcome::client_error}, {428, Outcome::client_error}, {429, Outcome::throttled},
      {430, Outcome::client_error}, {499, Outcome::cancelled},    {500, Outcome::server_error},
      {502, Outcome::server_error}, {503, Outcome::overloaded},   {504, Outcome::server_error},
      {520, Outcome::server_error}, {524, Outcome::server_error}, {529, Outcome::overloaded},
      {530, Outcome::server_error}, {599, Outcome::server_error},
  };
  for (const auto& [status, outcome] : expected) {
    CAPTURE(status);
    CHECK(to_string(classify_status(status)) == to_string(outcome));
  }
}

TEST_CASE("a provider's word for an error tells overload, fault, throttle and a spent account apart") {
  const std::map<std::string, Outcome> expected = {
      {"overloaded_error", Outcome::overloaded},
      {"api_error", Outcome::server_error},
      {"timeout_error", Outcome::server_error},
      {"rate_limit_error", Outcome::throttled},
      {"enforced_spend_limit_reached", Outcome::client_error},
      {"invalid_request_error", Outcome::client_error},
      {"server_is_overloaded", Outcome::overloaded},
      {"server_error", Outcome::server_error},
      {"rate_limit_exceeded", Outcome::throttled},
      {"slow_down", Outcome::throttled},
      {"insufficient_quota", Outcome::client_error},
      {"organization_spend_limit_exceeded", Outcome::client_error},
      {"UNAVAILABLE", Outcome::overloaded},
      {"INTERNAL", Outcome::server_error},
      {"DEADLINE_EXCEEDED", Outcome::server_error},
      {"RESOURCE_EXHAUSTED", Outcome::throttled},
      {"PERMISSION_DENIED", Outcome::client_error},
      {"CANCELLED", Outcome::cancelled},
  };
  for (const auto& [word, outcome] : expected) {
    CAPTURE(word);
    REQUIRE(classify_error(word));
    CHECK(to_string(*classify_error(word)) == to_string(outcome));
  }
  for (const char* word : {"", "Overloaded_Error", "unavailable", "organization_", "_limit_exceeded"}) {
    CHECK(!classify_error(word));
  }
}

TEST_CASE("what speaks against a provider is what it did, not what it refused or what the caller did") {
  std::string failures;
  std::string with_throttled;
  for (size_t i = 0; i < kOutcomeNames.size(); ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (is_failure(outcome, false)) failures += std::string(to_string(outcome)) + " ";
    if (is_failure(outcome, true)) with_throttled += std::string(to_string(outcome)) + " ";
  }
  CHECK(failures == "overloaded server_error timeout connect_error ");
  CHECK(with_throttled == "overloaded server_error timeout connect_error throttled ");
}
