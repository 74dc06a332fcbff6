#pragma once
/// One target as text: `status TARGET`, and `why TARGET` with the whole evidence.
#include <string>
#include <vector>

#include "agent/ask/answers.h"
#include "agent/render/layout.h"

namespace signalbox {

/// What it is, since when, why, what the routers were told, the evidence in a line each.
std::string render_target(const TargetView& target, const View& view);

/// What `why` needs beside the target. What could not be had is empty, and `trouble` says why.
struct Background {
  std::vector<SourceView> sources;
  std::vector<TransitionView> transitions;  ///< newest first
  std::string trouble;
};

/// Every source, component, incident and count, and how it was judged.
std::string render_why(const TargetView& target, const Background& background, const View& view);

}  // namespace signalbox
