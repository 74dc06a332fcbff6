#pragma once
/// What was lately in a line of characters: failures as a sparkline, states as a band. A column each step.
///
/// Both can be read without colour: failures by height, states by the marks that the table has for them.
#include "agent/ask/sight.h"
#include "agent/render/layout.h"

namespace signalbox {

/// The last `columns` steps, oldest first, as wide as that: nothing where nobody asked, a low line where nothing
/// failed, and two to eight eighths for every failure ratio above 0.
Spans sparkline(const TimelineView& timeline, size_t columns);

/// The states of a target in the `span` before `now`, the worst of each column, as wide as `columns`: a line is
/// healthy, dots are unknown. Nothing where it is not known which it was.
Spans state_band(const TargetView& target, const Past& past, Millis span, size_t columns, WallTime now);

}  // namespace signalbox
