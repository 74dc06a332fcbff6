#pragma once
/// What the connections of one front share: the snapshot, the routes, the hot table, the worker.
///
/// Threads: the event loop's.
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "agent/api/api_parameters.h"
#include "agent/http/body_budget.h"
#include "agent/http/history_worker.h"
#include "agent/http/http_adapter.h"
#include "agent/http/http_front.h"
#include "agent/http/http_host.h"
#include "agent/http/http_hot.h"
#include "agent/http/request_counts.h"
#include "agent/http/stream_feed.h"

namespace signalbox {

/// Empty unless the route waits and the query has a well-formed `wait_s` and `generation`; what is malformed is
/// left to the handler, which answers 400.
std::optional<Wait> long_poll(const ApiCall& call);

class HttpService {
 public:
  /// `writes` may be null: then nothing is taken in.
  HttpService(std::span<const ApiRoute> routes, HostPolicy hosts, TokensPtr tokens, const FrontLimits& limits,
              SnapshotPtr first, Writes* writes);

  void publish(SnapshotPtr snapshot);
  /// Keeps `Date` right; called at least once a second.
  void tick(Instant now);
  void stop() { stopping_ = true; }
  void use_tokens(TokensPtr tokens) { tokens_ = std::move(tokens); }

  const FrontLimits& limits() const { return limits_; }
  const SnapshotPtr& snapshot() const { return snapshot_; }
  const std::string& date() const { return date_; }
  MonoTime tick_time() const { return tick_time_; }  ///< cheap, and late by a sweep at most
  bool stopping() const { return stopping_; }
  const HostPolicy& hosts() const { return hosts_; }
  const Tokens& tokens() const { return *tokens_; }

  Writes* writes() const { return writes_; }
  BodyBudget& bodies() { return bodies_; }
  HotTable& hot() { return hot_; }
  StreamFeed& feed() { return feed_; }
  /// For one request at a time, never across a wait.
  RequestHead& scratch_head() { return scratch_head_; }
  std::variant<ApiCall, ApiReply> route(const RequestHead& head) { return adapter_.route(head); }
  ApiReply answer(const ApiCall& call) const;

  void count(const ApiRoute* route, std::string_view method, int status) { ++requests_.of(route, method, status); }
  size_t& long_polls() { return long_polls_; }
  size_t& writes_waiting() { return writes_waiting_; }
  /// What the connections count; who sits where is the front's.
  FrontCounts counts() const;
  void on_measure(std::function<Measure()> measure) { measure_ = std::move(measure); }
  Measure measure() const { return measure_(); }

 private:
  std::optional<HotReply> hot_answer(std::string_view path, const std::string& if_none_match);

  FrontLimits limits_;
  HostPolicy hosts_;
  TokensPtr tokens_;
  Writes* writes_;
  BodyBudget bodies_;
  HttpAdapter adapter_;
  RequestCounts requests_;
  size_t long_polls_ = 0;
  size_t writes_waiting_ = 0;
  std::function<Measure()> measure_;
  HotTable hot_;
  StreamFeed feed_;
  RequestHead scratch_head_;
  SnapshotPtr snapshot_;
  std::string date_;
  std::chrono::sys_seconds date_second_{};
  MonoTime tick_time_{};
  bool stopping_ = false;
};

}  // namespace signalbox
