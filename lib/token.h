#pragma once
/// The text of a token file: a token a line. The first is in use; others are there while clients change over.
#include <string>
#include <string_view>
#include <vector>

#include "lib/result.h"

namespace signalbox {

/// 32 characters of hex are 128 bits: nobody guesses them.
inline constexpr size_t kMinToken = 32;
inline constexpr size_t kMaxToken = 4096;

/// White space at the end of a line and empty lines mean nothing. Errors say which line is wrong, and never what
/// stands there: no token, one that is too short or too long, a character that is not visible ASCII.
Result<std::vector<std::string>> parse_tokens(std::string_view text);

}  // namespace signalbox
