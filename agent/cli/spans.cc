#include "agent/cli/spans.h"

#include <charconv>

namespace signalbox {
namespace {

/// A hundred years of seconds: what is longer is a slip, and does not overflow.
constexpr int64_t kMost = int64_t{100} * 366 * 24 * 3600;

std::optional<seconds> unit_of(char letter) {
  switch (letter) {
    case 's': return seconds(1);
    case 'm': return minutes(1);
    case 'h': return hours(1);
    case 'd': return hours(24);
    default: return std::nullopt;
  }
}

}  // namespace

std::optional<seconds> parse_span(std::string_view text) {
  int64_t count = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, count);
  if (parsed.ec != std::errc() || parsed.ptr + 1 != end) return std::nullopt;
  const auto unit = unit_of(*parsed.ptr);
  if (!unit || count <= 0 || count > kMost / unit->count()) return std::nullopt;
  return count * *unit;
}

}  // namespace signalbox
