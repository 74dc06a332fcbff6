#include "lib/notify/outbox.h"

#include <algorithm>
#include <iterator>

namespace signalbox {
namespace {

std::vector<std::string> ids_of(const std::vector<Notice>& notices) {
  std::vector<std::string> ids;
  for (const Notice& notice : notices) ids.push_back(notice.id);
  return ids;
}

/// What differs, as it is kept.
std::vector<ToldState> changes_of(const ToldStates& before, const ToldStates& after) {
  std::vector<ToldState> changes;
  for (const auto& [target, told] : after) {
    const auto was = before.find(target);
    if (told != (was == before.end() ? Heard{} : was->second)) changes.push_back({target, told});
  }
  return changes;
}

}  // namespace

void Outbox::restore(const std::vector<StoredNotice>& stored, ToldStates told, Instant now) {
  told_ = std::move(told);
  std::vector<Notice> on_its_way;
  StoredNotice last;
  for (const StoredNotice& one : stored) {
    if (one.message.empty()) {
      waiting_.push_back(one.notice);
    } else {
      on_its_way.push_back(one.notice);
      last = one;
    }
  }
  if (on_its_way.empty()) return;
  sending_ = message_of(on_its_way);
  if (sending_->message.says_nothing()) {  // by terms that have changed since
    waiting_.insert(waiting_.begin(), on_its_way.begin(), on_its_way.end());
    return sending_.reset();
  }
  sending_->tries = failures_ = last.tries;
  // A clock that was set back must not hold a message for longer than any pause is.
  sending_->not_before = now.mono + std::clamp<Millis>(last.not_before - now.wall, Millis(0), kLongestPause);
}

void Outbox::add(Notice notice, std::vector<Record>& records) {
  waiting_.push_back(std::move(notice));
  if (waiting() <= kMaxWaiting || waiting_.size() == 1) return;
  ++counts_.given_up;
  end({waiting_.front()}, told_, records);
  waiting_.erase(waiting_.begin());
}

const Message* Outbox::next(Instant now, std::vector<Record>& records) {
  wake_at_.reset();
  const WallTime by_age = age_.at(now);
  while (sending_ && by_age - sending_->message.at >= kGiveUpAfter) {
    ++counts_.given_up;
    end(sending_->notices, told_, records);
    sending_.reset();
  }
  if (!sending_) {
    sending_ = gather(now, records);
    if (!sending_) return nullptr;
    record_try(now, records);
  }
  if (now.mono >= sending_->not_before) return &sending_->message;
  wake_at_ = sending_->not_before;
  return nullptr;
}

/// The provider that has waited longest of those that are due. What says nothing is done with on the way.
std::optional<Outbox::Sending> Outbox::gather(Instant now, std::vector<Record>& records) {
  std::vector<std::string> providers;
  for (const Notice& notice : waiting_) {
    if (std::ranges::count(providers, notice.target.provider) == 0) providers.push_back(notice.target.provider);
  }
  for (const std::string& provider : providers) {
    std::vector<Notice> notices;
    std::ranges::copy_if(waiting_, std::back_inserter(notices),
                         [&](const Notice& notice) { return notice.target.provider == provider; });
    Sending candidate = message_of(notices);
    const bool silent = candidate.message.says_nothing();
    const auto held = silent ? std::nullopt : held_until(candidate.message, now);
    if (held) {
      wake_at_ = std::min(*held, wake_at_.value_or(*held));
      continue;
    }
    std::erase_if(waiting_, [&](const Notice& notice) { return notice.target.provider == provider; });
    if (!silent) {
      candidate.not_before = now.mono + (failures_ == 0 ? Millis(0) : pause_after(failures_, {}, 0));
      return candidate;
    }
    end(candidate.notices, candidate.told, records);
  }
  return std::nullopt;
}

Outbox::Sending Outbox::message_of(const std::vector<Notice>& notices) const {
  Sending sending{.notices = notices, .told = told_};
  sending.message = sum_up(notices, terms_, sending.told);
  return sending;
}

std::optional<MonoTime> Outbox::held_until(const Message& message, Instant now) const {
  const auto found = lately_.find(message.provider);
  if (found == lately_.end() || message.severity() > found->second.worst) return std::nullopt;
  const MonoTime until = found->second.at + terms_.min_interval;
  return until > now.mono ? std::optional(until) : std::nullopt;
}

void Outbox::note_sent(const Message& message, Instant now) {
  const auto found = lately_.find(message.provider);
  const bool within = found != lately_.end() && found->second.at + terms_.min_interval > now.mono;
  lately_[message.provider] = {now.mono, std::max(message.severity(), within ? found->second.worst : 0)};
}

void Outbox::settle(Delivery delivery, std::optional<Millis> retry_after, Instant now, double jitter,
                    std::vector<Record>& records) {
  if (delivery == Delivery::again) {
    ++counts_.failures;
    ++sending_->tries;
    sending_->not_before = now.mono + pause_after(++failures_, retry_after, jitter);
    return record_try(now, records);
  }
  failures_ = 0;
  if (delivery == Delivery::done) {
    ++counts_.sent;
    note_sent(sending_->message, now);
  } else {
    ++counts_.failures;
    ++counts_.refused;
    sending_->told = told_;  // it was told nothing
  }
  end(sending_->notices, sending_->told, records);
  sending_.reset();
}

void Outbox::give_up(std::vector<Record>& records) {
  std::vector<Notice> all = std::move(waiting_);
  if (sending_) all.insert(all.end(), sending_->notices.begin(), sending_->notices.end());
  ToldStates forgotten = told_;
  for (auto& [target, told] : forgotten) told = {};
  waiting_.clear();
  sending_.reset();
  end(all, forgotten, records);
}

void Outbox::end(const std::vector<Notice>& notices, const ToldStates& told, std::vector<Record>& records) {
  records.emplace_back(NoticeEndRecord{terms_.name, ids_of(notices), changes_of(told_, told)});
  if (&told != &told_) told_ = told;
  std::erase_if(told_, [](const auto& entry) { return entry.second == Heard{}; });
}

void Outbox::record_try(Instant now, std::vector<Record>& records) const {
  records.emplace_back(NoticeTryRecord{terms_.name, ids_of(sending_->notices), sending_->message.id,
                                       sending_->tries, now.wall + (sending_->not_before - now.mono)});
}

}  // namespace signalbox
