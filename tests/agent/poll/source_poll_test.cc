#include "agent/poll/source_poll.h"

#include <doctest/doctest.h>

#include <deque>

using namespace signalbox;

namespace {

constexpr const char* kFirst = "https://status.claude.com/summary.json";
constexpr const char* kSecond = "https://anthropic.statuspage.io/summary.json";

FetchAnswer good(const std::string& body, const std::string& etag = "") {
  return {HttpReply{.status = 200, .body = body}, etag, ""};
}
FetchAnswer status(int code, const std::string& retry_after = "") {
  return {HttpReply{.status = code, .retry_after = retry_after}, "", ""};
}
FetchAnswer broken(const std::string& detail) { return {FetchFailure{FetchErrorKind::connect, detail}, "", ""}; }

/// The network: answers by URL in turn, the last one stays; keeps what was asked.
struct Network {
  std::map<std::string, std::deque<FetchAnswer>> answers;
  std::vector<FetchRequest> asked;

  Fetch as_fetch() {
    return [this](const FetchRequest& request, Millis, const std::stop_token&) {
      asked.push_back(request);
      auto& queue = answers.at(request.url);
      const FetchAnswer answer = queue.front();
      if (queue.size() > 1) queue.pop_front();
      return answer;
    };
  }

  std::vector<std::string> urls() const {
    std::vector<std::string> all;
    for (const FetchRequest& request : asked) all.push_back(request.url);
    return all;
  }
};

/// A page is well when every document is a 200 that says "ok..."; the reading carries the bodies.
Result<PageReading> read(const ProviderConfig&, const SourceConfig&,
                         const std::vector<FetchedDocument>& documents) {
  PageReading reading;
  for (const FetchedDocument& document : documents) {
    if (const auto* failure = std::get_if<FetchFailure>(&document.result)) return Error{failure->detail};
    const auto& reply = std::get<HttpReply>(document.result);
    if (reply.status != 200) return Error{"HTTP " + std::to_string(reply.status)};
    if (!reply.body.starts_with("ok")) return Error{document.name + ": not a page"};
    reading.page_id += document.name + "=" + reply.body + ";";
  }
  return reading;
}

SourceConfig two_hosts() {
  SourceConfig source;
  source.name = "statuspage";
  source.urls = {kFirst, kSecond};
  return source;
}

SourceConfig one_host() {
  SourceConfig source = two_hosts();
  source.urls = {kFirst};
  return source;
}

SourcePoll poll_of(const SourceConfig& source, Network& network) {
  return {ProviderConfig{.name = "claude"}, source, network.as_fetch(), read};
}

std::string page_of(const SourcePoll::Outcome& outcome) {
  return outcome.observation.reading ? outcome.observation.reading->page_id
                                     : "error: " + outcome.observation.reading.error().message;
}

std::vector<std::string> changed_of(const SourcePoll::Outcome& outcome) {
  std::vector<std::string> all;
  for (const PayloadRecord& record : outcome.observation.changed)
    all.push_back(record.document + "=" + record.body);
  return all;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("a good poll is an observation with what the page said and where") {
  Network network{.answers = {{kFirst, {good("ok")}}}};
  SourcePoll poll = poll_of(one_host(), network);
  const auto outcome = poll.poll(0);
  CHECK(outcome.observation.provider == "claude");
  CHECK(outcome.observation.source == "statuspage");
  CHECK(outcome.observation.url == kFirst);
  CHECK(page_of(outcome) == "summary=ok;");
  CHECK(outcome.observation.changed ==
        std::vector{PayloadRecord{"claude", "statuspage", "summary", outcome.observation.at.wall, "ok"}});
  CHECK(outcome.pause == Millis(27'000));
}

TEST_CASE("documents of a source are all fetched and read together") {
  SourceConfig source;
  source.name = "statuspage";
  source.documents = {{"components", "https://a.example/c"}, {"incidents", "https://a.example/i"}};
  Network network{
      .answers = {{"https://a.example/c", {good("ok c")}}, {"https://a.example/i", {good("ok i"), status(500)}}}};
  SourcePoll poll = poll_of(source, network);
  CHECK(page_of(poll.poll(0)) == "components=ok c;incidents=ok i;");
  const auto second = poll.poll(0);
  CHECK(page_of(second) == "error: HTTP 500");
  CHECK(second.observation.url == "https://a.example/c");
  CHECK(second.pause == Millis(54'000));
}

TEST_CASE("the second host answers when the first cannot be fetched, refuses, challenges or cannot be read") {
  const FetchAnswer challenge{HttpReply{.status = 202, .waf_action = "challenge"}, "", ""};
  for (const FetchAnswer& first : {broken("refused"), status(500), status(301), challenge, good("<html>")}) {
    Network network{.answers = {{kFirst, {first}}, {kSecond, {good("ok")}}}};
    SourcePoll poll = poll_of(two_hosts(), network);
    const auto outcome = poll.poll(0);
    CHECK(page_of(outcome) == "summary=ok;");
    CHECK(outcome.observation.url == kSecond);
    CHECK(network.urls() == Strings{kFirst, kSecond});
    CHECK(outcome.pause == Millis(27'000));
  }
}

TEST_CASE("when no host answers the error names both, the first one first, and is bounded") {
  Network network{
      .answers = {{kFirst, {broken("status.claude.com:443: no connection")}}, {kSecond, {status(404)}}}};
  SourcePoll poll = poll_of(two_hosts(), network);
  const auto outcome = poll.poll(0);
  CHECK(page_of(outcome) == "error: status.claude.com:443: no connection; anthropic.statuspage.io: HTTP 404");
  CHECK(outcome.observation.url == kSecond);
  CHECK(outcome.observation.changed.empty());

  network.answers = {{kFirst, {broken(std::string(5000, 'x'))}}, {kSecond, {broken(std::string(5000, 'y'))}}};
  const std::string error = page_of(poll.poll(0));
  CHECK(error.size() < 700);
  CHECK(error.find("xxx") != std::string::npos);
  CHECK(error.find("yyy") != std::string::npos);
}

TEST_CASE("a 304 is the last good body again, and nothing has changed") {
  Network network{.answers = {{kFirst, {good("ok 1", "\"1\""), status(304), good("ok 2", "\"2\"")}}}};
  SourcePoll poll = poll_of(one_host(), network);
  CHECK(changed_of(poll.poll(0)) == Strings{"summary=ok 1"});
  const auto same = poll.poll(0);
  CHECK(page_of(same) == "summary=ok 1;");
  CHECK(changed_of(same).empty());
  CHECK(changed_of(poll.poll(0)) == Strings{"summary=ok 2"});
  poll.poll(0);
  Strings etags;
  for (const FetchRequest& request : network.asked) etags.push_back(request.etag);
  CHECK(etags == Strings{"", "\"1\"", "\"1\"", "\"2\""});
}

TEST_CASE("the same bytes without a 304 are no change either") {
  Network network{.answers = {{kFirst, {good("ok"), good("ok"), broken("x"), good("ok")}}}};
  SourcePoll poll = poll_of(one_host(), network);
  CHECK(changed_of(poll.poll(0)) == Strings{"summary=ok"});
  for (int again = 0; again < 3; ++again) CHECK(changed_of(poll.poll(0)).empty());
}

TEST_CASE("a 304 that nobody asked for is a failure") {
  Network network{.answers = {{kFirst, {status(304)}}}};
  SourcePoll poll = poll_of(one_host(), network);
  CHECK(page_of(poll.poll(0)) ==
        "error: status.claude.com: says 304 (not modified) to a request without condition");
}

TEST_CASE("validators of a body that could not be read are not kept") {
  Network network{
      .answers = {
          {kFirst, {good("<html>", "\"bad\""), good("ok", "\"1\""), good("<html>", "\"bad\""), status(304)}}}};
  SourcePoll poll = poll_of(one_host(), network);
  poll.poll(0);
  poll.poll(0);
  CHECK(network.asked[1].etag.empty());
  CHECK(page_of(poll.poll(0)) == "error: summary: not a page");
  CHECK(page_of(poll.poll(0)) == "summary=ok;");
  CHECK(network.asked[3].etag == "\"1\"");
}

TEST_CASE("a page that stops sending validators is asked without") {
  Network network{.answers = {{kFirst, {good("ok", "\"1\""), good("ok 2"), good("ok 2")}}}};
  SourcePoll poll = poll_of(one_host(), network);
  for (int each = 0; each < 3; ++each) poll.poll(0);
  CHECK(network.asked[2].etag.empty());
}

TEST_CASE("a refusal doubles the pause, Retry-After is honoured, and a good answer sets it back") {
  Network network{.answers = {{kFirst, {status(405), status(429), status(429, "300"), good("ok")}}}};
  SourcePoll poll = poll_of(one_host(), network);
  std::vector<Millis> pauses;
  for (int each = 0; each < 4; ++each) pauses.push_back(poll.poll(0).pause);
  CHECK(pauses == std::vector<Millis>{seconds(54), seconds(108), seconds(300), seconds(27)});
}

TEST_CASE("a host that refused is passed over while another may be asked, and the source keeps its pace") {
  Network network{.answers = {{kFirst, {status(405)}}, {kSecond, {good("ok"), good("ok"), status(500)}}}};
  SourcePoll poll = poll_of(two_hosts(), network);
  CHECK(poll.poll(0).pause == seconds(27));
  CHECK(page_of(poll.poll(0)) == "summary=ok;");
  const auto failed = poll.poll(0);
  CHECK(page_of(failed) == "error: status.claude.com: HTTP 405; anthropic.statuspage.io: HTTP 500");
  CHECK(network.urls() == Strings{kFirst, kSecond, kSecond, kSecond});
  CHECK(failed.pause > seconds(50));
  // Both are closed now: who polls all the same, because somebody wants to know now, asks both.
  poll.poll(0);
  CHECK(network.urls() == Strings{kFirst, kSecond, kSecond, kSecond, kFirst, kSecond});
}

TEST_CASE("AI Studio is asked as its own page asks") {
  SourceConfig source = one_host();
  source.kind = SourceKind::ai_studio;
  source.api_key = "public-browser-key";
  Network network{.answers = {{kFirst, {good("ok", "\"1\"")}}}};
  SourcePoll poll = poll_of(source, network);
  poll.poll(0);
  poll.poll(0);
  CHECK(network.asked[1].etag.empty());  // a POST is never conditional
  CHECK(network.asked[0].post_body == "[]");
  CHECK(network.asked[0].headers ==
        std::vector<std::pair<std::string, std::string>>{{"Content-Type", "application/json+protobuf"},
                                                         {"X-Goog-Api-Key", "public-browser-key"},
                                                         {"X-User-Agent", "grpc-web-javascript/0.1"},
                                                         {"Origin", "https://aistudio.google.com"},
                                                         {"Referer", "https://aistudio.google.com/"}});
}
