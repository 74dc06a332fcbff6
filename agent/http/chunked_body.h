#pragma once
/// A body in chunks (RFC 9112, 7.1), taken apart as it arrives. Strict: sizes are hexadecimal digits, lines end in
/// CR LF, and there are neither extensions nor trailers: whatever two servers could read in two ways is refused.
///
/// Invariant: how the bytes were cut into pieces on their way means nothing.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "agent/http/http_framer.h"

namespace signalbox {

class ChunkedBody {
 public:
  /// Takes what belongs to the body from the front of `bytes` and appends what it carries to `into`.
  /// Nothing is taken once it is whole. A refusal is the last word.
  std::optional<HttpRefusal> take(std::string_view& bytes, std::string& into);
  bool is_whole() const { return state_ == State::whole; }

 private:
  enum class State { size, size_lf, data, data_cr, data_lf, last_cr, last_lf, whole };

  std::optional<HttpRefusal> take_size(char c);
  std::optional<HttpRefusal> take_mark(char c);

  State state_ = State::size;
  size_t left_ = 0;    ///< of the chunk, or its size as far as it is read
  size_t digits_ = 0;  ///< of the size
  size_t so_far_ = 0;  ///< of the body
};

}  // namespace signalbox
