#pragma once
/// JSON in and out, made safe for hostile input. The only file of the core that parses text with
/// nlohmann_json; decoders read fields through the helpers here, which never throw.
///
/// Errors: a parse error names the byte where it stands.
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "lib/result.h"
#include "lib/time.h"

namespace signalbox {

using Json = nlohmann::json;
/// Keeps the order in which fields were written: what we answer is read by people too.
using OrderedJson = nlohmann::ordered_json;

/// Deeper nesting overflows the stack of anybody who copies or dumps the value (nlohmann 3.11.2).
inline constexpr int kMaxJsonDepth = 64;
/// A body of 4 MiB may hold two million empty arrays of 64 bytes each: values are capped, not bytes alone.
/// The largest real feed (Google Cloud, a year of incidents, 1.3 MB) has about 35,000.
inline constexpr size_t kMaxJsonValues = 250'000;

Result<Json> parse_json(std::string_view text);
/// For what is passed on to people: the members keep their order.
Result<OrderedJson> parse_ordered_json(std::string_view text);

/// One line, UTF-8; invalid bytes become U+FFFD instead of an exception.
std::string dump_json(const Json& value);
std::string dump_json(const OrderedJson& value);

/// The member, or null when `value` is not an object or has none.
const Json& field(const Json& value, std::string_view key);
/// The member as a string; empty when it is missing, null or of another type.
std::string string_field(const Json& value, std::string_view key);
/// The member as RFC 3339 time; nothing when missing or not a time.
std::optional<WallTime> time_field(const Json& value, std::string_view key);

}  // namespace signalbox
