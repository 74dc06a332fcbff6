/// How a connection answers the request that is pending, or refuses it.
#include <asio/redirect_error.hpp>
#include <utility>

#include "agent/clock.h"
#include "agent/http/deferred_reply.h"
#include "agent/http/http_connection.h"

// g++ 12 takes the two functions with which Asio allocates and frees a coroutine's frame for a mismatch, once it
// has inlined one of them and not the other.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace signalbox {
namespace {

/// Nobody waits 30 s to hear that the path is wrong. 503 and 429 are answers of `/v1/check`.
bool is_mistake(const ApiReply& reply) { return reply.status == 400 || reply.status == 404; }

/// Asking for it keeps no seat. `reads`: it was answered from what we know.
bool is_refusal(const ApiReply& reply, bool reads) { return reads ? is_mistake(reply) : reply.status >= 400; }

/// Counts itself while it lives.
class Present {
 public:
  explicit Present(size_t& count) : count_(count) { ++count_; }
  Present(const Present&) = delete;
  Present& operator=(const Present&) = delete;
  ~Present() { --count_; }

 private:
  size_t& count_;
};

ApiReply too_many_writes() {
  return come_again(503, "too many requests that write wait for their answer", seconds(1));
}

/// As the route's protocol wants it.
ApiReply reworded(ApiReply reply, const ApiRoute* route, BodyType type) {
  if (reply.status < 400 || route == nullptr || route->reword == nullptr) return reply;
  return route->reword(reply, type);
}

ApiReply too_many_streams() { return come_again(503, "too many streams are open", seconds(5)); }

}  // namespace

Awaitable<void> HttpConnection::answer() {
  seats_.make_busy(*this);
  auto pending = *std::exchange(pending_, std::nullopt);
  if (auto* call = std::get_if<ApiCall>(&pending.what); call != nullptr && call->route->streams) {
    co_return co_await stream(std::move(*call), pending.form, pending.method);
  }
  ApiReply reply;
  const bool reads = std::holds_alternative<ApiCall>(pending.what) && !pending.body;
  if (pending.body) {
    reply = co_await answer_write(std::get<ApiCall>(std::move(pending.what)), *std::move(pending.body));
  } else if (auto* call = std::get_if<ApiCall>(&pending.what)) {
    reply = co_await answer_read(std::move(*call));
  } else {
    reply = std::get<ApiReply>(std::move(pending.what));
  }
  was_refused_ = is_refusal(reply, reads);
  pending.form.close = pending.form.close || service_.stopping();
  close_after_reply_ = pending.form.close;
  service_.count(pending.route, pending.method, reply.status);
  send(serialise(reworded(std::move(reply), pending.route, pending.type), service_.date(), pending.form));
}

/// Gives the transport to a stream, and ends with it.
Awaitable<void> HttpConnection::stream(ApiCall call, ReplyForm form, std::string_view method) {
  ApiReply reply = service_.answer(call);
  if (reply.status == 200 && service_.feed().readers >= service_.limits().streams) reply = too_many_streams();
  service_.count(call.route, method, reply.status);
  close_after_reply_ = reply.status == 200 || form.close || service_.stopping();
  form.close = close_after_reply_;
  if (reply.status != 200) co_return send(serialise(reply, service_.date(), form));
  // Who must be told to keep alive speaks HTTP/1.0.
  const auto framing = form.says_keep_alive ? StreamFraming::bare : StreamFraming::chunked;
  if (form.head_only) co_return send(serialise_stream_head(reply, service_.date(), framing));
  phase_ = Phase::streaming;
  deadline_ = MonoTime::max();
  stream_ = std::make_unique<HttpStream>(transport_, service_, framing);
  co_await stream_->serve(reply, call.request.last_event_id);
  stream_.reset();
}

Awaitable<ApiReply> HttpConnection::answer_read(ApiCall call) {
  const auto poll = long_poll(call);
  // Past the limit it is an ordinary request: who asks about health is never turned away while there is an answer.
  const bool may_wait = service_.long_polls() < service_.limits().long_polls;
  if (poll && may_wait && !is_mistake(service_.answer(call))) {
    co_await wait_for_change(*poll);
    co_await turns_.wait(false);  // a change wakes them all
  }
  phase_ = Phase::working;
  deadline_ = MonoTime::max();
  if (call.route->measures) {
    auto measure = service_.measure();
    co_return co_await worker_.answer(std::move(call), service_.snapshot(), std::move(measure));
  }
  if (!call.route->reads_history) co_return service_.answer(call);
  co_return co_await worker_.answer(std::move(call), service_.snapshot());
}

Awaitable<ApiReply> HttpConnection::answer_write(ApiCall call, IncomingBody body) {
  phase_ = Phase::working;
  deadline_ = MonoTime::max();
  if (service_.writes_waiting() >= service_.limits().writes) co_return too_many_writes();
  const Present present(service_.writes_waiting());
  const auto share = body.share;
  DeferredReply deferred(transport_.socket().get_executor());
  WriteJob job{std::move(call), std::move(body), service_.snapshot(), service_.writes(), deferred.respond()};
  if (job.is_long()) {
    const bool taken = worker_.run([job = std::make_shared<WriteJob>(std::move(job))] { job->run(); });
    if (!taken) co_return no_room_for_body();
  } else {
    job.run();
  }
  auto reply = co_await deferred.wait(service_.limits().write_answer);
  co_return reply ? *std::move(reply) : come_again(503, "the agent has not decided in time", seconds(1));
}

/// Returns early when the peer is gone (the socket is then closed) or sends so much that we could not keep it.
Awaitable<void> HttpConnection::wait_for_change(Wait wish) {
  enter(Phase::waiting, wish.at_most);
  const Present present(service_.long_polls());
  while (service_.snapshot()->generation == wish.generation && now().mono < deadline_ && !service_.stopping()) {
    asio::error_code error;
    co_await transport_.socket().async_wait(transport_.wait_to_read(), asio::redirect_error(kAwait, error));
    if (error == asio::error::operation_aborted && transport_.is_open()) continue;
    if (error || !read_now()) co_return close();
    if (unread().size() >= kMaxHeadBytes) co_return;
  }
}

HttpConnection::Step HttpConnection::refuse(int status, std::string_view detail) {
  return refuse(problem(status, std::string(reason_phrase(status)), std::string(detail)));
}

/// And closes, for nobody knows where the next request would start.
HttpConnection::Step HttpConnection::refuse(const ApiReply& reply) {
  const ApiRoute* route = pending_ ? pending_->route : nullptr;
  service_.count(route, pending_ ? pending_->method : "none", reply.status);
  const ApiReply told = reworded(reply, route, pending_ ? pending_->type : BodyType::json);
  pending_.reset();
  close_after_reply_ = true;
  send(serialise(told, service_.date(), {.close = true}));
  return Step::flush;
}

}  // namespace signalbox
