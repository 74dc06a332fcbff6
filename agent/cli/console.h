#pragma once
/// Where a command writes, and the exit codes that all of them share.
#include <ostream>

#include "agent/clock.h"
#include "agent/render/layout.h"

namespace signalbox {

/// Source: sysexits.h.
inline constexpr int kExitUsage = 64;
inline constexpr int kExitUnavailable = 69;

struct Console {
  std::ostream& out;
  std::ostream& err;
  size_t width = 0;  ///< of `out`; 0: not a terminal
  bool colour = false;

  View view() const { return {width, colour, now().wall}; }
};

/// Names the program, as every message on the error stream does.
inline void complain(const Console& console, const std::string& message) {
  console.err << "signalbox: " << message << "\n";
}

/// Complains, and is the command's exit code.
inline int fail(const Console& console, const std::string& message, int code) {
  complain(console, message);
  return code;
}

}  // namespace signalbox
