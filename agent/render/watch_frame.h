#pragma once
/// The screen of `status --watch`, drawn anew each second: what is wrong in words, the table or the target, and
/// what has changed lately. A pure function, so that tests compare whole screens.
#include <string>
#include <vector>

#include "agent/ask/sight.h"
#include "agent/render/layout.h"

namespace signalbox {

struct WatchScene {
  std::string address;  ///< of the agent
  std::string target;   ///< empty: all
  Sight sight;
  Past past;
};

struct WatchFrame {
  std::vector<std::string> lines;
  std::vector<std::string> shown;  ///< targets whose past can be seen
};

/// At most `rows` lines of at most `view.width` columns. `view.width` is not 0.
WatchFrame watch_frame(const WatchScene& scene, const View& view, size_t rows);

}  // namespace signalbox
