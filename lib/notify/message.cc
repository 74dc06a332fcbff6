#include "lib/notify/message.h"

#include <fmt/format.h>

#include <algorithm>

namespace signalbox {
namespace {

bool wants(const NotifyConfig& receiver, const Notice& notice) {
  return notice.kind == NoticeKind::observer || std::ranges::count(receiver.states, notice.to) > 0;
}

/// Whether there is something to say of `notice`; `told` is what the receiver heard of its target.
bool is_news(Heard& told, const Notice& notice, const NotifyConfig& receiver) {
  const bool wanted = wants(receiver, notice);
  const bool news = wanted && notice.to != told.known;
  const bool ends = !wanted && notice.to != State::unknown && severity(notice.to) < severity(told.known);
  if (news) told = {notice.to, notice.to, notice.at};
  if (ends) told.known = notice.to;
  return news;
}

}  // namespace

int severity(State state) {
  switch (state) {
    case State::unhealthy: return 3;
    case State::degraded: return 2;
    case State::recovering: return 1;
    case State::healthy:
    case State::unknown: return 0;
  }
  return 0;
}

int Message::severity() const {
  int worst = 0;
  for (const TargetNews& change : changes) worst = std::max(worst, signalbox::severity(change.last.to));
  return worst;
}

Message sum_up(const std::vector<Notice>& notices, const NotifyConfig& receiver, ToldStates& told) {
  Message message{.id = notices.front().id, .provider = notices.front().target.provider, .at = notices.back().at};
  std::map<Target, TargetNews> changes;
  for (const Notice& notice : notices) {
    if (is_override(notice)) {
      message.overrides.push_back(notice);
      continue;
    }
    Heard& heard = told[notice.target];
    const Heard before = heard;
    if (!is_news(heard, notice, receiver)) continue;
    const auto [change, is_first] = changes.try_emplace(notice.target, TargetNews{before, notice});
    if (!is_first) change->second = {change->second.before, notice, change->second.changes + 1};
  }
  for (auto& [target, change] : changes) message.changes.push_back(std::move(change));
  return message;
}

Message test_message(WallTime at) {
  return {.id = fmt::format("test-{}", at.time_since_epoch().count()), .at = at, .test = true};
}

}  // namespace signalbox
