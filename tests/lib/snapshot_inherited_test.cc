#include <doctest/doctest.h>

#include "lib/core.h"
#include "lib/json.h"
#include "lib/snapshot.h"
#include "tests/support/builders.h"

using namespace signalbox;
using namespace signalbox::testing;

TEST_CASE("an inherited answer is its provider's, byte for byte, but for the model's own name") {
  const ManualClock clock;
  Core core = update(start_core(config({provider("claude")}), {.generation = 41}, clock.now), {}, clock.now).core;
  core = update(core, {observed(page(OfficialLevel::major), clock.now)}, clock.now).core;
  const TargetAnswer answer = render(core, {.instance = "abc"}, clock.now)->targets.at("claude");

  const std::string before = R"({"target":"claude","provider":"claude","model":null,"inherited":false,)";
  const std::string after =
      R"({"target":"claude/models/x@1","provider":"claude","model":"models/x@1","inherited":true,)";
  REQUIRE(answer.body.starts_with(before));
  CHECK(inherited_body(answer, "claude", "models/x@1") == after + answer.body.substr(before.size()));
}

TEST_CASE("JSON that is passed on keeps the order of its members, under the same limits") {
  CHECK(dump_json(*parse_ordered_json(R"({"z":1,"a":{"y":0.5,"b":null}})")) == R"({"z":1,"a":{"y":0.5,"b":null}})");
  CHECK(parse_ordered_json(std::string(65, '[')).error().message == "JSON nested deeper than 64 levels");
  CHECK(parse_ordered_json("{").error().message == "not JSON: byte 2 of 1");
}
