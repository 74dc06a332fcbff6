#include "agent/http/chunked_body.h"

#include <algorithm>

#include "lib/hex.h"

namespace signalbox {
namespace {

/// Enough for any size that is not refused; longer ones only hide what they are.
constexpr size_t kMaxDigits = 8;

HttpRefusal broken() { return {400, "the body is not in chunks, as its Transfer-Encoding says"}; }

}  // namespace

std::optional<HttpRefusal> ChunkedBody::take(std::string_view& bytes, std::string& into) {
  while (!bytes.empty() && state_ != State::whole) {
    if (state_ == State::data) {
      const size_t count = std::min(left_, bytes.size());
      into.append(bytes.substr(0, count));
      bytes.remove_prefix(count);
      left_ -= count;
      if (left_ == 0) state_ = State::data_cr;
      continue;
    }
    const char c = bytes.front();
    bytes.remove_prefix(1);
    if (auto refusal = state_ == State::size ? take_size(c) : take_mark(c)) return refusal;
  }
  return {};
}

std::optional<HttpRefusal> ChunkedBody::take_size(char c) {
  if (c == '\r' && digits_ > 0) {
    state_ = State::size_lf;
    return {};
  }
  const int digit = hex_digit(c);
  if (digit < 0 || ++digits_ > kMaxDigits) return broken();
  left_ = left_ * 16 + static_cast<size_t>(digit);
  if (so_far_ + left_ > kMaxBodyBytes) return HttpRefusal{413, "the body is over 1 MiB"};
  return {};
}

/// The CR and LF between sizes and data.
std::optional<HttpRefusal> ChunkedBody::take_mark(char c) {
  const bool wants_cr = state_ == State::data_cr || state_ == State::last_cr;
  if (c != (wants_cr ? '\r' : '\n')) return broken();
  switch (state_) {
    case State::size_lf:
      so_far_ += left_;
      digits_ = 0;
      state_ = left_ == 0 ? State::last_cr : State::data;
      break;
    case State::data_cr: state_ = State::data_lf; break;
    case State::data_lf: state_ = State::size; break;
    case State::last_cr: state_ = State::last_lf; break;
    default: state_ = State::whole;
  }
  return {};
}

}  // namespace signalbox
