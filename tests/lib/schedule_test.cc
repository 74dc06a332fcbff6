#include "lib/schedule.h"

#include <doctest/doctest.h>

#include "lib/pages/http_date.h"
#include "lib/rfc3339.h"

using namespace signalbox;

namespace {

const WallTime kNow = *parse_rfc3339("1994-11-06T08:48:37Z");

FetchedDocument answered(HttpReply reply) { return {"summary", "https://status.example/", std::move(reply)}; }

FetchedDocument failed() {
  return {"summary", "https://status.example/", FetchFailure{FetchErrorKind::timeout, "no answer within 10 s"}};
}

/// The pause after `refusals` polls that the server had refused before this one.
Millis pause(int refusals, Millis interval, const FetchedDocument& document, double jitter = 1.0) {
  return next_poll({refusals}, interval, {document}, kNow, jitter).pause;
}

}  // namespace

TEST_CASE("HTTP dates are read in all three forms") {
  for (const char* text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
    CAPTURE(text);
    CHECK(parse_http_date(text, kNow) == parse_rfc3339("1994-11-06T08:49:37Z"));
  }
}

TEST_CASE("a two-digit year is at most 50 years ahead") {
  const WallTime now = *parse_rfc3339("2026-11-23T10:00:00Z");
  CHECK(parse_http_date("Monday, 23-Nov-26 10:00:00 GMT", now) == parse_rfc3339("2026-11-23T10:00:00Z"));
  CHECK(parse_http_date("Monday, 23-Nov-76 10:00:00 GMT", now) == parse_rfc3339("2076-11-23T10:00:00Z"));
  CHECK(parse_http_date("Monday, 23-Nov-77 10:00:00 GMT", now) == parse_rfc3339("1977-11-23T10:00:00Z"));
}

TEST_CASE("what is not an HTTP date is not read as one") {
  for (const char* text :
       {"", "tomorrow", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Abc 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, xx Nov 1994 08:49:37 GMT", "Sun, 06 Nov xxxx 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:3x GMT", "1994-11-06T08:49:37Z",
        "Sun, 06 Nov 1994 08:49:37 GMT and then some more"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_http_date(text, kNow));
  }
}

TEST_CASE("Retry-After is seconds or a date, at most an hour, and nothing when senseless or past") {
  CHECK(parse_retry_after("120", kNow) == seconds(120));
  CHECK(parse_retry_after(" 0\t", kNow) == seconds(0));
  CHECK(parse_retry_after("86400", kNow) == hours(1));
  CHECK(parse_retry_after("99999999999999999999", kNow) == hours(1));
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", kNow) == seconds(60));
  CHECK(parse_retry_after("Sun, 06 Nov 2094 08:49:37 GMT", kNow) == hours(1));
  for (const char* header : {"", "  ", "-1", "1.5", "soon", "0x10", "Sun, 06 Nov 1994 08:48:37 GMT"}) {
    CAPTURE(header);
    CHECK_FALSE(parse_retry_after(header, kNow));
  }
}

TEST_CASE("refusals are 403, 405, 429, 5xx and bot challenges; other failures are not") {
  for (int status : {403, 405, 429, 500, 503, 529}) CHECK(is_refusal(answered({.status = status})));
  CHECK(is_refusal(answered({.status = 202})));
  CHECK(is_refusal(answered({.status = 200, .body = "{}", .cf_mitigated = "challenge"})));
  for (int status : {200, 204, 301, 304, 400, 401, 404}) CHECK_FALSE(is_refusal(answered({.status = status})));
  CHECK_FALSE(is_refusal(answered({.status = 202, .body = "{}"})));
  CHECK_FALSE(is_refusal(failed()));
}

TEST_CASE("the pause is 0.9 to 1.0 of the interval") {
  const FetchedDocument good = answered({.status = 200, .body = "{}"});
  CHECK(pause(0, seconds(30), good, 0.0) == Millis(27'000));
  CHECK(pause(0, seconds(30), good, 0.5) == Millis(28'500));
  CHECK(pause(0, seconds(30), good, 1.0) == Millis(30'000));
  CHECK(pause(0, seconds(30), failed()) == Millis(30'000));
}

TEST_CASE("each refusal in a row doubles the pause, to 15 minutes, and one good answer ends it") {
  PollSchedule schedule;
  std::vector<Millis> pauses;
  for (int i = 0; i < 7; ++i) {
    const NextPoll next = next_poll(schedule, seconds(30), {answered({.status = 503})}, kNow, 1.0);
    schedule = next.schedule;
    pauses.push_back(next.pause);
  }
  CHECK(pauses == std::vector<Millis>{seconds(60), seconds(120), seconds(240), seconds(480), minutes(15),
                                      minutes(15), minutes(15)});
  const NextPoll after = next_poll(schedule, seconds(30), {answered({.status = 200, .body = "{}"})}, kNow, 1.0);
  CHECK(after.schedule == PollSchedule{});
  CHECK(after.pause == seconds(30));
}

TEST_CASE("an interval longer than the cap is not shortened by a refusal") {
  CHECK(pause(0, hours(1), answered({.status = 429})) == hours(1));
}

TEST_CASE("a server that refuses for ever neither overflows nor is forgotten") {
  const NextPoll next = next_poll({kMaxRefusals}, seconds(1), {answered({.status = 503})}, kNow, 0.0);
  CHECK(next.schedule == PollSchedule{kMaxRefusals});
  CHECK(next.pause == Millis(810'000));
}

TEST_CASE("Retry-After of a refusal lengthens the pause and never shortens it") {
  CHECK(pause(0, seconds(30), answered({.status = 429, .retry_after = "600"}), 0.0) == seconds(600));
  CHECK(pause(0, seconds(30), answered({.status = 429, .retry_after = "1"})) == seconds(60));
  CHECK(pause(0, seconds(30), answered({.status = 200, .body = "{}", .retry_after = "600"})) == seconds(30));
}

TEST_CASE("of several documents one refusal counts, with the longest Retry-After") {
  const std::vector<FetchedDocument> documents = {answered({.status = 200, .body = "{}"}),
                                                  answered({.status = 429, .retry_after = "100"}),
                                                  answered({.status = 503, .retry_after = "200"})};
  const NextPoll next = next_poll({}, seconds(30), documents, kNow, 0.0);
  CHECK(next.schedule == PollSchedule{1});
  CHECK(next.pause == seconds(200));
}
