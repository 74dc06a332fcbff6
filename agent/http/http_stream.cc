#include "agent/http/http_stream.h"

#include <array>
#include <asio/buffer.hpp>
#include <asio/redirect_error.hpp>
#include <utility>

#include "agent/http/http_reply.h"

namespace signalbox {
namespace {

StreamFeed::Bytes make_bytes(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

/// A line that starts with a colon is for nobody; the empty one ends it.
std::string comment_piece(std::string_view text, StreamFraming framing) {
  return frame_piece(std::string(": ").append(text).append("\n\n"), framing);
}

const StreamFeed::Bytes& keep_alive(StreamFraming framing) {
  static const StreamFeed::Bytes kChunked = make_bytes(comment_piece("alive", StreamFraming::chunked));
  static const StreamFeed::Bytes kBare = make_bytes(comment_piece("alive", StreamFraming::bare));
  return framing == StreamFraming::chunked ? kChunked : kBare;
}

}  // namespace

HttpStream::HttpStream(StreamSocket& socket, HttpService& service, StreamFraming framing)
    : socket_(socket),
      service_(service),
      framing_(framing),
      comment_at_(service.tick_time() + service.limits().stream_comment) {
  ++service_.feed().readers;
}

HttpStream::~HttpStream() { --service_.feed().readers; }

/// One wait at a time: to write while something is pending, else for the reader to leave. `wake` cancels a wait for
/// what is no longer the matter.
Awaitable<void> HttpStream::serve(const ApiReply& head, std::string_view last_event_id) {
  push(make_bytes(serialise_stream_head(head, service_.date(), framing_)));
  if (auto first = service_.feed().welcome(last_event_id, framing_)) push(std::move(first));
  told_ = service_.feed().generation();
  while (socket_.is_open() && !(ending_ && pending_.empty())) {
    asio::error_code error;
    waits_to_write_ = !pending_.empty();
    const auto what = waits_to_write_ ? asio::socket_base::wait_write : asio::socket_base::wait_read;
    co_await socket_.async_wait(what, asio::redirect_error(kAwait, error));
    if (error == asio::error::operation_aborted) continue;
    if (error) co_return close();
    if (waits_to_write_) write_now();
    if (!waits_to_write_ && !read_past()) co_return close();
  }
}

void HttpStream::wake() {
  if (ending_ || !socket_.is_open()) return;
  if (service_.stopping()) {
    end("");
  } else if (auto news = service_.feed().since(told_, framing_)) {
    told_ = service_.feed().generation();
    if (behind_ > service_.limits().stream_backlog) {
      ++service_.feed().dropped;
      end("dropped: you read too slowly; come back with Last-Event-ID");
    } else {
      push(std::move(news));
    }
  }
  asio::error_code error;
  if (ending_ || waits_to_write_ == pending_.empty()) socket_.cancel(error);
}

void HttpStream::expire() {
  if (ending_ || !socket_.is_open()) return;
  end("who may read has changed; come back with Last-Event-ID");
  asio::error_code error;
  socket_.cancel(error);
}

bool HttpStream::sweep(MonoTime now) {
  if (!socket_.is_open()) return false;
  if (now >= write_by_) {
    if (!ending_) ++service_.feed().dropped;
    close();
    return true;
  }
  if (ending_ || !pending_.empty() || now < comment_at_) return false;
  push(keep_alive(framing_));
  asio::error_code error;
  if (!pending_.empty()) socket_.cancel(error);
  return true;
}

void HttpStream::push(StreamFeed::Bytes bytes) {
  comment_at_ = service_.tick_time() + service_.limits().stream_comment;
  if (!pending_.empty()) behind_ += bytes->size();
  pending_.push_back(std::move(bytes));
  if (pending_.size() == 1) write_now();
}

/// As much as the socket takes. Whoever takes something has the whole time for the rest.
void HttpStream::write_now() {
  while (!pending_.empty()) {
    asio::error_code error;
    const std::string& first = *pending_.front();
    const size_t count = socket_.write_some(asio::buffer(first.data() + sent_, first.size() - sent_), error);
    if (error && error != asio::error::would_block) return close();
    if (count > 0 || write_by_ == MonoTime::max()) write_by_ = service_.tick_time() + service_.limits().write;
    sent_ += count;
    if (sent_ < first.size()) return;
    sent_ = 0;
    head_is_sent_ = true;
    pending_.pop_front();
    if (!pending_.empty()) behind_ -= pending_.front()->size();
  }
  write_by_ = MonoTime::max();
}

/// What has not begun is not sent any more; what has is sent to its end, for a chunk cannot be taken back.
void HttpStream::end(std::string_view comment) {
  ending_ = true;
  if (!head_is_sent_) return close();
  const size_t begun = sent_ > 0 ? 1 : 0;
  while (pending_.size() > begun) pending_.pop_back();
  behind_ = 0;
  std::string last = comment.empty() ? std::string() : comment_piece(comment, framing_);
  last.append(frame_end(framing_));
  if (!last.empty()) push(make_bytes(std::move(last)));
}

/// A reader has nothing to say: what it sends is read past. False when it is gone.
bool HttpStream::read_past() {
  std::array<char, 512> bin{};
  asio::error_code error;
  socket_.read_some(asio::buffer(bin), error);
  return !error || error == asio::error::would_block;
}

void HttpStream::close() {
  asio::error_code error;
  socket_.close(error);
}

}  // namespace signalbox
