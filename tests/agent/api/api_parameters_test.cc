#include "agent/api/api_parameters.h"

#include <doctest/doctest.h>

#include "tests/support/api.h"

using namespace signalbox;
using testing::Query;

namespace {

struct Asked {
  explicit Asked(Query query) : request{"GET", "/", std::move(query), ""} {}
  ApiRequest request;
  Parameters parameters{request};
  bool refused() const { return parameters.refusal().has_value(); }
};

}  // namespace

TEST_CASE("wait_s is seconds without a sign, and over 30 counts as 30") {
  const struct {
    std::string text;
    std::optional<Millis> expected;
  } kCases[] = {
      {"0", Millis(0)},
      {"30", seconds(30)},
      {"0.5", Millis(500)},
      {".25", Millis(250)},
      {"2.", seconds(2)},
      {"1.0004", seconds(1)},
      {"29.9999", seconds(30)},
      {"31", seconds(30)},
      {std::string(400, '9'), seconds(30)},
      {"0." + std::string(400, '0') + "1", Millis(0)},
      {"", {}},
      {".", {}},
      {"-0", {}},
      {"-1", {}},
      {"+1", {}},
      {" 1", {}},
      {"1s", {}},
      {"1e1", {}},
      {"1.2.3", {}},
      {"0x10", {}},
      {"inf", {}},
      {"nan", {}},
  };
  for (const auto& [text, expected] : kCases) {
    CAPTURE(text);
    Asked asked({{"wait_s", text}, {"generation", "7"}});
    const auto wait = asked.parameters.wait();
    CHECK(asked.refused() == !expected);
    if (expected) CHECK(wait == Wait{7, *expected});
  }
}

TEST_CASE("a generation is any unsigned number of 64 bits") {
  const struct {
    const char* text;
    std::optional<uint64_t> expected;
  } kCases[] = {{"0", 0},
                {"18446744073709551615", UINT64_MAX},
                {"18446744073709551616", {}},
                {"-1", {}},
                {"", {}},
                {"1.0", {}},
                {"0x1", {}},
                {"one", {}}};
  for (const auto& [text, expected] : kCases) {
    CAPTURE(text);
    Asked asked({{"wait_s", "1"}, {"generation", text}});
    const auto wait = asked.parameters.wait();
    CHECK(asked.refused() == !expected);
    if (expected) CHECK(wait == Wait{*expected, seconds(1)});
  }
}

TEST_CASE("nobody waits for half a wish") {
  CHECK(Asked(Query{}).parameters.wait() == std::nullopt);
  CHECK(Asked(Query{{"wait_s", "30"}}).parameters.wait() == std::nullopt);
  CHECK(Asked(Query{{"generation", "7"}}).parameters.wait() == std::nullopt);
}

TEST_CASE("of a parameter that is given twice the first counts") {
  CHECK(Asked({{"limit", "5"}, {"limit", "x"}}).parameters.integer("limit", 1, 1, 9) == 5);
}

TEST_CASE("the first malformed parameter is the one that is named") {
  Asked asked({{"since", "yesterday"}, {"limit", "0"}});
  asked.parameters.integer("limit", 100, 1, 1000);
  asked.parameters.time("since");
  REQUIRE(asked.refused());
  CHECK(asked.parameters.refusal()->body ==
        R"({"type":"about:blank","title":"Bad Request","status":400,)"
        R"("detail":"limit must be a whole number from 1 to 1000","parameter":"limit"})");
}
