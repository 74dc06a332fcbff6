#include "tests/fuzz/fuzz.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "lib/json.h"

namespace signalbox::fuzz {
namespace {

/// Whether the library that we parse JSON with takes it for UTF-8: dumping anything else throws.
bool is_utf8(std::string_view text) {
  try {
    Json(text).dump();
    return true;
  } catch (const Json::type_error&) {
    return false;
  }
}

struct Hidden {
  std::string_view first;
  std::string_view last;
};
/// As UTF-8, whose order of bytes is the order of characters.
constexpr std::array kHidden = {
    Hidden{"\xC2\x80", "\xC2\x9F"},                  // C1
    Hidden{"\xC2\xAD", "\xC2\xAD"},                  // soft hyphen
    Hidden{"\xD8\x9C", "\xD8\x9C"},                  // Arabic letter mark
    Hidden{"\xE2\x80\x8B", "\xE2\x80\x8F"},          // zero width, left-to-right and right-to-left marks
    Hidden{"\xE2\x80\xA8", "\xE2\x80\xAE"},          // line and paragraph separators, bidirectional controls
    Hidden{"\xE2\x81\xA0", "\xE2\x81\xA0"},          // word joiner
    Hidden{"\xE2\x81\xA6", "\xE2\x81\xA9"},          // isolates
    Hidden{"\xEF\xBB\xBF", "\xEF\xBB\xBF"},          // byte order mark
    Hidden{"\xF3\xA0\x80\x80", "\xF3\xA0\x81\xBF"},  // tags
};

bool holds_hidden(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    for (const Hidden& range : kHidden) {
      const std::string_view here = text.substr(i, range.first.size());
      if (here >= range.first && here <= range.last && here.size() == range.first.size()) return true;
    }
  }
  return false;
}

Config make_config() {
  Config made = default_config();
  for (ProviderConfig& each : made.providers) {
    if (each.name != "gemini") continue;
    SourceConfig source{.name = "ai_studio", .kind = SourceKind::ai_studio};
    source.urls = {"https://alkalimakersuite-pa.clients6.google.com/"};
    source.components = {"1"};
    source.interval = seconds(120);
    each.sources.push_back(source);
  }
  return made;
}

}  // namespace

void expect(bool holds, std::string_view property) {
  if (!holds) throw Broken(std::string(property));
}

bool is_clean(std::string_view text, size_t longest) {
  return text.size() <= longest && is_utf8(text) && !holds_hidden(text);
}

void expect_clean(std::string_view text, size_t longest, std::string_view what) {
  if (is_clean(text, longest)) return;
  throw Broken(std::string(what) +
               " is one clean line: " + Json(text).dump(-1, ' ', true, Json::error_handler_t::replace));
}

bool is_writable(WallTime at) {
  using namespace std::chrono;
  return at >= WallTime(sys_days(year(0) / 1 / 1)) && at < WallTime(sys_days(year(10000) / 1 / 1));
}

std::vector<std::string_view> split(std::string_view input, size_t most) {
  std::vector<std::string_view> parts;
  while (parts.size() + 1 < most) {
    const size_t end = input.find('\0');
    if (end == std::string_view::npos) break;
    parts.push_back(input.substr(0, end));
    input.remove_prefix(end + 1);
  }
  parts.push_back(input);
  return parts;
}

Choices::Choices(std::string_view input) : state_(14695981039346656037U) {
  for (const char c : input) state_ = (state_ ^ static_cast<unsigned char>(c)) * 1099511628211U;
}

/// splitmix64.
size_t Choices::below(size_t end) {
  uint64_t z = state_ += 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return static_cast<size_t>((z ^ (z >> 31U)) % end);
}

void be_quiet() { spdlog::set_level(spdlog::level::off); }

Instant now() { return {WallTime(Millis(1795428000000)), MonoTime(hours(1))}; }

const Config& config() {
  static const Config kConfig = make_config();
  return kConfig;
}

const ProviderConfig& provider(std::string_view name) {
  const ProviderConfig* found = find_provider(config(), name);
  expect(found != nullptr, "the provider is configured");
  return *found;
}

}  // namespace signalbox::fuzz
