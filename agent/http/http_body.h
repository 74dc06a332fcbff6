#pragma once
/// The bodies of requests that write: which ones are read at all, and what the handler gets of them.
#include <memory>
#include <optional>

#include "agent/http/body_budget.h"
#include "agent/http/chunked_body.h"
#include "agent/http/http_call.h"
#include "agent/http/http_framer.h"
#include "lib/snapshot.h"

namespace signalbox {

enum class BodyEncoding { none, gzip };

/// A body as it arrives.
struct IncomingBody {
  BodyEncoding encoding = BodyEncoding::none;
  std::optional<ChunkedBody> chunks;  ///< of one that comes in chunks
  std::string bytes;
  std::shared_ptr<BodyShare> share;  ///< kept until the answer is known
};

/// What a body is by its Content-Type; JSON where it is none of ours.
BodyType body_type(const RequestHead& head);

/// Fills `encoding`, or says why the body need not come: 415. A DELETE's means nothing and is not looked at.
std::optional<ApiReply> refuse_body(const RequestHead& head, const ApiRoute& route, BodyEncoding& encoding);

/// Over the memory that bodies may take together.
ApiReply no_room_for_body();

/// A call that writes, with all that it needs to run on any thread.
struct WriteJob {
  ApiCall call;
  IncomingBody body;
  SnapshotPtr snapshot;
  Writes* writes;
  Respond respond;

  /// Whether reading the body takes so long that it must not hold up the event loop.
  bool is_long() const;
  void run();
};

}  // namespace signalbox
