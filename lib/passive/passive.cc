#include "lib/passive/passive.h"

#include <fmt/format.h>

#include <algorithm>

namespace signalbox {
namespace {

constexpr Millis kSlot = seconds(1);
constexpr int64_t kSilence = 300;     ///< slots: after so long what was heard says nothing any more
constexpr int64_t kModelKept = 3600;  ///< slots
constexpr int64_t kLocalWindow = 30;  ///< slots
constexpr int64_t kLocalOutcomes = 3;
constexpr int64_t kSlotsPerMinute = 60;
constexpr int64_t kShortestShown = 5;  ///< slots: less is a blink
constexpr int64_t kEnoughShown = 20;   ///< requests: with fewer in a minute, five minutes tell more

/// Slot s is (s, s+1]: what arrives on the full second belongs to the second that ends.
int64_t slot_of(MonoTime at) {
  const int64_t millis = at.time_since_epoch().count() - 1;
  return millis >= 0 ? millis / kSlot.count() : -1;
}

MonoTime judged_at(int64_t slot) { return MonoTime((slot + 1) * kSlot) + kSlotPatience; }

int64_t last_over(MonoTime now) { return slot_of(now - kSlotPatience + Millis(1)) - 1; }

/// What counts of some outcomes: successes and failures.
struct Tally {
  int64_t requests = 0;
  int64_t failures = 0;
};

Tally tally_of(const OutcomeCounts& outcomes, bool count_throttled) {
  Tally tally;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (is_failure(static_cast<Outcome>(i), count_throttled)) tally.failures += outcomes.at(i);
  }
  tally.requests = tally.failures + outcomes.at(static_cast<size_t>(Outcome::ok));
  return tally;
}

int64_t local_failures(const OutcomeCounts& outcomes) {
  return outcomes.at(static_cast<size_t>(Outcome::timeout)) +
         outcomes.at(static_cast<size_t>(Outcome::connect_error));
}

}  // namespace

const Passive::Provider* Passive::find_provider_of(const std::string& name) const {
  const auto found = providers_.find(name);
  return found == providers_.end() ? nullptr : &found->second;
}

const Track* Passive::find(const Target& target) const {
  const Provider* provider = find_provider_of(target.provider);
  if (provider == nullptr) return nullptr;
  const auto found = provider->tracks.find(target.model);
  return found == provider->tracks.end() ? nullptr : &found->second;
}

/// What comes late, when its slot was judged already, counts in the open one.
int64_t Passive::slot_for(MonoTime at) const { return std::max(slot_of(at), judged_ + 1); }

std::string Passive::place(const Target& target, const ProviderConfig& configured, const Policy& policy,
                           Instant at) {
  Provider& provider = providers_[target.provider];
  if (target.is_provider() || provider.tracks.contains(target.model)) return target.model;
  if (std::ranges::count(configured.models, target.model) > 0) return target.model;
  const auto models = std::ssize(provider.tracks) - (provider.tracks.contains("") ? 1 : 0);
  if (models < policy.max_models) return target.model;
  provider.over_cap_at = slot_for(at.mono);
  return "";
}

int Passive::admit_reporter(const ReportBatch& batch, const Policy& policy) {
  return roster_.admit(batch.reporter, batch.at, batch.skew, policy.max_reporters);
}

void Passive::add(const Report& report, const std::string& model, int reporter, Instant at) {
  const int64_t slot = slot_for(at.mono);
  Provider& provider = providers_[report.target.provider];
  provider.tracks.try_emplace(model, slot).first->second.add(slot, reporter, report.counts);
  provider.window.add(slot, reporter, report.counts);
  roster_.count(reporter, tally_of(report.counts, provider.count_throttled).requests, at);
}

void Passive::judge(const Config& config, const std::function<bool(const Target&)>& half_evidence, MonoTime now) {
  const int64_t last = last_over(now);
  if (last <= judged_) return;
  judged_ = last;
  for (auto& [name, provider] : providers_) {
    if (const ProviderConfig* configured = find_provider(config, name)) {
      provider.count_throttled = configured->count_throttled;
    }
    for (auto& [model, track] : provider.tracks) {
      if (track.is_open()) track.judge(last, half_evidence({name, model}), provider.count_throttled);
      if (last - track.heard_at() >= kSilence) track.fall_silent();
    }
    std::erase_if(provider.tracks, [&](const auto& entry) {
      return !entry.first.empty() && last - entry.second.reported_at() >= kModelKept;
    });
  }
}

std::optional<MonoTime> Passive::wake_at() const {
  std::optional<MonoTime> next;
  const auto take = [&](MonoTime at) {
    if (!next || at < *next) next = at;
  };
  for (const auto& [name, provider] : providers_) {
    for (const auto& [model, track] : provider.tracks) {
      if (track.is_open()) take(judged_at(track.open_slot()));
      if (track.level() != PassiveLevel::insufficient) take(judged_at(track.heard_at() + kSilence));
      if (!model.empty()) take(judged_at(track.reported_at() + kModelKept));
    }
  }
  return next;
}

/// What two models show, or reports without one, or all that speak, is the provider's.
PassiveLevel Passive::provider_level(const Provider& provider) {
  int speaking = 0;
  int failing = 0;
  int raised = 0;  // elevated or failing
  PassiveLevel modelless = PassiveLevel::insufficient;
  for (const auto& [model, track] : provider.tracks) {
    const PassiveLevel level = track.level();
    if (level == PassiveLevel::insufficient) continue;
    if (model.empty()) modelless = level;
    ++speaking;
    failing += level == PassiveLevel::failing ? 1 : 0;
    raised += level >= PassiveLevel::elevated ? 1 : 0;
  }
  if (speaking == 0) return PassiveLevel::insufficient;
  const auto shown_by = [&](int count) { return count >= 2 || count == speaking; };
  if (modelless == PassiveLevel::failing || shown_by(failing)) return PassiveLevel::failing;
  if (modelless == PassiveLevel::elevated || failing > 0 || shown_by(raised)) return PassiveLevel::elevated;
  return PassiveLevel::normal;
}

PassiveLevel Passive::model_level(const Provider& provider, const Track* track) {
  if (track != nullptr && track->level() != PassiveLevel::insufficient) return track->level();
  const PassiveLevel level = provider_level(provider);
  if (level != PassiveLevel::failing) return level;
  const auto modelless = provider.tracks.find("");
  if (modelless != provider.tracks.end() && modelless->second.level() == PassiveLevel::failing) return level;
  const auto failing = std::ranges::count_if(
      provider.tracks, [](const auto& entry) { return entry.second.level() == PassiveLevel::failing; });
  return failing >= 2 ? PassiveLevel::failing : PassiveLevel::elevated;
}

PassiveLevel Passive::level(const Target& target) const {
  const Provider* provider = find_provider_of(target.provider);
  if (provider == nullptr) return PassiveLevel::insufficient;
  return target.is_provider() ? provider_level(*provider) : model_level(*provider, find(target));
}

const Track* Passive::worst_track(const Provider& provider) {
  const auto worst = std::ranges::max_element(provider.tracks, {}, [](const auto& e) { return e.second.level(); });
  return worst == provider.tracks.end() ? nullptr : &worst->second;
}

double Passive::requests_per_s(const Target& target, MonoTime now) const {
  const Provider* provider = find_provider_of(target.provider);
  const Track* track = find(target);
  if (provider == nullptr || (!target.is_provider() && track == nullptr)) return 0;
  const int64_t slot = last_over(now);  // whole seconds: what has just come in is not all of its second
  const WindowSum sum = (target.is_provider() ? provider->window : track->window()).last(kSlotsPerMinute, slot);
  int64_t since = slot;
  for (const auto& [model, one] : provider->tracks) {
    if (target.is_provider() || model == target.model) since = std::min(since, one.known_since());
  }
  const int64_t length = std::clamp<int64_t>(slot - since + 1, 1, kSlotsPerMinute);
  const Tally tally = tally_of(sum.outcomes, provider->count_throttled);
  return static_cast<double>(tally.requests) / static_cast<double>(length);
}

/// A run of failures is shown since it began; otherwise the last minute, or the last five where little happens.
WindowSum Passive::shown(const OutcomeWindow& window, const Track& track, bool count_throttled, int64_t slot,
                         int64_t& length) {
  length = OutcomeWindow::kFineSeconds;
  if (track.level() >= PassiveLevel::elevated && track.detector().in_run()) {
    length = std::clamp<int64_t>(slot - track.detector().run_began() + 1, kShortestShown, length);
  }
  const WindowSum sum = window.last(length, slot);
  const bool is_run = length < OutcomeWindow::kFineSeconds;
  if (is_run || tally_of(sum.outcomes, count_throttled).requests >= kEnoughShown) return sum;
  length = OutcomeWindow::kSeconds;
  return window.last(length, slot);
}

PassiveEvidence Passive::evidence(const Target& target, MonoTime now) const {
  PassiveEvidence evidence;
  const Provider* provider = find_provider_of(target.provider);
  if (provider == nullptr) return evidence;
  evidence.level = level(target);
  evidence.requests_per_s = requests_per_s(target, now);
  const Track* track = target.is_provider() ? worst_track(*provider) : find(target);
  const bool has_own = track != nullptr && track->level() != PassiveLevel::insufficient;
  if (!target.is_provider() && !has_own && evidence.level != PassiveLevel::insufficient) {
    const PassiveEvidence others = this->evidence({target.provider, ""}, now);
    evidence.note = fmt::format("judged by the provider's other traffic: {} of {} requests failed in {} s",
                                others.failures, others.requests, others.window_s);
  }
  if (track == nullptr) return evidence;

  const OutcomeWindow& window = target.is_provider() ? provider->window : track->window();
  const WindowSum sum = shown(window, *track, provider->count_throttled, slot_of(now), evidence.window_s);
  const Tally tally = tally_of(sum.outcomes, provider->count_throttled);
  evidence.outcomes = sum.outcomes;
  evidence.requests = tally.requests;
  evidence.failures = tally.failures;
  evidence.reporters = static_cast<int64_t>(sum.reporters.count());
  evidence.thresholds = track->detector().thresholds();
  for (const int id : track->detector().set_aside()) evidence.set_aside.push_back(roster_.name_of(id));
  if (target.is_provider() && provider->over_cap_at && slot_of(now) - *provider->over_cap_at < kModelKept) {
    evidence.note = fmt::format(
        "more models are reported than the {} that are told apart: the rest count for the "
        "provider only",
        std::ranges::count_if(provider->tracks, [](const auto& e) { return !e.first.empty(); }));
  }
  return evidence;
}

std::optional<bool> Passive::fails_locally(const std::string& provider, MonoTime now) const {
  const Provider* found = find_provider_of(provider);
  if (found == nullptr) return std::nullopt;
  const int64_t slot = last_over(now);
  for (int64_t length = 1; length <= kLocalWindow; ++length) {
    const OutcomeCounts outcomes = found->window.last(length, slot).outcomes;
    const int64_t heard = tally_of(outcomes, found->count_throttled).requests;
    if (heard < kLocalOutcomes && length < kLocalWindow) continue;
    if (heard == 0) return std::nullopt;
    return 2 * local_failures(outcomes) > heard;
  }
  return std::nullopt;
}

void Passive::disregard(const std::string& provider) {
  const auto found = providers_.find(provider);
  if (found == providers_.end()) return;
  for (auto& [model, track] : found->second.tracks) track.fall_silent();
}

bool Passive::knows(const Target& target) const { return find(target) != nullptr; }

void Passive::drop(const Target& target) {
  const auto found = providers_.find(target.provider);
  if (found == providers_.end()) return;
  found->second.tracks.erase(target.model);
  if (target.is_provider()) providers_.erase(found);
}

bool Passive::is_set_aside(int reporter) const {
  return std::ranges::any_of(providers_, [&](const auto& provider) {
    return std::ranges::any_of(provider.second.tracks, [&](const auto& track) {
      return std::ranges::count(track.second.detector().set_aside(), reporter) > 0;
    });
  });
}

}  // namespace signalbox
