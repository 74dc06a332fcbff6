#pragma once
/// Text from outside, made fit to be shown.
#include <string>
#include <string_view>

namespace signalbox {

/// Longest name or sentence taken from a page, in bytes: enough for every title in two years of history
/// (the longest has 113), short enough that a page cannot fill a terminal or the database.
inline constexpr size_t kMaxPageText = 300;

/// Valid UTF-8 on one line: control characters (C0, DEL, C1), line and paragraph separators, and the marks that
/// reorder or hide text (bidirectional controls, zero-width) become a space; invalid bytes become U+FFFD; runs of
/// spaces become one; what is longer than `max_bytes` is cut at a character and ends in "...".
std::string clean_text(std::string_view raw, size_t max_bytes = kMaxPageText);

}  // namespace signalbox
