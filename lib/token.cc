#include "lib/token.h"

#include <fmt/format.h>

#include <algorithm>

namespace signalbox {
namespace {

bool is_visible(char c) { return c > ' ' && c < 0x7f; }

std::string mistake_in(std::string_view token) {
  if (!std::ranges::all_of(token, is_visible)) return "holds a character that no token has";
  if (token.size() < kMinToken) return fmt::format("is shorter than {} characters", kMinToken);
  if (token.size() > kMaxToken) return fmt::format("is longer than {} characters", kMaxToken);
  return "";
}

}  // namespace

Result<std::vector<std::string>> parse_tokens(std::string_view text) {
  std::vector<std::string> tokens;
  for (int number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    if (line.empty()) continue;
    if (const auto mistake = mistake_in(line); !mistake.empty())
      return Error{fmt::format("the token in line {} {}", number, mistake)};
    tokens.emplace_back(line);
  }
  if (tokens.empty()) return Error{"it holds no token"};
  return tokens;
}

}  // namespace signalbox
