#include "agent/http/http_framer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "lib/hex.h"

namespace signalbox {
namespace {

using CharSet = std::array<bool, 256>;

constexpr CharSet make_set(bool (*contains)(unsigned char)) {
  CharSet set{};
  for (size_t c = 0; c < set.size(); ++c) set[c] = contains(static_cast<unsigned char>(c));
  return set;
}

constexpr bool is_alpha_or_digit(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

constexpr CharSet kTokenChars = make_set([](unsigned char c) {
  return is_alpha_or_digit(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
});
/// A fragment never travels in a request; cpp-httplib would cut it off silently.
constexpr CharSet kTargetChars = make_set([](unsigned char c) { return c > ' ' && c < 0x7f && c != '#'; });
constexpr CharSet kValueChars = make_set([](unsigned char c) { return c == '\t' || (c >= ' ' && c != 0x7f); });

bool consists_of(std::string_view text, const CharSet& set) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return set[static_cast<unsigned char>(c)]; });
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

using Trouble = std::optional<HttpRefusal>;

/// Header names that mean something to the framing or to who may ask, and those that keep a request off the hot
/// table because they may change the answer.
enum class Name {
  other,
  content_length,
  transfer_encoding,
  host,
  connection,
  expect,
  if_none_match,
  authorization,
  not_plain,
  forwarded
};

struct KnownName {
  std::string_view text;
  Name name;
};
constexpr KnownName kKnownNames[] = {
    {"Host", Name::host},
    {"Connection", Name::connection},
    {"If-None-Match", Name::if_none_match},
    {"Content-Length", Name::content_length},
    {"Transfer-Encoding", Name::transfer_encoding},
    {"Expect", Name::expect},
    {"Range", Name::not_plain},
    {"Upgrade", Name::not_plain},
    {"Authorization", Name::authorization},
    {"Forwarded", Name::forwarded},
    {"X-Real-IP", Name::forwarded},
    {"Via", Name::forwarded},
};
/// -For, and what some proxies add without it: -Proto, -Host, -Port ...
constexpr std::string_view kForwardedPrefix = "X-Forwarded-";

Name known(std::string_view text) {
  for (const auto& row : kKnownNames) {
    if (equal_ignoring_case(row.text, text)) return row.name;
  }
  return equal_ignoring_case(text.substr(0, kForwardedPrefix.size()), kForwardedPrefix) ? Name::forwarded
                                                                                        : Name::other;
}

/// How often the fields that may stand once were seen.
struct Seen {
  int host = 0;
  int content_length = 0;
  int if_none_match = 0;
  int connection = 0;
};

Trouble read_content_length(std::string_view value, RequestHead& head) {
  const auto end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, head.content_length);
  const bool digits = !value.empty() && value.find_first_not_of("0123456789") == std::string_view::npos;
  if (digits && error == std::errc::result_out_of_range) return HttpRefusal{413, "the body is over 1 MiB"};
  if (!digits || stop != end) return HttpRefusal{400, "Content-Length is not a number"};
  if (head.content_length > kMaxBodyBytes) return HttpRefusal{413, "the body is over 1 MiB"};
  return {};
}

void read_connection(std::string_view value, RequestHead& head) {
  if (!equal_ignoring_case(value, "keep-alive")) head.plain = false;
  while (!value.empty()) {
    const auto comma = value.find(',');
    const auto option = trim(value.substr(0, comma));
    if (equal_ignoring_case(option, "close")) head.keep_alive = false;
    if (equal_ignoring_case(option, "keep-alive") && head.http_1_0) head.keep_alive = true;
    value = comma == std::string_view::npos ? std::string_view{} : value.substr(comma + 1);
  }
}

Trouble read_expect(std::string_view value, RequestHead& head) {
  if (!equal_ignoring_case(value, "100-continue")) return HttpRefusal{417, "only 100-continue can be expected"};
  head.expects_continue = true;
  head.plain = false;
  return {};
}

/// One coding, of a request that writes; never beside a Content-Length, for two servers could take either.
Trouble read_transfer_encoding(std::string_view value, RequestHead& head, const Seen& seen) {
  const bool writes = head.method == "POST" || head.method == "PUT";
  if (!writes || head.http_1_0 || head.chunked || seen.content_length > 0 ||
      !equal_ignoring_case(value, "chunked")) {
    return HttpRefusal{411, "send a Content-Length, or a body in chunks without one"};
  }
  head.chunked = true;
  head.plain = false;
  return {};
}

Trouble note_field(const HeaderField& field, RequestHead& head, Seen& seen) {
  switch (known(field.name)) {
    case Name::other: return {};
    case Name::not_plain: head.plain = false; return {};
    case Name::forwarded:
      head.plain = false;
      head.forwarded = true;
      return {};
    case Name::connection: read_connection(field.value, head); return {};
    case Name::expect: return read_expect(field.value, head);
    case Name::transfer_encoding: return read_transfer_encoding(field.value, head, seen);
    case Name::host:
      if (++seen.host > 1) return HttpRefusal{400, "more than one Host"};
      head.host = field.value;
      return {};
    case Name::if_none_match:
      if (++seen.if_none_match > 1) head.plain = false;
      head.if_none_match = field.value;
      return {};
    case Name::authorization:
      // A proxy may have checked the one and we the other.
      if (std::exchange(head.has_authorization, true)) return HttpRefusal{400, "more than one Authorization"};
      head.authorization = field.value;
      return {};
    case Name::content_length:
      if (++seen.content_length > 1) return HttpRefusal{400, "more than one Content-Length"};
      if (head.chunked) return HttpRefusal{411, "send a Content-Length, or a body in chunks without one"};
      head.plain = false;
      return read_content_length(field.value, head);
  }
  return {};
}

Trouble read_version(std::string_view text, RequestHead& head) {
  head.http_1_0 = text == "HTTP/1.0";
  head.keep_alive = !head.http_1_0;
  if (head.http_1_0 || text == "HTTP/1.1") return {};
  if (text.starts_with("HTTP/")) return HttpRefusal{505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
  return HttpRefusal{400, "the request line is not METHOD TARGET VERSION"};
}

bool is_known_method(std::string_view method) {
  constexpr std::string_view kMethods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  return std::find(std::begin(kMethods), std::end(kMethods), method) != std::end(kMethods);
}

/// Others decode what we would not, and httplib `%u0061`, which is in no standard.
bool is_well_encoded(std::string_view target) {
  for (auto at = target.find('%'); at != std::string_view::npos; at = target.find('%', at + 1)) {
    const std::string_view digits = target.substr(at + 1, 2);
    if (digits.size() < 2 || hex_digit(digits[0]) < 0 || hex_digit(digits[1]) < 0) return false;
  }
  return true;
}

Trouble read_request_line(std::string_view line, RequestHead& head) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return HttpRefusal{400, "the request line is not METHOD TARGET VERSION"};
  }
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  if (head.method.empty() || !consists_of(head.method, kTokenChars))
    return HttpRefusal{400, "the method is not a word"};
  if (auto trouble = read_version(line.substr(last + 1), head)) return trouble;
  if (!is_known_method(head.method)) return HttpRefusal{501, "the method is not known here"};
  if (!head.target.starts_with('/'))
    return HttpRefusal{400, "the request target must be a path that starts with /"};
  if (!consists_of(head.target, kTargetChars))
    return HttpRefusal{400, "the request target has a character that must be percent-encoded"};
  if (!is_well_encoded(head.target))
    return HttpRefusal{400, "the request target has a % without two hexadecimal digits behind it"};
  return {};
}

Trouble read_field(std::string_view line, RequestHead& head, Seen& seen) {
  if (line.front() == ' ' || line.front() == '\t') return HttpRefusal{400, "a folded header line"};
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return HttpRefusal{400, "a header line without a colon"};
  const HeaderField field{line.substr(0, colon), trim(line.substr(colon + 1))};
  if (field.name.empty() || !consists_of(field.name, kTokenChars))
    return HttpRefusal{400, "a header name that is not a word"};
  if (!consists_of(field.value, kValueChars)) return HttpRefusal{400, "a control character in a header"};
  if (head.fields.size() == kMaxHeaders) return HttpRefusal{431, "more than 100 headers"};
  head.fields.push_back(field);
  return note_field(field, head, seen);
}

HttpRefusal too_long(bool first_line) {
  return first_line ? HttpRefusal{414, "the request target is over 8000 bytes"}
                    : HttpRefusal{431, "a header over 8000 bytes"};
}

void reset(RequestHead& head) {
  auto fields = std::move(head.fields);
  fields.clear();
  head = RequestHead{};
  head.fields = std::move(fields);
}

Framed finish(RequestHead& head, const Seen& seen, size_t size) {
  if (seen.host == 0 && !head.http_1_0) return HttpRefusal{400, "HTTP/1.1 needs a Host"};
  if (head.http_1_0) head.plain = false;
  head.size = size;
  return Complete{};
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool may_say_more(std::string_view bytes, size_t seen, const NeedMore& before) {
  return bytes.size() >= kMaxHeadBytes || bytes.size() - before.line > kMaxLineBytes ||
         bytes.find('\n', seen) != std::string_view::npos;
}

Framed frame_request(std::string_view bytes, RequestHead& head) {
  reset(head);
  Seen seen;
  // What the first 16 KiB say counts, however many bytes came at once.
  bytes = bytes.substr(0, kMaxHeadBytes);
  // RFC 9112, 2.2: an empty line before a request is ignored.
  size_t at = bytes.starts_with("\r\n") ? 2 : 0;
  for (bool first_line = true;; first_line = false) {
    const auto newline = bytes.find('\n', at);
    // Without its LF, which may be yet to come: the CR before it does not count to its length either.
    auto line = bytes.substr(at, newline == std::string_view::npos ? newline : newline - at);
    const bool has_cr = line.ends_with('\r');
    if (has_cr) line.remove_suffix(1);
    if (line.size() > kMaxLineBytes) return too_long(first_line);
    if (newline == std::string_view::npos) {
      if (bytes.size() == kMaxHeadBytes) return HttpRefusal{431, "the header section is over 16 KiB"};
      return NeedMore{at};
    }
    if (!has_cr) return HttpRefusal{400, "a line that does not end in CR LF"};
    at = newline + 1;
    if (line.empty() && !first_line) return finish(head, seen, at);
    if (auto trouble = first_line ? read_request_line(line, head) : read_field(line, head, seen)) return *trouble;
  }
}

}  // namespace signalbox
