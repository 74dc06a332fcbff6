#include <doctest/doctest.h>

#include "agent/cli/commands.h"
#include "agent/render/render_history.h"
#include "lib/rfc3339.h"
#include "tests/support/agent_answers.h"

namespace signalbox {
namespace {

const WallTime kNow = testing::answer_time();

std::vector<TransitionView> two_targets() {
  return {{kNow - minutes(2), "claude", "unhealthy", "recovering", "good for 60 s"},
          {kNow - minutes(14), "claude", "healthy", "unhealthy", "62 % failed"},
          {kNow - minutes(20), "openai", "unknown", "healthy", "first evidence"},
          {std::nullopt, "claude", "", "gone", ""}};
}

TEST_CASE("a state lasts until the next change of the same target") {
  CHECK(durations(two_targets(), kNow) == std::vector<std::string>{"2 min so far", "12 min", "20 min so far", "-"});
}

TEST_CASE("history is a table, newest first") {
  const View view{.width = 0, .colour = false, .now = kNow};
  CHECK(render_history({two_targets(), ""}, "", kNow - hours(24), view) ==
        "4 changes of all targets since 2026-11-22 10:26Z (1 d), newest first\n"
        "\n"
        "AT         TARGET  FROM       TO            LASTED         WHY\n"
        "10:24:03Z  claude  unhealthy  ~ recovering  2 min so far   good for 60 s\n"
        "10:12:03Z  claude  healthy    \u2717 unhealthy   12 min         62 % failed\n"
        "10:06:03Z  openai  unknown    \u2713 healthy     20 min so far  first evidence\n"
        "-          claude             gone          -\n");
}

TEST_CASE("on a narrow terminal the reasons of changes stand under them") {
  const View view{.width = 70, .colour = false, .now = kNow};
  CHECK(render_history({{two_targets()[1]}, "more"}, "claude", kNow - hours(1), view) ==
        "1 change of claude since 09:26:03Z (1 h), newest first\n"
        "\n"
        "AT         TARGET  FROM     TO           LASTED\n"
        "10:12:03Z  claude  healthy  \u2717 unhealthy  14 min so far\n"
        "    62 % failed\n"
        "\n"
        "there are older ones: raise --limit, or ask with --json and the cursor\n");
}

TEST_CASE("no change is said in a sentence") {
  CHECK(render_history({}, "claude", kNow - hours(1), {.now = kNow}) ==
        "no change of claude since 09:26:03Z (1 h)\n");
}

TEST_CASE("--since takes a span or a time") {
  struct {
    const char* text;
    std::optional<WallTime> at;
  } const rows[] = {{"24h", kNow - hours(24)},
                    {"7d", kNow - hours(168)},
                    {"30m", kNow - minutes(30)},
                    {"45s", kNow - seconds(45)},
                    {"2026-11-23T10:00:00Z", *parse_rfc3339("2026-11-23T10:00:00Z")},
                    {"2026-11-23T12:00:00+02:00", *parse_rfc3339("2026-11-23T10:00:00Z")},
                    {"", {}},
                    {"h", {}},
                    {"24", {}},
                    {"-24h", {}},
                    {"0h", {}},
                    {"24hh", {}},
                    {"24 h", {}},
                    {"9999999999999d", {}},
                    {"99999999999999999999d", {}},
                    {"2026-11-23", {}},
                    {"\x1b[2J", {}}};
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto since = parse_since(row.text, kNow);
    CHECK(bool(since) == row.at.has_value());
    if (since && row.at) CHECK(*since == *row.at);
    if (!since) CHECK(since.error().message.find('\x1b') == std::string::npos);
  }
}

}  // namespace
}  // namespace signalbox
