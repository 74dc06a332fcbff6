#include "lib/pages/http_date.h"

#include <algorithm>
#include <array>
#include <vector>

namespace signalbox {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr size_t kMaxDate = 40;  // the longest form has 33 characters
/// RFC 9110: a two-digit year more than this far in the future is in the past.
constexpr int kCenturyWindow = 50;

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  for (size_t begin = text.find_first_not_of(separators); begin != text.npos;) {
    const size_t end = std::min(text.find_first_of(separators, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(separators, end);
  }
  return parts;
}

/// -1 when it is not a number of 1 to 4 digits.
int number(std::string_view text) {
  if (text.empty() || text.size() > 4) return -1;
  int value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<Millis> time_of_day(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, ":");
  if (parts.size() != 3 || text.size() != 8) return std::nullopt;
  const int hour = number(parts[0]);
  const int minute = number(parts[1]);
  const int second = number(parts[2]);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return std::nullopt;
  return hours(hour) + minutes(minute) + seconds(second);
}

std::chrono::year full_year(std::string_view text, WallTime now) {
  const int value = number(text);
  if (text.size() != 2) return std::chrono::year(value);
  const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
  const int latest = static_cast<int>(today.year()) + kCenturyWindow;
  return std::chrono::year(latest - (latest - value) % 100);
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text, WallTime now) {
  using namespace std::chrono;
  if (text.size() > kMaxDate) return std::nullopt;
  const std::vector<std::string_view> parts = split(text, " ,-");
  // Weekday, day, month, year, time, "GMT"; in C's asctime: weekday, month, day, time, year.
  const bool asctime = parts.size() == 5;
  if (!asctime && (parts.size() != 6 || parts[5] != "GMT")) return std::nullopt;
  const auto [day_at, month_at, year_at, time_at] =
      asctime ? std::array<size_t, 4>{2, 1, 4, 3} : std::array<size_t, 4>{1, 2, 3, 4};
  const auto* found = std::ranges::find(kMonths, parts[month_at]);
  const int day_number = number(parts[day_at]);
  const std::optional<Millis> time = time_of_day(parts[time_at]);
  if (found == kMonths.end() || day_number < 1 || number(parts[year_at]) < 0 || !time) return std::nullopt;
  const month month_of_year(static_cast<unsigned>(found - kMonths.begin()) + 1);
  const year_month_day date{full_year(parts[year_at], now), month_of_year, day(static_cast<unsigned>(day_number))};
  if (!date.ok()) return std::nullopt;
  return WallTime(sys_days(date)) + *time;
}

}  // namespace signalbox
