#include "lib/notify/message_body.h"

#include <doctest/doctest.h>

#include "lib/json.h"
#include "lib/notify/message_text.h"
#include "lib/notify/receiver_url.h"
#include "lib/text.h"
#include "tests/support/builders.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

const WallTime kAt = ManualClock{}.now.wall;

Notice outage(const std::string& target, const std::string& why) {
  return {.id = "7-1-1795428000000",
          .at = kAt,
          .target = *parse_target(target),
          .from = State::healthy,
          .to = State::unhealthy,
          .why = why,
          .action = "fallback",
          .primary_weight = 5,
          .retry_budget = Millis(0)};
}

Message message_of(const std::vector<Notice>& notices) {
  ToldStates told;
  return sum_up(notices, {.name = "ops"}, told);
}

}  // namespace

TEST_CASE("whoever is woken reads what, since when, why, what routers were told, and where to look") {
  const Message message = message_of({outage("claude", "95 % of 720 requests failed")});
  CHECK(message_text(message, "ops", "https://signalbox.example/") ==
        "claude is unhealthy\n"
        "claude is unhealthy since 2026-11-23 10:00:00Z (was healthy)\n"
        "  Why: 95 % of 720 requests failed\n"
        "  Routers were told: fallback, 5 % of sessions here, one attempt\n"
        "https://signalbox.example/");
}

TEST_CASE("whoever is told the end reads what was said before, and since when") {
  Notice end = outage("claude", "no failures for 60 s");
  end.to = State::healthy;
  end.at = kAt + minutes(40);
  end.action = "primary";
  end.primary_weight = 100;
  end.retry_budget = seconds(8);
  ToldStates told{{{"claude", ""}, {State::recovering, State::unhealthy, kAt}}};
  const Message message = sum_up({end}, {.name = "ops"}, told);
  CHECK(message_text(message, "ops", "") ==
        "claude is healthy again\n"
        "claude is healthy again since 2026-11-23 10:40:00Z (was unhealthy since 2026-11-23 10:00:00Z)\n"
        "  Why: no failures for 60 s\n"
        "  Routers were told: primary, 100 % of sessions here, retries for 8 s");
  const auto body = parse_json(webhook_body(message, "ops", ""));
  REQUIRE(body);
  const Json& change = field(field(*body, "data"), "changes").at(0);
  CHECK(string_field(change, "was") == "unhealthy");
  CHECK(string_field(change, "was_since") == "2026-11-23T10:00:00.000Z");
}

TEST_CASE("a relapse whose end was nobody's business is unhealthy again") {
  ToldStates told{{{"claude", ""}, {State::recovering, State::unhealthy, kAt - hours(1)}}};
  CHECK(headline(sum_up({outage("claude", "")}, {.name = "ops"}, told), "ops") == "claude is unhealthy again");
}

TEST_CASE("headlines") {
  const auto state = [](const std::string& target, State to, const std::string& id = "n") {
    return Notice{.id = id, .at = kAt, .target = *parse_target(target), .to = to};
  };
  CHECK(headline(message_of({state("claude", State::unhealthy), state("claude/a", State::unhealthy)}), "ops") ==
        "claude and claude/a are unhealthy");
  CHECK(headline(message_of({state("claude", State::degraded), state("claude/a", State::unhealthy),
                             state("claude/b", State::degraded), state("claude/c", State::degraded)}),
                 "ops") == "claude/a is unhealthy; claude and 2 others are degraded");
  CHECK(headline(message_of({state("claude", State::unhealthy), state("claude", State::healthy)}), "ops") ==
        "claude is healthy again");
  CHECK(headline(test_message(kAt), "ops") == "This is a test of the receiver ops: nothing has changed");
  Notice override{.kind = NoticeKind::override_set, .target = {"claude", ""}, .to = State::degraded, .by = "dana"};
  CHECK(headline(message_of({override}), "ops") == "claude is overridden to degraded by dana");
  override.kind = NoticeKind::override_expired;
  CHECK(headline(message_of({override}), "ops") == "the override of claude has expired");
  Notice observer{.kind = NoticeKind::observer, .to = State::unhealthy};
  CHECK(headline(message_of({observer}), "ops") ==
        "signalbox suspects its own network: no provider is judged by it");
}

TEST_CASE("the JSON of a message") {
  const Message message = message_of({outage("claude/claude-opus-4-6", "clients fail")});
  const auto body = parse_json(webhook_body(message, "ops", "https://signalbox.example/"));
  REQUIRE(body);
  CHECK(*body == Json::parse(R"({
    "type": "health.changed", "timestamp": "2026-11-23T10:00:00.000Z",
    "data": {"receiver": "ops", "provider": "claude",
      "text": "claude/claude-opus-4-6 is unhealthy\nclaude/claude-opus-4-6 is unhealthy since 2026-11-23 10:00:00Z (was healthy)\n  Why: clients fail\n  Routers were told: fallback, 5 % of sessions here, one attempt",
      "link": "https://signalbox.example/",
      "changes": [{"target": "claude/claude-opus-4-6", "provider": "claude", "model": "claude-opus-4-6",
        "state": "unhealthy", "was": "healthy", "was_since": null, "since": "2026-11-23T10:00:00.000Z", "changes": 1, "why": "clients fail",
        "advice": {"action": "fallback", "primary_weight": 5, "retry_budget_ms": 0}}],
      "overrides": [], "observer": null}})"));
}

TEST_CASE("hostile text has no power in Slack") {
  const std::pair<const char*, const char*> rows[] = {
      {"<!channel>", "&lt;!channel&gt;"},
      {"<!here|here> <!subteam^S1>", "&lt;!here|here&gt; &lt;!subteam^S1&gt;"},
      {"<@U123>", "&lt;@\xE2\x80\x8BU123&gt;"},
      {"<https://evil.example|status page>", "&lt;https:\xE2\x80\x8B//evil.example|status page&gt;"},
      {"@channel",
       "@\xE2\x80\x8B"
       "channel"},
      {"&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;"},
      {"a & b", "a &amp; b"},
      {"", ""},
  };
  for (const auto& [hostile, harmless] : rows) CHECK(slack_text(hostile) == harmless);
}

TEST_CASE("a hostile incident name arrives as letters, in both formats, and not at any length") {
  const std::string hostile =
      "<!channel> \xE2\x80\xAEgnp.exe\x1b[31m <https://evil.example|ok> \r\n@here " + std::string(10'000, 'x');
  const Message message = message_of({outage("claude", clean_text(hostile, 500))});
  const std::string slack = slack_body(message, "ops", "https://signalbox.example/");
  CHECK(slack.size() < 4000);
  CHECK(slack.find("<!") == std::string::npos);
  CHECK(slack.find("<https://evil") == std::string::npos);
  CHECK(slack.find("@here") == std::string::npos);
  CHECK(slack.find("\xE2\x80\xAE") == std::string::npos);
  CHECK(slack.find("\\u001b") == std::string::npos);
  CHECK(slack.find("<https://signalbox.example/|dashboard>") != std::string::npos);
  const std::string webhook = webhook_body(message, "ops", "");
  CHECK(webhook.size() < 3000);
  CHECK(webhook.find("\xE2\x80\xAE") == std::string::npos);
  CHECK(webhook.find("\\u001b") == std::string::npos);
}

TEST_CASE("what a person wrote with an override is no better: it arrives as letters too") {
  const std::string hostile = clean_text("\"<!channel>\\ @here <https://evil.example|ok>\n\x1b[31m", 500);
  const Notice override{.id = "n",
                        .at = kAt,
                        .kind = NoticeKind::override_set,
                        .target = {"claude", ""},
                        .to = State::degraded,
                        .why = hostile,
                        .by = hostile};
  const std::string slack = slack_body(message_of({override}), "ops", "");
  for (const char* harmful : {"<!", "<https", "@here", "://evil", "\\u001b"})
    CHECK(slack.find(harmful) == std::string::npos);
  const auto body = parse_json(webhook_body(message_of({override}), "ops", ""));
  REQUIRE(body);
  const Json& told = field(field(*body, "data"), "overrides").at(0);
  CHECK(string_field(told, "reason") == hostile);
  CHECK(string_field(told, "by") == hostile);
}

TEST_CASE("Slack's limits hold for the longest message there can be") {
  std::vector<Notice> notices;
  for (int i = 0; i < 60; ++i) {
    notices.push_back(outage("claude/" + std::to_string(i) + std::string(120, '@'), std::string(500, '&')));
    notices.push_back({.kind = NoticeKind::override_set,
                       .target = {"claude", std::string(128, '@')},
                       .to = State::unhealthy,
                       .why = std::string(500, '<'),
                       .by = std::string(100, '@')});
  }
  const auto body = parse_json(slack_body(message_of(notices), "ops", "https://signalbox.example/"));
  REQUIRE(body);
  const Json& blocks = field(*body, "blocks");
  CHECK(blocks.size() <= 50);
  const auto characters = [](const std::string& text) {
    return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  };
  for (const Json& block : blocks) {
    const std::string text = string_field(field(block, "text"), "text");
    CHECK(characters(text) <= (string_field(block, "type") == "header" ? 150 : 3000));
  }
}

TEST_CASE("messages go over https, and in plain text to this machine alone") {
  for (const char* url : {"https://hooks.slack.com/services/T/B/x", "http://127.0.0.1:9/x", "http://localhost/x"})
    CHECK(receiver_url(url));
  for (const char* url :
       {"http://hooks.slack.com/services/SECRET", "ftp://x/SECRET", "SECRET", "https://u:SECRET@x/"}) {
    const auto refused = receiver_url(url);
    REQUIRE(!refused);
    CHECK(refused.error().message.find("SECRET") == std::string::npos);
  }
}
