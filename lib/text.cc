#include "lib/text.h"

#include <cstdint>

namespace signalbox {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr char32_t kInvalid = 0xFFFFFFFF;

struct Decoded {
  char32_t point;
  size_t bytes;
};

/// One UTF-8 character at the front of `text` (not empty); an invalid one is a single byte long.
Decoded decode(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {kInvalid, 1};
  auto point = static_cast<char32_t>(lead & (0x7F >> length));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {kInvalid, 1};
    point = (point << 6) | (byte(i) & 0x3F);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (overlong || surrogate || point > 0x10FFFF) return {kInvalid, 1};
  return {point, length};
}

bool is_hidden(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
  const bool separator = c == 0x2028 || c == 0x2029;
  const bool bidi = c == 0x061C || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  const bool zero_width = (c >= 0x200B && c <= 0x200F) || c == 0x2060 || c == 0xFEFF || c == 0x00AD;
  return control || separator || bidi || zero_width || (c >= 0xE0000 && c <= 0xE007F);
}

}  // namespace

std::string clean_text(std::string_view raw, size_t max_bytes) {
  constexpr std::string_view kEllipsis = "...";
  std::string clean;
  size_t last_fit = 0;  // where to cut so that the ellipsis still fits
  while (!raw.empty()) {
    const Decoded next = decode(raw);
    const std::string_view shown = next.point == kInvalid  ? kReplacement
                                   : is_hidden(next.point) ? std::string_view(" ")
                                                           : raw.substr(0, next.bytes);
    raw.remove_prefix(next.bytes);
    if (shown == " " && (clean.empty() || clean.back() == ' ')) continue;
    if (clean.size() + kEllipsis.size() <= max_bytes) last_fit = clean.size();
    if (clean.size() + shown.size() > max_bytes) {
      clean.resize(last_fit);
      return clean.append(kEllipsis.substr(0, max_bytes));
    }
    clean += shown;
  }
  if (!clean.empty() && clean.back() == ' ') clean.pop_back();
  return clean;
}

}  // namespace signalbox
