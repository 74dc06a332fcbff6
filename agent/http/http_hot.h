#pragma once
/// The answers that routers ask for thousands of times a second, as bytes ready to send.
///
/// Invariant: the bytes are those of the slow path, because the same handler and the same serialiser made them.
/// An answer is rendered when it is first asked for after a change, so that nobody pays for targets that nobody
/// reads. Threads: the event loop's.
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "agent/api/api.h"
#include "agent/http/http_framer.h"
#include "lib/snapshot.h"

namespace signalbox {

/// An answer to keep, and where each time that it is given is counted.
struct HotReply {
  ApiReply reply;
  uint64_t* count;
};

class HotTable {
 public:
  /// The answer to a GET of `path`; empty when it may not be kept.
  using Answer = std::function<std::optional<HotReply>(std::string_view path, const std::string& if_none_match)>;

  explicit HotTable(Answer answer);

  /// Forgets everything: another snapshot, or another second for `Date`.
  void reset(SnapshotPtr snapshot, std::string date);

  /// Null unless `head` is a plain GET of a hot path, without a body, without If-None-Match or with one ETag; what
  /// is found is counted as given. Valid until `reset`.
  const std::string* find(const RequestHead& head);

 private:
  struct Entry {
    std::string etag;
    std::string bytes;
    std::string match_bytes;  ///< the answer to `If-None-Match: etag`
    uint64_t* count = nullptr;
    uint64_t* match_count = nullptr;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  bool is_hot(std::string_view path) const;
  const Entry* entry(std::string_view path);
  /// The answer for a session of a route: rendered for the first that asks, and the same for all on its side of the
  /// split. Null where `target` is not plainly that.
  const Entry* session_entry(std::string_view target);
  std::optional<Entry> render(std::string_view path) const;

  Answer answer_;
  SnapshotPtr snapshot_;
  std::string date_;
  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
};

}  // namespace signalbox
