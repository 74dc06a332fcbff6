#include "lib/json.h"

#include <fmt/format.h>

#include "lib/rfc3339.h"

namespace signalbox {
namespace {

struct Extent {
  int depth = 0;
  size_t values = 0;
};

/// How deep and how many, without building anything. Text that is not JSON gives some number; the parser
/// says what is wrong with it afterwards.
Extent measure(std::string_view text) {
  Extent extent;
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    switch (c) {
      case '"': in_string = true; break;
      case '[':
      case '{':
        extent.depth = std::max(extent.depth, ++depth);
        ++extent.values;
        break;
      case ']':
      case '}': --depth; break;
      case ',': ++extent.values; break;
      default: break;
    }
  }
  return extent;
}

template <class Value>
std::string dump(const Value& value) {
  return value.dump(-1, ' ', false, Value::error_handler_t::replace);
}

template <class Value>
Result<Value> parse(std::string_view text) {
  const Extent extent = measure(text);
  if (extent.depth > kMaxJsonDepth) {
    return Error{fmt::format("JSON nested deeper than {} levels", kMaxJsonDepth)};
  }
  if (extent.values > kMaxJsonValues) {
    return Error{fmt::format("JSON of more than {} values", kMaxJsonValues)};
  }
  try {
    return Value::parse(text);
  } catch (const Json::parse_error& error) {
    return Error{fmt::format("not JSON: byte {} of {}", error.byte, text.size())};
  } catch (const Json::exception&) {
    return Error{"not JSON: a number out of range"};
  }
}

}  // namespace

Result<Json> parse_json(std::string_view text) { return parse<Json>(text); }
Result<OrderedJson> parse_ordered_json(std::string_view text) { return parse<OrderedJson>(text); }

std::string dump_json(const Json& value) { return dump(value); }
std::string dump_json(const OrderedJson& value) { return dump(value); }

const Json& field(const Json& value, std::string_view key) {
  static const Json kNull;
  if (!value.is_object()) return kNull;
  const auto found = value.find(key);
  return found == value.end() ? kNull : *found;
}

std::string string_field(const Json& value, std::string_view key) {
  const Json& member = field(value, key);
  return member.is_string() ? member.get<std::string>() : std::string();
}

std::optional<WallTime> time_field(const Json& value, std::string_view key) {
  const Json& member = field(value, key);
  return member.is_string() ? parse_rfc3339(member.get_ref<const std::string&>()) : std::nullopt;
}

}  // namespace signalbox
