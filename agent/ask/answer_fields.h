#pragma once
/// Fields of the agent's answers, whatever they hold: one that is missing or of another type is empty. Nothing here
/// throws, and every text is clean.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/json.h"
#include "lib/result.h"

namespace signalbox {

/// More rows than any agent has targets (256 models a provider); a hostile answer ends there.
inline constexpr size_t kMaxItems = 5000;

std::string text_in(const Json& value, std::string_view key);
bool flag_in(const Json& value, std::string_view key);
std::optional<double> number_in(const Json& value, std::string_view key);
int64_t whole_in(const Json& value, std::string_view key);

/// A value as text: a string, or the JSON of anything else.
std::string as_text(const Json& value);

/// Every item of the member list, read by `read`; empty when it is not a list.
template <class Read>
auto list_in(const Json& value, std::string_view key, Read read) {
  std::vector<decltype(read(value))> items;
  const Json& member = field(value, key);
  if (!member.is_array()) return items;
  for (const Json& item : member) {
    if (items.size() == kMaxItems) break;
    items.push_back(read(item));
  }
  return items;
}

/// What is said of an answer of another shape altogether.
Error not_ours(std::string_view missing);
/// The answer as JSON with the list `key` in it.
Result<Json> with_list(const std::string& body, std::string_view key);

}  // namespace signalbox
