#include <doctest/doctest.h>

#include <algorithm>

#include "agent/api/session_number.h"
#include "tests/support/api.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

struct Fixture {
  Snapshot snapshot = api_snapshot();
  ApiContext context{snapshot, nullptr, snapshot.as_of};
  Fixture() {
    snapshot.routes["chat"] = {.split = {.primary_share = 50, .other = 1},
                               .shares = {{"claude", 50}, {"openai", 50}},
                               .split_seed = "2026-11-23",
                               .for_primary = R"({"for":"primary"})",
                               .for_other = R"({"for":"other"})",
                               .for_all = R"({"for":"all"})"};
  }
};

}  // namespace

TEST_CASE("a session's number is what the header's examples say") {
  CHECK(session_number("2026-11-23", "chat", "user-1") == 50);
  CHECK(session_number("2026-11-23", "chat", "user-2") == 42);
  CHECK(session_number("2026-11-24", "chat", "user-1") == 46);
}

TEST_CASE("numbers are spread evenly") {
  std::array<int, 10> tenths{};
  constexpr int kSessions = 10'000;
  for (int i = 0; i < kSessions; ++i) {
    ++tenths.at(static_cast<size_t>(session_number("2026-11-23", "chat", std::to_string(i)) / 10));
  }
  // Ten standard deviations of a fair share.
  for (const int count : tenths) CHECK(std::abs(count - kSessions / 10) < 300);
}

TEST_CASE_FIXTURE(Fixture, "a session is told its side of the split, and who names none the common one") {
  CHECK(show(get(context, "/v1/routes/chat", {{"key", "user-2"}})) ==
        "200 application/json\nETag: W/\"5f1c-42\"\nCache-Control: max-age=1\n"
        "X-Signalbox-Target: claude\nX-Signalbox-Degraded: false\n\n{\"for\":\"primary\"}");
  CHECK(get(context, "/v1/routes/chat", {{"key", "user-1"}}).body == R"({"for":"other"})");
  CHECK(get(context, "/v1/routes/chat").body == R"({"for":"all"})");
}

TEST_CASE_FIXTURE(Fixture, "a route's answer is renewed by its ETag") {
  CHECK(get(context, "/v1/routes/chat", {{"key", "user-2"}}, snapshot.etag).status == 304);
}

TEST_CASE_FIXTURE(Fixture, "who reads headers only is told as much, also when nothing has changed") {
  for (const std::string& etag : {std::string(), snapshot.etag}) {
    const ApiReply reply = get(context, "/v1/routes/chat", {{"key", "user-1"}}, etag);
    CHECK(std::ranges::count(reply.headers, std::pair<std::string, std::string>("X-Signalbox-Target", "openai")) ==
          1);
    CHECK(std::ranges::count(reply.headers, std::pair<std::string, std::string>("X-Signalbox-Degraded", "true")) ==
          1);
  }
}

TEST_CASE_FIXTURE(Fixture, "a route that is not there, and a key that names nobody, are refused") {
  CHECK(show(get(context, "/v1/routes/chats")) ==
        "404 application/problem+json\nCache-Control: no-store\n\n"
        R"({"type":"about:blank","title":"Not Found","status":404,"detail":"no such route; configured are chat"})");
  CHECK(get(context, "/v1/routes/chat", {{"key", ""}}).status == 400);
  CHECK(get(context, "/v1/routes/chat", {{"key", std::string(1025, 'k')}}).status == 400);
  CHECK(get(context, "/v1/routes/chat", {{"key", std::string(1024, 'k')}}).status == 200);
  CHECK(get(context, "/v1/routes/chat", {{"wait_s", "soon"}}).status == 400);
  snapshot.routes.clear();
  CHECK(get(context, "/v1/routes/chat").status == 404);
}
