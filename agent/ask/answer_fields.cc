#include "agent/ask/answer_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lib/text.h"

namespace signalbox {
namespace {

/// Our own sentences may be longer than a page's title.
constexpr size_t kMaxSentence = 2000;
/// Whole numbers that a double holds exactly.
constexpr double kMaxWhole = 9007199254740992.0;

}  // namespace

std::string text_in(const Json& value, std::string_view key) {
  return clean_text(string_field(value, key), kMaxSentence);
}

bool flag_in(const Json& value, std::string_view key) {
  const Json& member = field(value, key);
  return member.is_boolean() && member.get<bool>();
}

std::optional<double> number_in(const Json& value, std::string_view key) {
  const Json& member = field(value, key);
  if (!member.is_number()) return std::nullopt;
  return std::clamp(member.get<double>(), -kMaxWhole, kMaxWhole);
}

int64_t whole_in(const Json& value, std::string_view key) {
  return std::llround(number_in(value, key).value_or(0));
}

std::string as_text(const Json& value) {
  return value.is_string() ? clean_text(value.get_ref<const std::string&>()) : clean_text(dump_json(value));
}

Error not_ours(std::string_view missing) {
  return Error{fmt::format("the answer is not signalbox's: {}", missing)};
}

Result<Json> with_list(const std::string& body, std::string_view key) {
  auto json = parse_json(body);
  if (!json) return not_ours(json.error().message);
  if (!field(*json, key).is_array()) return not_ours(fmt::format("no list \"{}\"", key));
  return json;
}

}  // namespace signalbox
