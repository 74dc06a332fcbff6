#include "lib/notify/notices.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lib/notify/notice.h"
#include "lib/text.h"

namespace signalbox {
namespace {

constexpr size_t kMaxWhy = 500;
constexpr size_t kMaxBy = 100;

void add_advice(const Core& core, Notice& notice) {
  const auto found = core.targets.find(notice.target);
  if (found == core.targets.end()) return;
  const Advice advice = told_of(core, notice.target, found->second).advice;
  notice.action = advice.action;
  notice.primary_weight = advice.primary_weight;
  notice.retry_budget = advice.retry_budget;
}

Notice notice_of(const Core& core, const TransitionRecord& record) {
  Notice notice{.at = record.at,
                .target = record.target,
                .from = record.from,
                .to = record.to,
                .why = clean_text(record.why, kMaxWhy)};
  add_advice(core, notice);
  return notice;
}

Notice notice_of(const OverrideRecord& record) {
  constexpr std::array kinds = {NoticeKind::override_set, NoticeKind::override_cleared,
                                NoticeKind::override_expired};
  return {.at = record.at,
          .kind = kinds.at(static_cast<size_t>(record.action)),
          .target = record.target,
          .to = record.state,
          .why = clean_text(record.reason, kMaxWhy),
          .primary_weight = record.primary_weight,
          .by = clean_text(record.by, kMaxBy),
          .expires_at = record.expires_at};
}

Notice notice_of(const Observer& observer, Instant now) {
  const bool suspect = observer.is_suspect();
  return {.at = now.wall,
          .kind = NoticeKind::observer,
          .from = suspect ? State::healthy : State::unhealthy,
          .to = suspect ? State::unhealthy : State::healthy,
          .why = why_suspect(observer)};
}

bool wants(const NotifyConfig& receiver, const Notice& notice) {
  if (notice.kind == NoticeKind::observer) return receiver.observer;
  if (is_override(notice) && !receiver.overrides) return false;
  return is_of_interest(receiver, notice.target);
}

}  // namespace

bool is_of_interest(const NotifyConfig& receiver, const Target& target) {
  return receiver.targets.empty() || std::ranges::any_of(receiver.targets, [&](const std::string& wanted) {
           return wanted == target.provider || wanted == to_string(target);
         });
}

std::vector<Record> notices_of(const Core& core, const std::vector<Record>& effects, bool was_suspect,
                               Instant now) {
  std::vector<Notice> notices;
  for (const Record& record : effects) {
    if (const auto* line = std::get_if<OverrideRecord>(&record)) notices.push_back(notice_of(*line));
    if (const auto* change = std::get_if<TransitionRecord>(&record)) notices.push_back(notice_of(core, *change));
  }
  if (was_suspect != core.observer.is_suspect()) notices.push_back(notice_of(core.observer, now));
  std::vector<Record> records;
  int number = 0;
  for (Notice& notice : notices) {
    notice.id = fmt::format("{}-{}-{}", core.generation, ++number, now.wall.time_since_epoch().count());
    for (const NotifyConfig& receiver : core.config->notify) {
      if (wants(receiver, notice))
        records.emplace_back(NoticeRecord{receiver.name, notice.id, notice.at, notice_to_json(notice)});
    }
  }
  return records;
}

}  // namespace signalbox
