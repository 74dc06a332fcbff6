#include "lib/passive/reporter_roster.h"

#include <algorithm>
#include <cmath>

namespace signalbox {
namespace {

constexpr Millis kPlaceKept = minutes(10);
constexpr double kVolumeSeconds = 60;

double decay(Instant from, Instant to) {
  return std::exp(-std::chrono::duration<double>(to.mono - from.mono).count() / kVolumeSeconds);
}

}  // namespace

int ReporterRoster::admit(std::string_view name, Instant at, std::optional<Millis> skew, int cap) {
  auto place = std::ranges::find(reporters_, name, &Reporter::name);
  if (place == reporters_.end()) {
    if (std::ssize(reporters_) < cap) {
      reporters_.push_back(
          {.name = std::string(name), .id = static_cast<int>(reporters_.size()), .seen_at = at, .skew = {}});
      place = reporters_.end() - 1;
    } else {
      place = std::ranges::min_element(reporters_, {}, [](const Reporter& one) { return one.seen_at.mono; });
      if (place == reporters_.end() || at.mono - place->seen_at.mono < kPlaceKept) return kOtherReporters;
      *place = {.name = std::string(name), .id = place->id, .seen_at = at, .skew = {}};
    }
  }
  place->volume *= decay(place->seen_at, at);
  place->seen_at = at;
  if (skew) place->skew = skew;
  return place->id;
}

void ReporterRoster::count(int id, int64_t requests, Instant at) {
  const auto place = std::ranges::find(reporters_, id, &Reporter::id);
  if (place == reporters_.end()) return;
  place->volume = place->volume * decay(place->seen_at, at) + static_cast<double>(requests);
  place->seen_at = at;
}

std::string ReporterRoster::name_of(int id) const {
  const auto place = std::ranges::find(reporters_, id, &Reporter::id);
  return place == reporters_.end() ? std::string() : place->name;
}

double ReporterRoster::requests_per_s(const Reporter& reporter, Instant now) {
  return reporter.volume * decay(reporter.seen_at, now) / kVolumeSeconds;
}

}  // namespace signalbox
