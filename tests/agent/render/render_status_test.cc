#include <doctest/doctest.h>

#include "agent/render/render_status.h"
#include "tests/support/agent_answers.h"

namespace signalbox {
namespace {

using testing::health_json;
using testing::outage;
using testing::target_json;

std::string show(const Json& health, View view, const std::vector<CheckView>& checks = {}) {
  view.now = testing::answer_time();
  const auto read = read_health(dump_json(health));
  REQUIRE(read);
  return render_status(*read, checks, view);
}

Json one_bad() { return health_json({target_json({.target = "gemini"}), target_json(outage())}); }

Json with_override(Json target) {
  target["override"] = {{"state", "unhealthy"},
                        {"primary_weight", 0},
                        {"reason", "INC-1234, finance closes at 18:00"},
                        {"by", "dana"},
                        {"set_at", "2026-11-23T10:00:00.000Z"},
                        {"expires_at", "2026-11-23T11:00:03.000Z"}};
  target["why"] = "dana set unhealthy at 0 % until 2026-11-23T11:00:03.000Z: INC-1234, finance closes at 18:00; " +
                  target["why"].get<std::string>();
  return target;
}

TEST_CASE("in a pipe every target is one line, with its reason") {
  CHECK(show(one_bad(), {}) ==
        "claude/claude-opus-4-6 is unhealthy: routers use the fallback, 5 % of sessions stay\n"
        "\n"
        "STATE        TARGET                  SINCE               WEIGHT  ADVICE               REPORTERS  WHY\n"
        "\u2717 unhealthy  claude/claude-opus-4-6  10:12:03Z (14 min)     5 %  fallback, 1 attempt          7  62 "
        "% of "
        "418 requests from 7 reporters failed in the last 12 s (255 overloaded); status.claude.com still says "
        "operational\n"
        "\u2713 healthy    gemini                  10:12:03Z (14 min)   100 %  primary, retry 8 s           5  1 % "
        "of "
        "400 requests from 5 reporters failed\n");
}

TEST_CASE("on a wide terminal the reasons wrap in the last column") {
  CHECK(show(one_bad(), {.width = 160}) ==
        "claude/claude-opus-4-6 is unhealthy: routers use the fallback, 5 % of sessions stay\n"
        "\n"
        "STATE        TARGET                  SINCE               WEIGHT  ADVICE               REPORTERS  WHY\n"
        "\u2717 unhealthy  claude/claude-opus-4-6  10:12:03Z (14 min)     5 %  fallback, 1 attempt          7  62 "
        "% of "
        "418 requests from 7 reporters failed in the last 12 s\n"
        "                                                                                                 (255 "
        "overloaded); status.claude.com still says operational\n"
        "\u2713 healthy    gemini                  10:12:03Z (14 min)   100 %  primary, retry 8 s           5  1 % "
        "of "
        "400 requests from 5 reporters failed\n");
}

TEST_CASE("on 80 columns the reasons stand under the rows that are not healthy, with what had no column") {
  CHECK(show(one_bad(), {.width = 80}) ==
        "claude/claude-opus-4-6 is unhealthy: routers use the fallback, 5 % of sessions\n"
        "stay\n"
        "\n"
        "STATE        TARGET                  SINCE               WEIGHT\n"
        "\u2717 unhealthy  claude/claude-opus-4-6  10:12:03Z (14 min)     5 %\n"
        "    62 % of 418 requests from 7 reporters failed in the last 12 s (255\n"
        "    overloaded); status.claude.com still says operational\n"
        "    fallback, 1 attempt, 7 reporters\n"
        "\u2713 healthy    gemini                  10:12:03Z (14 min)   100 %\n");
}

TEST_CASE("no line is wider than the terminal, however narrow, and nothing is lost") {
  const Json health = health_json({with_override(target_json(outage("claude/" + std::string(128, 'm'))))});
  for (size_t width = 30; width < 200; ++width) {
    CAPTURE(width);
    const std::string text = show(health, {.width = width});
    for (size_t start = 0; start < text.size();) {
      const size_t end = text.find('\n', start);
      CHECK(display_width(text.substr(start, end - start)) <= width);
      start = end + 1;
    }
    CHECK(text.find("dana") != std::string::npos);
    CHECK(text.find("operational") != std::string::npos);
  }
}

TEST_CASE("colour marks the state, the verdict and nothing that a pipe would read") {
  const std::string plain = show(one_bad(), {.width = 80});
  const std::string coloured = show(one_bad(), {.width = 80, .colour = true});
  CHECK(plain.find('\x1b') == std::string::npos);
  CHECK(coloured.find("\x1b[1;31m\u2717 unhealthy\x1b[0m") != std::string::npos);
  CHECK(coloured.find("\x1b[32m\u2713 healthy") != std::string::npos);
  CHECK(coloured.starts_with("\x1b[1;7;31mclaude/claude-opus-4-6 is unhealthy"));
}

TEST_CASE("the verdict is one sentence over all targets") {
  const auto of = [](const std::vector<std::pair<std::string, State>>& states) {
    std::vector<TargetView> targets;
    for (const auto& [name, state] : states) targets.push_back({.target = name, .state = state});
    return verdict(targets);
  };
  using enum State;
  CHECK(of({}) == "the agent watches nothing: no provider is configured");
  CHECK(of({{"claude", healthy}}) == "claude is healthy");
  CHECK(of({{"claude", healthy}, {"openai", healthy}, {"gemini", healthy}}) == "all 3 targets healthy");
  CHECK(of({{"claude", degraded}, {"openai", healthy}}) == "claude is degraded: routers still use it in full");
  CHECK(of({{"a", unhealthy}, {"b", unhealthy}, {"c", unknown}}) == "a and b are unhealthy; c is unknown");
  CHECK(of({{"a", unknown}, {"b", unknown}, {"c", unknown}, {"d", unknown}, {"e", unknown}}) ==
        "5 targets are unknown");
}

TEST_CASE("what must not be overlooked stands above the table") {
  Json health = health_json({target_json({})});
  health["observer"] = {{"suspect", true}, {"why", "2 of 3 providers fail by connect_error"}};
  health["persistence"] = "failing";
  health["database_set_aside"] = "/var/lib/signalbox/signalbox.db.corrupt";
  health["expires_at"] = "2026-11-23T10:23:03.000Z";
  const std::vector<CheckView> checks = {{"store:persistence", "warn", "not stored: disk full"},
                                         {"sources:freshness", "warn", "1 of 3 sources are not fresh"}};
  const std::string text = show(health, {}, checks);
  CHECK(
      text.starts_with("claude is healthy\n"
                       "!! this answer expired 3 min ago: the agent hangs, or this host's clock and its differ\n"
                       "!! observer suspect, our own network may be the fault, nothing is moved: 2 of 3 providers "
                       "fail by connect_error\n"
                       "!! persistence failing: not stored: disk full\n"
                       "!! the database was corrupt and a new one was begun; the old one is "
                       "/var/lib/signalbox/signalbox.db.corrupt\n"
                       "!! sources:freshness warn: 1 of 3 sources are not fresh\n\n"));
}

TEST_CASE("an override says who, until when and why, once") {
  const std::string text =
      show(health_json({with_override(target_json(outage("claude")))}), {.width = 100, .colour = true});
  const size_t said = text.find("\x1b[33mdana set unhealthy at 0 % until 2026-11-23T11:00:03.000Z: INC-1234");
  CHECK(said != std::string::npos);
  CHECK(text.find("dana", said + 10) == std::string::npos);
}

TEST_CASE("hostile text reaches the terminal neither raw nor at length") {
  Json bad =
      target_json({.target = "claude\x1b]0;owned\x07\r\nnot a line", .why = "\x1b[2J" + std::string(10'000, 'x')});
  bad["override"] = {{"by",
                      "eve\x9b"
                      "31m"},
                     {"reason", std::string("a\0b", 3)}};
  for (size_t width : {size_t{0}, size_t{40}, size_t{80}, size_t{200}}) {
    const std::string text = show(health_json({bad}), {.width = width});
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\x07') == std::string::npos);
    CHECK(text.find('\r') == std::string::npos);
    CHECK(text.find('\0') == std::string::npos);
    CHECK(text.find("\nnot a line") == std::string::npos);
    CHECK(text.size() < 6000);
  }
}

}  // namespace
}  // namespace signalbox
