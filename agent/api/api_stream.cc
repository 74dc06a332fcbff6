#include "agent/api/api_handlers.h"

namespace signalbox {

/// What it is followed by is the front's: agent/http/stream_feed.h.
ApiReply answer_stream(const ApiRequest&, const ApiContext&) {
  // nginx buffers what it does not know to be a stream.
  return {200, "text/event-stream", "", {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}}};
}

}  // namespace signalbox
