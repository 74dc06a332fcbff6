#include "lib/rfc3339.h"

#include <fmt/format.h>

#include <algorithm>

namespace signalbox {
namespace {

/// Reads text from the left; `ok` turns false at the first thing that does not fit, and stays so.
struct Cursor {
  std::string_view rest;
  bool ok = true;

  int digits(size_t count) {
    int value = 0;
    if (rest.size() < count) return fail();
    for (char c : rest.substr(0, count)) {
      if (c < '0' || c > '9') return fail();
      value = value * 10 + (c - '0');
    }
    rest.remove_prefix(count);
    return value;
  }

  char one_of(std::string_view allowed) {
    if (rest.empty() || allowed.find(rest.front()) == std::string_view::npos) {
      fail();
      return '\0';
    }
    const char c = rest.front();
    rest.remove_prefix(1);
    return c;
  }

  bool next_is(char c) const { return !rest.empty() && rest.front() == c; }

  int fail() {
    ok = false;
    rest = {};
    return 0;
  }
};

Millis read_fraction(Cursor& cursor) {
  cursor.one_of(".");
  int millis = 0;
  int scale = 100;
  bool any = false;
  while (!cursor.rest.empty() && cursor.rest.front() >= '0' && cursor.rest.front() <= '9') {
    millis += (cursor.rest.front() - '0') * scale;
    scale /= 10;
    any = true;
    cursor.rest.remove_prefix(1);
  }
  if (!any) cursor.fail();
  return Millis(millis);
}

minutes read_offset(Cursor& cursor) {
  const char sign = cursor.one_of("Zz+-");
  if (!cursor.ok || sign == 'Z' || sign == 'z') return minutes(0);
  const int hour = cursor.digits(2);
  cursor.one_of(":");
  const int minute = cursor.digits(2);
  if (hour > 23 || minute > 59) cursor.fail();
  const minutes offset(hour * 60 + minute);
  return sign == '-' ? -offset : offset;
}

}  // namespace

std::string format_rfc3339(WallTime at) {
  using namespace std::chrono;
  const WallTime first = sys_days(year(0) / 1 / 1);
  const WallTime last = WallTime(sys_days(year(9999) / 12 / 31)) + hours(24) - Millis(1);
  at = std::clamp(at, first, last);
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss time(at - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  Cursor cursor{text};
  const int y = cursor.digits(4);
  cursor.one_of("-");
  const auto m = static_cast<unsigned>(cursor.digits(2));
  cursor.one_of("-");
  const auto d = static_cast<unsigned>(cursor.digits(2));
  cursor.one_of("Tt ");
  const int hour = cursor.digits(2);
  cursor.one_of(":");
  const int minute = cursor.digits(2);
  cursor.one_of(":");
  const int second = cursor.digits(2);
  const Millis fraction = cursor.next_is('.') ? read_fraction(cursor) : Millis(0);
  const minutes offset = read_offset(cursor);

  const year_month_day date{year(y), month(m), day(d)};
  if (!cursor.ok || !cursor.rest.empty() || !date.ok()) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return WallTime(sys_days(date)) + hours(hour) + minutes(minute) + seconds(second) + fraction - offset;
}

std::string utc_date(WallTime at) {
  constexpr size_t kDateLength = 10;
  return format_rfc3339(at).substr(0, kDateLength);
}

}  // namespace signalbox
