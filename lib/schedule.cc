#include "lib/schedule.h"

#include <algorithm>

#include "lib/pages/http_date.h"

namespace signalbox {
namespace {

constexpr Millis kMaxRetryAfter = hours(1);
constexpr double kLeastOfInterval = 0.9;
/// Seconds of more digits are longer than any cap; fewer cannot overflow.
constexpr size_t kMaxDigits = 9;

std::string_view trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::optional<Millis> parse_seconds(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
  if (text.size() > kMaxDigits) return kMaxRetryAfter;
  int64_t value = 0;
  for (char c : text) value = value * 10 + (c - '0');
  return seconds(value);
}

Millis backoff(Millis interval, int refusals) {
  Millis pause = interval;
  for (int i = 0; i < refusals && pause < kMaxBackoff; ++i) pause *= 2;
  // An interval longer than the cap is never shortened by a refusal.
  return std::max(interval, std::min(pause, kMaxBackoff));
}

}  // namespace

bool is_refusal(const FetchedDocument& document) {
  const auto* reply = std::get_if<HttpReply>(&document.result);
  if (!reply) return false;
  return reply->status == 403 || reply->status == 429 || reply->status >= 500 || is_bot_challenge(*reply);
}

std::optional<Millis> parse_retry_after(std::string_view header, WallTime now) {
  header = trim(header);
  std::optional<Millis> wait = parse_seconds(header);
  if (!wait) {
    const std::optional<WallTime> until = parse_http_date(header, now);
    if (!until || *until <= now) return std::nullopt;
    wait = *until - now;
  }
  return std::min(*wait, kMaxRetryAfter);
}

NextPoll next_poll(PollSchedule schedule, Millis interval, const std::vector<FetchedDocument>& documents,
                   WallTime now, double jitter) {
  Millis asked_for{0};
  bool refused = false;
  for (const FetchedDocument& document : documents) {
    if (!is_refusal(document)) continue;
    refused = true;
    const std::string& header = std::get<HttpReply>(document.result).retry_after;
    asked_for = std::max(asked_for, parse_retry_after(header, now).value_or(Millis(0)));
  }
  schedule.refusals = refused ? std::min(schedule.refusals + 1, kMaxRefusals) : 0;
  const double part = kLeastOfInterval + (1 - kLeastOfInterval) * std::clamp(jitter, 0.0, 1.0);
  const double pause = part * static_cast<double>(backoff(interval, schedule.refusals).count());
  return {schedule, std::max(Millis(static_cast<int64_t>(pause)), asked_for)};
}

Millis hurried(Millis pause, Millis interval) {
  return interval <= kHurriedInterval ? pause : Millis(pause.count() * kHurriedInterval.count() / interval.count());
}

}  // namespace signalbox
