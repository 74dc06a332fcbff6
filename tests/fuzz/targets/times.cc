/// Times as text: RFC 3339, and the three forms of HTTP.
///
/// In: the text. Holds: a time that can be written is the same written and read.
#include <cstring>

#include "agent/http/http_reply.h"
#include "lib/pages/http_date.h"
#include "lib/rfc3339.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_targets.h"

namespace signalbox::fuzz {

void rfc3339(std::string_view input) {
  if (const auto at = parse_rfc3339(input); at && is_writable(*at)) {
    expect(parse_rfc3339(format_rfc3339(*at)) == at, "a time is the same written and read");
  }
  int64_t millis = 0;
  std::memcpy(&millis, input.data(), std::min(sizeof millis, input.size()));
  const std::string text = format_rfc3339(WallTime(Millis(millis)));
  const auto at = parse_rfc3339(text);
  expect(at && format_rfc3339(*at) == text, "every time can be written, and read");
  if (is_writable(WallTime(Millis(millis)))) expect(*at == WallTime(Millis(millis)), "no millisecond is lost");
  expect(text.starts_with(utc_date(*at)), "a date is the time's");
}

void http_dates(std::string_view input) {
  const auto at = parse_http_date(input, now().wall);
  if (!at) return;
  expect(at->time_since_epoch() % seconds(1) == Millis(0), "HTTP knows whole seconds");
  if (is_writable(*at)) {
    expect(parse_http_date(http_date(*at), now().wall) == at, "a date is the same written and read");
  }
}

}  // namespace signalbox::fuzz
