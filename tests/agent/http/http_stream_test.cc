/// `/v1/stream`: what a reader is sent, and what becomes of one that does not read.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include "agent/http/stream_feed.h"
#include "tests/support/running_front.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

constexpr auto kBare = StreamFraming::bare;

/// A snapshot of targets that changed last in the given generations.
std::shared_ptr<Snapshot> feed_snapshot(uint64_t generation, const std::map<std::string, uint64_t>& changed) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->generation = generation;
  snapshot->observer = "{}";
  snapshot->health = "all-" + std::to_string(generation);
  for (const auto& [name, at] : changed) {
    snapshot->targets[name] = {.changed = at, .body = name + "-" + std::to_string(generation)};
  }
  return snapshot;
}

std::string text(const StreamFeed::Bytes& bytes) { return bytes ? *bytes : "nothing"; }
std::string whole(int generation) {
  const std::string number = std::to_string(generation);
  return "event: snapshot\nid: " + number + "\ndata: all-" + number + "\n\n";
}

/// A reply on another connection: the loop has done everything that was asked before it.
void settle(RunningFront& front) { CHECK(front.client().get("/livez").status == 200); }

constexpr const char* kStream = "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr const char* kBareStream = "GET /v1/stream HTTP/1.0\r\nHost: localhost\r\n\r\n";

}  // namespace

TEST_CASE("a reader is welcomed with everything, and then told what changed") {
  StreamFeed feed(feed_snapshot(7, {{"a", 0}, {"b", 0}}));
  CHECK(text(feed.welcome("", kBare)) == whole(7));
  CHECK(text(feed.since(7, kBare)) == "nothing");
  feed.publish(feed_snapshot(8, {{"a", 0}, {"b", 8}}));
  CHECK(text(feed.since(7, kBare)) == "event: health\nid: 8\ndata: b-8\n\n");
  feed.publish(feed_snapshot(9, {{"a", 9}, {"b", 8}}));
  // Only the last of those that belong together carries the id.
  CHECK(text(feed.since(7, kBare)) == "event: health\ndata: a-9\n\nevent: health\nid: 9\ndata: b-9\n\n");
  CHECK(text(feed.since(8, kBare)) == "event: health\nid: 9\ndata: a-9\n\n");
  CHECK(feed.since(8, kBare) == feed.since(8, kBare));
}

TEST_CASE("a reader that comes back goes on where it was, if this process told it") {
  StreamFeed feed(feed_snapshot(7, {{"a", 0}}));
  feed.publish(feed_snapshot(8, {{"a", 8}}));
  feed.publish(feed_snapshot(9, {{"a", 9}}));
  CHECK(text(feed.welcome("9", kBare)) == "nothing");
  CHECK(text(feed.welcome("8", kBare)) == "event: health\nid: 9\ndata: a-9\n\n");
  for (const char* id : {"7", "0", "10", "18446744073709551615", "99999999999999999999", "-1", "x", "8 ", ""}) {
    CAPTURE(id);
    CHECK(text(feed.welcome(id, kBare)) == whole(9));
  }
}

TEST_CASE("what targets alone do not tell is a snapshot: a target that went, the observer, an override's words") {
  StreamFeed feed(feed_snapshot(7, {{"a", 0}, {"b", 0}}));
  feed.publish(feed_snapshot(8, {{"a", 8}}));
  CHECK(text(feed.since(7, kBare)) == whole(8));
  auto suspect = feed_snapshot(9, {{"a", 9}});
  suspect->observer = "{suspect}";
  feed.publish(suspect);
  CHECK(text(feed.since(8, kBare)) == whole(9));
  auto after = feed_snapshot(10, {{"a", 9}});
  after->observer = "{suspect}";
  feed.publish(after);
  CHECK(text(feed.since(9, kBare)) == whole(10));
}

TEST_CASE("no line break in the data starts a field of its own") {
  auto snapshot = feed_snapshot(1, {});
  snapshot->health = "a\nid: 9\r\nb\rc";
  StreamFeed feed(snapshot);
  CHECK(text(feed.welcome("", kBare)) == "event: snapshot\nid: 1\ndata: a\ndata: id: 9\ndata: b\ndata: c\n\n");
  CHECK(frame_piece("0123456789abcdef", StreamFraming::chunked) == "10\r\n0123456789abcdef\r\n");
}

TEST_CASE("a stream over the wire: its head, the snapshot, a change, and its end when we stop") {
  RunningFront front;
  auto chunked = front.client();
  chunked.send(kStream);
  auto bare = front.client();
  bare.send(kBareStream);
  settle(front);
  auto next = std::make_shared<Snapshot>(*front_snapshot(2));
  next->targets.at("openai").body = "down";
  next->targets.at("claude").changed = next->targets.at("claude/claude-opus-4-6").changed = 0;
  front->publish(next);
  settle(front);
  front->stop();
  const auto all = chunked.read_to_end();
  REQUIRE(all);
  const size_t body = all->find("\r\n\r\n") + 4;
  CHECK(all->substr(0, 15) == "HTTP/1.1 200 OK");
  CHECK(all->find("Transfer-Encoding: chunked\r\n") < body);
  CHECK(all->find("Content-Length") == std::string::npos);
  CHECK(all->substr(body) ==
        "2f\r\nevent: snapshot\nid: 1\ndata: {\"generation\": 1}\n\n\r\n"
        "20\r\nevent: health\nid: 2\ndata: down\n\n\r\n0\r\n\r\n");
  const auto plain = bare.read_to_end();
  REQUIRE(plain);
  CHECK(plain->find("Transfer-Encoding") == std::string::npos);
  CHECK(plain->substr(plain->find("\r\n\r\n") + 4) ==
        "event: snapshot\nid: 1\ndata: {\"generation\": 1}\n\nevent: health\nid: 2\ndata: down\n\n");
}

TEST_CASE("silence is filled with comments") {
  RunningFront front([](FrontConfig& config) { config.limits.stream_comment = Millis(20); });
  auto reader = front.client();
  reader.send(kBareStream);
  std::string received;
  char buffer[256];
  while (received.find("\n\n: alive\n\n: alive\n\n") == std::string::npos) {
    const auto count = recv(reader.descriptor(), buffer, sizeof buffer, 0);
    REQUIRE(count > 0);
    received.append(buffer, static_cast<size_t>(count));
  }
}

TEST_CASE("a reader that does not read is dropped, and told so if it still reads to the end") {
  RunningFront front([](FrontConfig& config) { config.limits.stream_backlog = 1000; });
  auto slow = front.client();
  slow.send(kBareStream);
  settle(front);
  // More than any socket buffers: the reader falls behind.
  for (uint64_t generation = 2; generation < 60; ++generation) {
    auto big = std::make_shared<Snapshot>(*front_snapshot(generation));
    big->targets.at("openai").body = std::string(1 << 20, 'x');
    front->publish(big);
    settle(front);
  }
  const auto received = slow.read_to_end();
  REQUIRE(received);
  const std::string last = ": dropped: you read too slowly; come back with Last-Event-ID\n\n";
  REQUIRE(received->size() > last.size());
  CHECK(received->substr(received->size() - last.size()) == last);
}

TEST_CASE("a reader that takes nothing at all loses its connection") {
  RunningFront front([](FrontConfig& config) {
    config.limits.write = Millis(50);
    config.limits.connections = 1;
  });
  auto stuck = front.client();
  stuck.send(kBareStream);
  FrontClient witness(front.unix_address());
  CHECK(witness.get("/livez").status == 200);
  for (uint64_t generation = 2; generation < 30; ++generation) {
    auto big = std::make_shared<Snapshot>(*front_snapshot(generation));
    big->targets.at("openai").body = std::string(1 << 20, 'x');
    front->publish(big);
  }
  // A stream is never evicted for its seat, so an answer proves that it is gone. Who has none hears nothing over
  // TLS.
  std::string heard;
  while (!heard.starts_with("HTTP/1.1 200 ")) {
    auto next = front.client();
    if (!next.try_send("GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")) continue;
    heard = next.read_to_end().value_or("");
  }
}

TEST_CASE("more streams than there may be get a 503, and a place is free when a reader leaves") {
  RunningFront front([](FrontConfig& config) { config.limits.streams = 1; });
  {
    auto first = front.client();
    first.send(kStream);
    settle(front);
    const auto refused = front.client().get("/v1/stream");
    CHECK(refused.status == 503);
    CHECK(refused.header("Retry-After") == "5");
  }
  for (;;) {
    auto next = front.client();
    next.send(kBareStream);
    char status[12];
    REQUIRE(recv(next.descriptor(), status, sizeof status, MSG_WAITALL) == sizeof status);
    if (std::string(status, sizeof status) == "HTTP/1.1 200") break;
  }
}

TEST_CASE("HEAD tells of a stream without opening one") {
  RunningFront front;
  auto client = front.client();
  client.send("HEAD /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto head = client.read_to_end();
  REQUIRE(head);
  CHECK(head->find("Content-Type: text/event-stream\r\n") != std::string::npos);
  CHECK(head->ends_with("\r\n\r\n"));
}
