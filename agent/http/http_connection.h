#pragma once
/// One client's connection: a coroutine that reads requests, answers them in order, and goes.
///
/// Deadlines are looked at by `sweep`, which closes the socket (or wakes a long poll); whatever was awaited then
/// ends with an error and the coroutine with it. Threads: the event loop's.
#include <asio/buffer.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/http/http_access.h"
#include "agent/http/http_body.h"
#include "agent/http/http_net.h"
#include "agent/http/http_reply.h"
#include "agent/http/http_service.h"
#include "agent/http/http_stream.h"
#include "agent/http/seats.h"
#include "agent/http/transport.h"
#include "agent/http/turns.h"

namespace signalbox {

class HttpConnection final : public Guest {
 public:
  HttpConnection(Transport transport, const Peer& peer, HttpService& service, HistoryWorker& worker, Seats& seats,
                 Turns& turns);

  /// Says 503, where no handshake comes before it, and closes: no seat was free.
  void turn_away();
  /// Runs until the connection is over.
  Awaitable<void> serve();
  /// Whether there was something to do.
  bool sweep(MonoTime now);
  /// Another generation, or the end: a long poll looks again, and when we stop an idle connection ends, unless it
  /// never had a request: who has just come could not know, and is given a moment for it.
  void wake();
  /// Other tokens are in force: who was let in for as long as it likes comes again with one of them.
  void expire_access();
  void evict() override { close(); }

 private:
  enum class Phase { handshake, idle, head, body, waiting, working, streaming, writing, lingering };
  enum class Step { read, flush, answer, wait, close };

  /// A request whose head is read: the call to make or the reply to give, and in which form.
  struct Pending {
    std::variant<ApiCall, ApiReply> what;
    ReplyForm form;
    std::optional<IncomingBody> body;  ///< of a call that writes
    const ApiRoute* route = nullptr;   ///< as far as it is known; for counting
    std::string_view method;           ///< a method_label
    BodyType type = BodyType::json;    ///< in which the reply is worded, where the route says so
  };

  Awaitable<bool> shake_hands();
  Step advance();
  Step accept_head(const RequestHead& head);
  Pending accept(const RequestHead& head, const Asker& asker);
  Step take_body();
  Step take_chunks();
  Verdict judge_asker(Right right, const Asker& asker) const;
  bool host_allowed(const RequestHead& head);
  void enter(Phase phase, Millis timeout);
  void become_idle();
  void hurry();

  bool begin_reading();
  bool end_reading(const asio::error_code& error);

  // http_connection_answer.cc
  Awaitable<void> answer();
  Awaitable<void> stream(ApiCall call, ReplyForm form, std::string_view method);
  Awaitable<ApiReply> answer_read(ApiCall call);
  Awaitable<ApiReply> answer_write(ApiCall call, IncomingBody body);
  Awaitable<void> wait_for_change(Wait wish);
  Step refuse(int status, std::string_view detail);
  Step refuse(const ApiReply& reply);

  Awaitable<bool> flush();
  Awaitable<void> linger();

  void send(std::string_view bytes);
  bool read_now();
  void make_room();
  void consume(size_t count);
  asio::mutable_buffer free_input() { return {input_.data() + end_, input_.size() - end_}; }
  std::string_view unread() const { return {input_.data() + begin_, end_ - begin_}; }
  void close();

  Transport transport_;
  const Peer peer_;
  HttpService& service_;
  HistoryWorker& worker_;
  Seats& seats_;
  Turns& turns_;
  const MonoTime came_;

  Phase phase_ = Phase::idle;
  MonoTime deadline_;
  std::vector<char> input_;  ///< [begin_, end_) is not consumed yet
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t framed_ = 0;  ///< of what is unread: the part of a head that was not whole
  NeedMore more_;      ///< what was missing then
  size_t body_left_ = 0;
  std::optional<Pending> pending_;
  std::unique_ptr<HttpStream> stream_;  ///< while the connection is one; it has the transport then
  std::string output_;                  ///< what the transport did not take at once
  bool close_after_reply_ = false;
  MonoTime turn_at_{};         ///< when it had one in the queue; about
  bool had_its_turn_ = false;  ///< a hot answer went out since the socket was read, or the queue waited for
  bool heard_ = false;         ///< something has come over it
  bool has_asked_ = false;     ///< at least one whole head
  bool was_refused_ = false;   ///< what it asked last
  std::string allowed_host_;   ///< the last Host that was allowed: clients say the same each time
};

}  // namespace signalbox
