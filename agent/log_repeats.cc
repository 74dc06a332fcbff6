#include "agent/log_repeats.h"

#include <utility>

namespace signalbox {
namespace {

constexpr Millis kOnceIn = minutes(1);
/// Far more than there are places that log what a client can cause.
constexpr size_t kMostLines = 256;

}  // namespace

std::optional<uint64_t> LogRepeats::pass(std::string_view line, MonoTime now) {
  auto found = lines_.find(line);
  if (found == lines_.end() && lines_.size() >= kMostLines) {
    std::erase_if(lines_, [&](const auto& one) { return now - one.second.written >= kOnceIn; });
    if (lines_.size() >= kMostLines) found = lines_.find(line = "");  // all that are too many, as one
  }
  if (found == lines_.end()) {
    lines_.emplace(line, Line{now});
    return 0;
  }
  if (now - found->second.written < kOnceIn) {
    ++found->second.swallowed;
    return std::nullopt;
  }
  found->second.written = now;
  return std::exchange(found->second.swallowed, 0);
}

}  // namespace signalbox
