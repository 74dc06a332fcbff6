#include "agent/api/override_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lib/json.h"
#include "lib/text.h"

namespace signalbox {
namespace {

constexpr std::array<std::string_view, 5> kMembers = {"state", "primary_weight", "reason", "by", "ttl_s"};
constexpr size_t kMaxShownMember = 100;

/// In code points: the parser has seen to it that the text is UTF-8.
size_t characters(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

/// Reads the members and keeps the first mistake.
class OverrideReader {
 public:
  explicit OverrideReader(const Json& body) : body_(body) {}

  std::variant<Override, ApiReply> read(Instant now) {
    if (!body_.is_object()) fail("", "must be an object");
    for (const auto& [key, member] : body_.items()) {
      if (body_.is_object() && !std::ranges::count(kMembers, key)) unknown(key);
    }
    Override terms{.state = state(), .set_at = now};
    terms.primary_weight =
        static_cast<int>(integer("primary_weight", terms.state == State::unhealthy ? 0 : 100, 0, 100));
    terms.reason = text("reason", kMaxReason, true);
    terms.by = text("by", kMaxOverrider, false);
    terms.expires_at = now + seconds(integer("ttl_s", std::nullopt, 1, kLongestTtl.count()));
    if (mistake_) return *mistake_;
    return terms;
  }

 private:
  static constexpr auto kLongestTtl = std::chrono::duration_cast<seconds>(kLongestOverride);

  void fail(const std::string& pointer, const std::string& detail) {
    if (!mistake_) mistake_ = bad_body(400, pointer, detail);
  }

  void unknown(const std::string& key) {
    std::string pointer = "/";
    for (const char c : clean_text(key, kMaxShownMember)) {
      if (c == '~' || c == '/') {
        pointer += c == '~' ? "~0" : "~1";
      } else {
        pointer += c;
      }
    }
    fail(pointer, fmt::format("unknown member; there are {}", fmt::join(kMembers, ", ")));
  }

  State state() {
    const std::string name = string_field(body_, "state");
    for (const State state : {State::healthy, State::degraded, State::unhealthy}) {
      if (name == to_string(state)) return state;
    }
    fail("/state", "must be healthy, degraded or unhealthy");
    return State::unhealthy;
  }

  int64_t integer(const std::string& key, std::optional<int64_t> fallback, int64_t low, int64_t high) {
    const Json& value = field(body_, key);
    if (value.is_null() && fallback) return *fallback;
    if (value.is_number_integer() && value >= low && value <= high) return value.get<int64_t>();
    fail("/" + key, fmt::format("must be a whole number from {} to {}", low, high));
    return low;
  }

  std::string text(const std::string& key, size_t longest, bool required) {
    const Json& value = field(body_, key);
    if (value.is_null() && !required) return {};
    std::string given = string_field(body_, key);
    // One line that can be shown anywhere: what cleaning would change is refused, so that nothing is changed
    // silently.
    if (given.empty() || characters(given) > longest || clean_text(given, given.size()) != given) {
      fail("/" + key,
           fmt::format("must be one line of 1 to {} characters, without control characters, spaces around "
                       "it or double spaces",
                       longest));
    }
    return given;
  }

  const Json& body_;
  std::optional<ApiReply> mistake_;
};

}  // namespace

std::variant<Override, ApiReply> parse_override(std::string_view body, Instant now) {
  const Result<Json> json = parse_json(body);
  if (!json) return bad_body(400, "", json.error().message);
  return OverrideReader(*json).read(now);
}

std::string overrider(const std::string& named, const Caller& caller) {
  std::string known = "operator token from " + caller.address;
  if (caller.is_unix) known = caller.uid ? fmt::format("uid {}", *caller.uid) : "uid unknown";
  if (caller.forwarded) known += ", through a proxy";
  return named.empty() ? known : fmt::format("{} ({})", named, known);
}

}  // namespace signalbox
