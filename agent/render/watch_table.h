#pragma once
/// The table of `status --watch`: a row a target, what is wrong first, in as many columns as there is room for.
///
/// Columns go by importance as the screen becomes narrower: how failures and states were lately, then the weight,
/// then the age. Under a row that is not healthy stands why; under one that a person decided, who and until when.
#include <string>
#include <vector>

#include "agent/ask/sight.h"
#include "agent/render/layout.h"

namespace signalbox {

struct WatchTable {
  std::vector<std::string> lines;
  std::vector<std::string> shown;  ///< the targets that have a row
};

/// At most `rows` lines of at most `view.width` columns; targets that have no room are counted in the last one.
/// `is_old`: nobody knows whether it is still so, nothing is in colour.
WatchTable watch_table(std::vector<TargetView> targets, const Past& past, bool is_old, const View& view,
                       size_t rows);

/// "14:32", "3:12:07", and "2 d 4 h" from a day on: seconds that are seen to pass.
std::string format_age(Millis age);

/// How much the columns show: a step of the timeline a column, and the states of an hour.
inline constexpr Millis kTrendStep = seconds(10);
inline constexpr size_t kMostTrendColumns = 60;
inline constexpr Millis kBandSpan = hours(1);

}  // namespace signalbox
