#pragma once
/// "Did you mean": the known name that is nearest to a mistyped one.
#include <string>
#include <string_view>
#include <vector>

namespace signalbox {

/// The candidate with the smallest edit distance (insert, delete, change, swap of neighbours), if that is at most a
/// third of the name's length, and at least for one edit; or the one that `name` starts with or is the start of.
/// Empty: none is near.
std::string nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace signalbox
