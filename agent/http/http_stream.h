#pragma once
/// One reader of `/v1/stream`, from the reply's head to the end of the connection.
///
/// What a reader does not take at once waits in a queue of shared bytes. One that falls more than
/// `FrontLimits::stream_backlog` behind is told so in a comment and dropped: it comes back with its Last-Event-ID.
/// Threads: the event loop's. The socket and the service outlive it.
#include <deque>
#include <string_view>

#include "agent/http/http_net.h"
#include "agent/http/http_service.h"

namespace signalbox {

class HttpStream {
 public:
  HttpStream(StreamSocket& socket, HttpService& service, StreamFraming framing);
  ~HttpStream();
  HttpStream(const HttpStream&) = delete;
  HttpStream& operator=(const HttpStream&) = delete;

  /// Until the reader leaves, is dropped, or we stop.
  Awaitable<void> serve(const ApiReply& head, std::string_view last_event_id);
  /// Another generation, or the end.
  void wake();
  /// Ends it: other tokens are in force.
  void expire();
  /// Keeps it alive; ends it when the reader takes nothing.
  /// Whether it did one of them.
  bool sweep(MonoTime now);

 private:
  void push(StreamFeed::Bytes bytes);
  void write_now();
  void end(std::string_view comment);
  bool read_past();
  void close();

  StreamSocket& socket_;
  HttpService& service_;
  StreamFraming framing_;
  uint64_t told_ = 0;  ///< the generation that the reader knows, once it has read what waits
  std::deque<StreamFeed::Bytes> pending_;
  size_t sent_ = 0;    ///< of the first that is pending
  size_t behind_ = 0;  ///< bytes of all pending but the first
  bool head_is_sent_ = false;
  bool waits_to_write_ = false;
  bool ending_ = false;
  MonoTime write_by_ = MonoTime::max();
  MonoTime comment_at_;
};

}  // namespace signalbox
