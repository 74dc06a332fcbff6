#pragma once
/// Keeps the log from being flooded with the same line: the first of a minute is written, the others are counted
/// and told of with the next. A client that makes something fail a thousand times a second costs a line a minute.
///
/// Bounded: so many lines are told apart; what is over that counts as one line. Threads: one at a time.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "lib/time.h"

namespace signalbox {

class LogRepeats {
 public:
  /// Nothing when `line` is not to be written; else how many of its like were not since the last that was.
  std::optional<uint64_t> pass(std::string_view line, MonoTime now);

 private:
  struct Line {
    MonoTime written;
    uint64_t swallowed = 0;
  };
  std::map<std::string, Line, std::less<>> lines_;
};

}  // namespace signalbox
