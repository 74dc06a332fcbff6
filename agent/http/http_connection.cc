#include "agent/http/http_connection.h"

#include <algorithm>
#include <asio/buffer.hpp>
#include <asio/redirect_error.hpp>
#include <asio/write.hpp>
#include <utility>

#include "agent/clock.h"

// g++ 12 takes the two functions with which Asio allocates and frees a coroutine's frame for a mismatch, once it
// has inlined one of them and not the other.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace signalbox {
namespace {

/// Holds a usual request; grows to the largest head and gives it back when idle, so that thousands of idle
/// connections stay small.
constexpr size_t kUsualInput = 1024;
/// Read at once of a larger body.
constexpr size_t kBodyInput = size_t{16} * 1024;
/// Who asks more often for what has to be made stands behind those who do not. Routers ask once a second.
constexpr Millis kAgain{500};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

ApiReply foreign_host() {
  return problem(403, "Forbidden",
                 "this Host is not one of the agent's; if it should be, add it to allowed_hosts in [server] of its "
                 "configuration");
}

}  // namespace

HttpConnection::HttpConnection(Transport transport, const Peer& peer, HttpService& service, HistoryWorker& worker,
                               Seats& seats, Turns& turns)
    : Guest(peer.address),
      transport_(std::move(transport)),
      peer_(peer),
      service_(service),
      worker_(worker),
      seats_(seats),
      turns_(turns),
      came_(service.tick_time()),
      deadline_(service.tick_time() + service.limits().idle),
      input_(kUsualInput) {}

void HttpConnection::turn_away() {
  if (!transport_.is_secure()) refuse(503, "too many connections");
  close();
}

/// False: there is no connection. Who has not shaken hands has asked nothing, and is the first to leave.
Awaitable<bool> HttpConnection::shake_hands() {
  enter(Phase::handshake, service_.limits().handshake);
  if (service_.stopping()) hurry();
  const auto error = co_await transport_.shake_hands();
  if (!error) co_return true;
  service_.count_failed_handshake();
  if (!transport_.fell_to_plain_http()) co_return false;
  refuse(400, "this port speaks TLS: write https:// in front of its address");
  co_return true;
}

/// Reads here rather than in a coroutine of its own, whose frame would cost a few cache misses a request. Not a
/// switch: g++ 12 miscompiles a co_await in one.
Awaitable<void> HttpConnection::serve() {
  if (transport_.is_secure()) {
    const bool agreed = co_await shake_hands();
    if (!agreed) co_return;
  }
  for (;;) {
    const auto step = advance();
    if (step == Step::close) break;
    if (step == Step::answer || step == Step::wait) {
      phase_ = Phase::working;
      deadline_ = MonoTime::max();
      co_await turns_.wait(step == Step::wait || service_.tick_time() - turn_at_ < kAgain);
      turn_at_ = service_.tick_time();
      had_its_turn_ = false;
    }
    if (step == Step::wait) continue;
    if (step == Step::answer && transport_.is_open()) co_await answer();
    if (step != Step::read) {
      if (!co_await flush()) co_return;
      continue;
    }
    // What comes in pieces is read when it has its turn: thousands that dribble are heard together, not byte by
    // byte.
    if (phase_ == Phase::head || phase_ == Phase::body) co_await turns_.wait(true);
    asio::error_code error;
    if (begin_reading()) {
      if (transport_.is_secure()) {
        end_ += co_await transport_.read(free_input(), error);
      } else {
        end_ += co_await transport_.socket().async_read_some(free_input(), asio::redirect_error(kAwait, error));
      }
    }
    if (!end_reading(error)) co_return;
    had_its_turn_ = false;
  }
  co_await linger();
}

/// As far as it goes without waiting.
HttpConnection::Step HttpConnection::advance() {
  for (;;) {
    if (!transport_.is_open()) return Step::close;
    if (!output_.empty()) return Step::flush;
    if (close_after_reply_) return Step::close;
    if (pending_) return take_body();
    if (unread().empty()) {
      become_idle();
      return Step::read;
    }
    if (had_its_turn_) return Step::wait;
    if (framed_ > 0 && !may_say_more(unread(), framed_, more_)) return Step::read;
    auto& head = service_.scratch_head();
    const auto framed = frame_request(unread(), head);
    if (const auto* refusal = std::get_if<HttpRefusal>(&framed)) return refuse(refusal->status, refusal->detail);
    framed_ = 0;
    if (const auto* more = std::get_if<NeedMore>(&framed)) {
      framed_ = unread().size();
      more_ = *more;
      if (phase_ != Phase::head) enter(Phase::head, service_.limits().head);
      return Step::read;
    }
    const auto step = accept_head(head);
    if (step != Step::read) return step;
  }
}

/// Step::read means: go on with what was read.
HttpConnection::Step HttpConnection::accept_head(const RequestHead& head) {
  phase_ = Phase::working;
  has_asked_ = true;
  was_refused_ = false;
  const Asker asker = asker_of(head, peer_, service_.tokens());
  if (!service_.stopping() && host_allowed(head) && judge_asker(Right::read, asker) == Verdict::allowed) {
    if (const auto* bytes = service_.hot().find(head)) {
      consume(head.size);
      send(*bytes);
      had_its_turn_ = true;
      return Step::read;
    }
  }
  pending_ = accept(head, asker);
  pending_->method = method_label(head.method);
  pending_->type = body_type(head);
  if (auto* call = std::get_if<ApiCall>(&pending_->what)) call->request.body_type = pending_->type;
  body_left_ = head.content_length;
  bool body_comes = body_left_ > 0 || head.chunked;
  const bool waits_for_go_ahead =
      head.expects_continue && !head.http_1_0 && body_comes && unread().size() == head.size;
  consume(head.size);
  if ((waits_for_go_ahead || head.chunked) && std::holds_alternative<ApiReply>(pending_->what)) {
    // It is told before it sends. Whether it sends all the same nobody knows, and chunks that nobody wants are not
    // read to their end: no request can follow.
    pending_->form.close = true;
    body_left_ = 0;
    body_comes = false;
  }
  if (body_comes) enter(Phase::body, service_.limits().body);
  if (waits_for_go_ahead && body_comes) send(kContinue);
  return Step::read;
}

/// Nobody without a right to it learns what there is: a path that does not exist is refused like one that is read.
HttpConnection::Pending HttpConnection::accept(const RequestHead& head, const Asker& asker) {
  const ReplyForm form{head.method == "HEAD", !head.keep_alive || service_.stopping(), head.http_1_0};
  if (!host_allowed(head)) return {foreign_host(), form, {}};
  auto routed = service_.route(head);
  auto* call = std::get_if<ApiCall>(&routed);
  const ApiRoute* route = call == nullptr ? nullptr : call->route;
  const Right right = call == nullptr ? Right::read : right_of(*call);
  if (auto refused = refuse_access(judge_asker(right, asker), right)) return {*std::move(refused), form, {}, route};
  if (call == nullptr || call->write == nullptr) return {std::move(routed), form, {}, route};
  IncomingBody body;
  if (auto unfit = refuse_body(head, *route, body.encoding)) return {*std::move(unfit), form, {}, route};
  body.share = std::make_shared<BodyShare>(service_.bodies());
  if (head.chunked) body.chunks.emplace();
  call->request.caller = caller_of(asker, peer_);
  return {std::move(routed), form, std::move(body), route};
}

/// What comes with a request that takes no body is read past, so that the next one is found after it.
HttpConnection::Step HttpConnection::take_body() {
  if (pending_->body && pending_->body->chunks) return take_chunks();
  const auto count = std::min(body_left_, unread().size());
  if (pending_->body) {
    if (!pending_->body->share->grow(count)) return refuse(no_room_for_body());
    pending_->body->bytes.append(unread().substr(0, count));
  }
  consume(count);
  body_left_ -= count;
  if (body_left_ == 0) return Step::answer;
  if (input_.size() < kBodyInput && body_left_ > input_.size()) input_.resize(kBodyInput);
  return Step::read;
}

HttpConnection::Step HttpConnection::take_chunks() {
  IncomingBody& body = *pending_->body;
  const size_t had = body.bytes.size();
  std::string_view rest = unread();
  const auto refusal = body.chunks->take(rest, body.bytes);
  consume(unread().size() - rest.size());
  if (refusal) return refuse(refusal->status, refusal->detail);
  if (!body.share->grow(body.bytes.size() - had)) return refuse(no_room_for_body());
  if (body.chunks->is_whole()) return Step::answer;
  if (input_.size() < kBodyInput && body.bytes.size() > kUsualInput) input_.resize(kBodyInput);
  return Step::read;
}

Verdict HttpConnection::judge_asker(Right right, const Asker& asker) const {
  return judge(right, asker, service_.tokens().roles());
}

bool HttpConnection::host_allowed(const RequestHead& head) {
  // HTTP/1.0 may come without one; over the unix socket no browser comes.
  if (peer_.is_unix || (head.http_1_0 && head.host.empty())) return true;
  if (!allowed_host_.empty() && head.host == allowed_host_) return true;
  if (!service_.hosts().allows(head.host)) return false;
  allowed_host_ = head.host;
  return true;
}

void HttpConnection::enter(Phase phase, Millis timeout) {
  phase_ = phase;
  deadline_ = now().mono + timeout;
}

void HttpConnection::become_idle() {
  if (input_.size() > kUsualInput) std::vector<char>(kUsualInput).swap(input_);
  begin_ = end_ = 0;
  phase_ = Phase::idle;
  deadline_ = service_.tick_time() + service_.limits().idle;
  if (has_asked_ && !was_refused_ && service_.tick_time() - came_ >= service_.limits().regular) {
    seats_.make_regular(*this);
  } else if (has_asked_) {
    seats_.make_idle(*this);
  }
  if (service_.stopping()) hurry();
}

/// We stop, and whoever comes next waits until we have.
void HttpConnection::hurry() { deadline_ = std::min(deadline_, now().mono + service_.limits().last_word); }

/// False: do not wait for more, we stop.
bool HttpConnection::begin_reading() {
  make_room();
  return !(service_.stopping() && phase_ == Phase::idle && heard_);
}

/// False when the connection is over. When we stop, a request that has arrived by now is still answered.
bool HttpConnection::end_reading(const asio::error_code& error) {
  if (error && error != asio::error::operation_aborted) return false;
  heard_ = heard_ || !unread().empty();
  if (!error && !unread().empty()) return true;
  return service_.stopping() && read_now() && !unread().empty();
}

Awaitable<bool> HttpConnection::flush() {
  if (!transport_.is_open()) co_return false;
  if (output_.empty()) co_return true;
  seats_.make_stuck(*this, output_.size());
  if (!transport_.is_open()) co_return false;
  enter(Phase::writing, service_.limits().write);
  asio::error_code error;
  if (transport_.is_secure()) {
    co_await transport_.write(output_, error);
  } else {
    co_await asio::async_write(transport_.socket(), asio::buffer(output_), asio::redirect_error(kAwait, error));
  }
  output_ = {};
  co_return !error;
}

/// Lets the peer take our last reply: closing on unread bytes would send a reset that may overtake it.
Awaitable<void> HttpConnection::linger() {
  asio::error_code error;
  enter(Phase::lingering, service_.limits().linger);
  co_await transport_.end(error);
  if (error || (service_.stopping() && unread().empty())) co_return;
  seats_.make_stuck(*this, 0);
  auto& socket = transport_.socket();
  while (!error) co_await socket.async_read_some(asio::buffer(input_), asio::redirect_error(kAwait, error));
}

void HttpConnection::send(std::string_view bytes) {
  asio::error_code error;
  size_t sent = 0;
  if (output_.empty()) sent = transport_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
  if (error && error != asio::error::would_block) return close();
  output_.append(bytes.substr(sent));
}

/// Takes what is there without waiting, what TLS holds back, too, up to what we would keep; false when the peer is
/// gone.
bool HttpConnection::read_now() {
  asio::error_code error;
  do {
    make_room();
    end_ += transport_.read_some(free_input(), error);
  } while (!error && transport_.holds_input() && unread().size() < kMaxHeadBytes);
  return !error || error == asio::error::would_block;
}

void HttpConnection::make_room() {
  if (begin_ > 0) {
    std::copy(input_.begin() + static_cast<ptrdiff_t>(begin_), input_.begin() + static_cast<ptrdiff_t>(end_),
              input_.begin());
    end_ -= std::exchange(begin_, 0);
  }
  if (end_ == input_.size()) input_.resize(input_.size() * 2);
}

void HttpConnection::consume(size_t count) {
  begin_ += count;
  if (begin_ == end_) begin_ = end_ = 0;
}

bool HttpConnection::sweep(MonoTime now) {
  if (stream_) return stream_->sweep(now);
  if (now < deadline_ || !transport_.is_open()) return false;
  if (phase_ == Phase::waiting) {
    wake();
    return true;
  }
  if (phase_ == Phase::head || phase_ == Phase::body) refuse(408, "the request took too long to arrive");
  close();
  return true;
}

void HttpConnection::wake() {
  if (stream_) return stream_->wake();
  if (phase_ == Phase::waiting || (phase_ == Phase::idle && service_.stopping() && heard_)) {
    transport_.cancel();
  } else if (service_.stopping() && (phase_ == Phase::handshake || phase_ == Phase::idle || phase_ == Phase::head ||
                                     phase_ == Phase::lingering)) {
    hurry();
  }
}

/// A long poll is asked again; what is being answered was asked while it might be.
void HttpConnection::expire_access() {
  if (stream_) return stream_->expire();
  if (phase_ == Phase::waiting) close();
}

void HttpConnection::close() { transport_.close(); }

}  // namespace signalbox
