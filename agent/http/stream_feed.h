#pragma once
/// What the readers of `/v1/stream` are sent: server-sent events (WHATWG HTML, 9.2), rendered once for all of them.
///
/// A reader is known by the generation that it was told last. It gets `health` for each target that changed since,
/// or a `snapshot` where targets alone do not tell the change: one went, or it is about the observer. Of several
/// events that belong together only the last carries the id, so that who is cut off between them gets them again.
/// Threads: the event loop's.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/snapshot.h"

namespace signalbox {

/// HTTP/1.1 frames each piece as a chunk; HTTP/1.0 knows no chunks, and the end of the connection ends it.
enum class StreamFraming { chunked, bare };

class StreamFeed {
 public:
  using Bytes = std::shared_ptr<const std::string>;

  explicit StreamFeed(SnapshotPtr first);

  void publish(SnapshotPtr snapshot);
  uint64_t generation() const { return snapshot_->generation; }

  /// For a new reader: what it missed since `last_event_id`, or everything where that is no generation that readers
  /// were told by this process. Nothing when it missed nothing.
  Bytes welcome(std::string_view last_event_id, StreamFraming framing);
  /// For a reader that was told `generation`. Nothing when it is the current one.
  Bytes since(uint64_t generation, StreamFraming framing);

  size_t readers = 0;    ///< counted by who serves them
  uint64_t dropped = 0;  ///< readers that were too slow, likewise

 private:
  struct Rendered {
    uint64_t since;
    StreamFraming framing;
    Bytes bytes;
  };

  Bytes whole(StreamFraming framing);
  Bytes find(uint64_t since, StreamFraming framing) const;
  Bytes keep(uint64_t since, StreamFraming framing, const std::string& events);
  std::string changes_since(uint64_t generation) const;

  SnapshotPtr snapshot_;
  uint64_t first_;          ///< the generation at the start: what changed before it is not known
  uint64_t whole_changed_;  ///< when something other than a target's answer changed last
  std::vector<Rendered> rendered_;
};

/// One piece of a stream.
std::string frame_piece(std::string_view text, StreamFraming framing);
/// What ends it.
std::string_view frame_end(StreamFraming framing);

}  // namespace signalbox
