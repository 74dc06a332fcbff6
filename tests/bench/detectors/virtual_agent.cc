#include "tests/bench/detectors/virtual_agent.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace signalbox::bench {

VirtualAgent::VirtualAgent(Config config, WallTime start)
    : start_(start), core_(start_core(std::make_shared<const Config>(std::move(config)), {}, instant(Millis(0)))) {
  step({}, Millis(0));
}

void VirtualAgent::advance(Millis to) {
  if (to < now_) throw std::logic_error("virtual time went back");
  while (wake_at_ && *wake_at_ <= MonoTime(to)) step({}, wake_at_->time_since_epoch());
  now_ = to;
}

void VirtualAgent::feed(const std::vector<Event>& events, Millis at) {
  advance(at);
  step(events, at);
}

void VirtualAgent::step(const std::vector<Event>& events, Millis at) {
  now_ = at;
  Update result = update(std::move(core_), events, instant(at));
  core_ = std::move(result.core);
  wake_at_ = result.wake_at;
  if (wake_at_ && *wake_at_ <= MonoTime(at)) throw std::logic_error("the core asked to be woken in the past");
  poll_wish_ |= result.poll_now;
  for (Record& record : result.effects) {
    if (auto* transition = std::get_if<TransitionRecord>(&record)) transitions_.push_back(std::move(*transition));
  }
}

const TargetState& VirtualAgent::target(const Target& target) const { return core_.targets.at(target); }

Advice VirtualAgent::advice(const Target& target) const {
  const bool known = core_.targets.contains(target);
  return advise(this->target(known ? target : Target{target.provider, {}}).health, core_.config->policy);
}

bool VirtualAgent::take_poll_wish() { return std::exchange(poll_wish_, false); }

Config config_of(const std::vector<std::string>& providers) {
  Config config = default_config();
  std::erase_if(config.providers, [&](const ProviderConfig& provider) {
    return std::ranges::find(providers, provider.name) == providers.end();
  });
  return config;
}

namespace {

Observation poll(const Config& config, const std::string& provider, Instant at, Result<PageReading> reading) {
  const bool answered = static_cast<bool>(reading);
  return {.provider = provider,
          .source = find_provider(config, provider)->sources.front().name,
          .at = at,
          .latency = Millis(120),
          .answered = answered,
          .reading = std::move(reading)};
}

}  // namespace

Observation page_at(const Config& config, const std::string& provider, OfficialLevel level, Instant at) {
  const SourceConfig& source = find_provider(config, provider)->sources.front();
  PageReading reading{.page_id = source.page_id, .component_level = level};
  for (const std::string& id : source.components) {
    reading.components.push_back({.id = id, .name = id, .status = std::string(to_string(level)), .level = level});
  }
  return poll(config, provider, at, std::move(reading));
}

Observation page_fails(const Config& config, const std::string& provider, Instant at) {
  return poll(config, provider, at, Error{"no answer within 10 s"});
}

ReportBatch batch_of(const std::string& provider, const std::string& reporter, const OutcomeCounts& counts,
                     Millis span, Instant at) {
  ReportBatch batch{.reporter = reporter, .batch_id = std::to_string(at.mono.time_since_epoch().count()), .at = at};
  const bool empty = std::ranges::all_of(counts, [](int64_t count) { return count == 0; });
  if (!empty) batch.reports.push_back({.target = {provider, {}}, .to = at.wall, .span = span, .counts = counts});
  return batch;
}

}  // namespace signalbox::bench
