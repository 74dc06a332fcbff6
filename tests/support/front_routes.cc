#include "tests/support/front_routes.h"

#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>

#include "agent/clock.h"
#include "agent/metrics/measured.h"

namespace signalbox::testing {
namespace {

ApiReply cached(const ApiRequest& request, const ApiContext& context, int status, const std::string& body) {
  ApiReply reply;
  reply.headers = {{"ETag", context.snapshot.etag}, {"Cache-Control", "max-age=1"}};
  if (request.if_none_match.find(context.snapshot.etag) != std::string::npos) {
    reply.status = 304;
    reply.headers.emplace_back("X-Signalbox-Expires-At", "2026-11-23T10:01:00.000Z");
    return reply;
  }
  reply.status = status;
  reply.body = body;
  return reply;
}

ApiReply health(const ApiRequest& request, const ApiContext& context) {
  if (request.query.count("wait_s") > 0 && request.query.find("wait_s")->second == "soon") {
    return problem(400, "Bad Request", "wait_s is not a number");
  }
  return cached(request, context, 200, context.snapshot.health);
}

const TargetAnswer* answer_of(const ApiRequest& request, const ApiContext& context) {
  constexpr std::string_view kPrefix = "/v1/health/";
  const bool check = request.path.starts_with("/v1/check/");
  const auto found =
      context.snapshot.targets.find(request.path.substr(check ? kPrefix.size() - 1 : kPrefix.size()));
  return found == context.snapshot.targets.end() ? nullptr : &found->second;
}

ApiReply target_health(const ApiRequest& request, const ApiContext& context) {
  const auto* answer = answer_of(request, context);
  if (!answer) return problem(404, "Not Found", "no such target");
  return cached(request, context, 200, answer->body);
}

ApiReply check(const ApiRequest& request, const ApiContext& context) {
  const auto* answer = answer_of(request, context);
  if (!answer) return problem(404, "Not Found", "no such target");
  const bool usable = answer->state != State::unhealthy;
  auto reply = cached(request, context, usable ? 200 : 503, answer->body);
  reply.headers.emplace_back("X-Signalbox-State", to_string(answer->state));
  if (!usable) reply.headers.emplace_back("Retry-After", "7");
  return reply;
}

ApiReply livez(const ApiRequest&, const ApiContext&) { return {200, "application/health+json", "{}", {}}; }

ApiReply transitions(const ApiRequest&, const ApiContext& context) {
  if (!context.history) return problem(503, "No history", "there is no database");
  const auto page = context.history->transitions({});
  return {200, "application/json", fmt::format("{{\"rows\": {}}}", page ? page->rows.size() : 0), {}};
}

ApiReply stream(const ApiRequest&, const ApiContext&) { return {200, "text/event-stream", "", {}}; }

/// What the front counts, a line each.
ApiReply counted(const ApiRequest&, const ApiContext& context) {
  const FrontCounts& counts = context.measured->front;
  std::string text;
  for (const RequestCount& one : counts.requests)
    text += fmt::format("{} {} {}: {}\n", one.route, one.method, one.status, one.count);
  const auto add = [&](const char* name, const ConnectionCounts& kind) {
    text += fmt::format("{}: open {}, accepted {}, refused {}, evicted {}\n", name, kind.open, kind.accepted,
                        kind.refused, kind.evicted);
  };
  add("tcp", counts.tcp);
  add("unix", counts.unix_socket);
  text += fmt::format("streams {}, dropped {}\nlong polls {}\n", counts.streams, counts.streams_dropped,
                      counts.long_polls);
  if (counts.tls_handshakes_failed > 0) text += fmt::format("handshakes failed {}\n", counts.tls_handshakes_failed);
  return {200, "text/plain", text, {}};
}

ApiReply broken(const ApiRequest&, const ApiContext&) { throw std::runtime_error("secret of the inside"); }

/// What `/v1/held` owes.
struct Held {
  std::mutex mutex;
  std::condition_variable arrived;
  std::deque<Respond> replies;
};
Held& held() {
  static Held one;
  return one;
}

void echo(const ApiRequest& request, const ApiContext&, Writes&, const Respond& respond) {
  respond({200, "application/json", request.method + " " + request.body, {}});
}

void hold(const ApiRequest&, const ApiContext&, Writes&, const Respond& respond) {
  const std::lock_guard lock(held().mutex);
  held().replies.push_back(respond);
  held().arrived.notify_all();
}

ApiReply in_its_own_words(const ApiReply& problem, BodyType type) {
  ApiReply reply = problem;
  reply.content_type = "text/plain";
  reply.body = type == BodyType::protobuf ? "no, in protobuf" : "no, in JSON";
  return reply;
}

class NoWrites final : public Writes {
 public:
  void take(ReportBatch, BatchDone done) override { done({}); }
  void take(OverrideChange, OverrideDone done) override { done(Taken::refused); }
  SharedSeries& series() override { return series_; }

 private:
  SharedSeries series_{WallTime{}};
};

std::string body_of(const std::string& target, State state) {
  return fmt::format(
      R"({{"target": "{}", "state": "{}", "since": "2026-11-23T09:12:44.000Z", "as_of": "2026-11-23T10:00:00.000Z", )"
      R"("expires_at": "2026-11-23T10:01:00.000Z", "advice": {{"action": "primary", "primary_weight": 100}}, )"
      R"("why": "0.4 % of 5120 requests from 7 reporters failed in the last 60 s", "padding": "{}"}})",
      target, to_string(state), std::string(600, 'x'));
}

}  // namespace

std::span<const ApiRoute> front_routes() {
  static const std::vector<ApiRoute> routes = {
      {"/v1/health", health, false, true},
      {"/v1/health/(.+)", target_health, false, true},
      {"/v1/check/(.+)", check, false, false},
      {.pattern = "/livez", .get = livez, .open = true},
      {"/v1/transitions", transitions, true, false},
      {"/v1/broken", broken, false, false},
      {.pattern = "/counted", .get = counted, .measures = true},
      {.pattern = "/v1/echo", .post = echo, .put = echo, .del = echo, .to_write = Right::report},
      {.pattern = "/v1/decree", .put = echo},
      {.pattern = "/v1/spoken",
       .post = echo,
       .to_write = Right::report,
       .takes_protobuf = true,
       .reword = in_its_own_words},
      {.pattern = "/v1/held", .post = hold, .to_write = Right::report},
      {.pattern = "/v1/stream", .get = stream, .streams = true},
  };
  return routes;
}

Writes& no_writes() {
  static NoWrites none;
  return none;
}

Respond take_held_reply() {
  std::unique_lock lock(held().mutex);
  if (!held().arrived.wait_for(lock, seconds(10), [] { return !held().replies.empty(); })) {
    throw std::runtime_error("nobody asked for /v1/held");
  }
  Respond reply = std::move(held().replies.front());
  held().replies.pop_front();
  return reply;
}

SnapshotPtr front_snapshot(uint64_t generation) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->as_of = now();
  snapshot->expires_at = snapshot->as_of.wall + seconds(60);
  snapshot->generation = generation;
  snapshot->etag = fmt::format("W/\"test-{}\"", generation);
  snapshot->health = fmt::format("{{\"generation\": {}}}", generation);
  for (const auto& [target, state] : {std::pair("claude", State::healthy), std::pair("openai", State::unhealthy),
                                      std::pair("claude/claude-opus-4-6", State::healthy)}) {
    snapshot->targets[target] = {state, 100, generation, Millis(7000), body_of(target, state)};
  }
  return snapshot;
}

}  // namespace signalbox::testing
