#include "lib/health_json.h"

#include <algorithm>

#include "lib/json.h"
#include "lib/rfc3339.h"

namespace signalbox {
namespace {

Json time_json(const std::optional<Instant>& at) { return at ? Json(format_rfc3339(at->wall)) : Json(); }

Json relapse_json(const Relapse& relapse) {
  return {{"hold_ms", relapse.hold.count()}, {"left_at", time_json(relapse.left_at)}};
}

std::optional<Instant> read_time(const Json& json, std::string_view key, Instant now) {
  const auto at = time_field(json, key);
  return at ? std::optional(recalled(*at, now)) : std::nullopt;
}

template <class Number>
Number read_number(const Json& json, std::string_view key) {
  const Json& member = field(json, key);
  return member.is_number() ? member.get<Number>() : Number{};
}

Relapse read_relapse(const Json& json, Instant now) {
  return {Millis(std::max<int64_t>(0, read_number<int64_t>(json, "hold_ms"))), read_time(json, "left_at", now)};
}

}  // namespace

Instant recalled(WallTime at, Instant now) {
  const Millis ago = std::max(Millis(0), now.wall - at);
  return {now.wall - ago, now.mono - ago};
}

std::string health_to_json(const Health& health) {
  return dump_json(Json{{"state", to_string(health.state)},
                        {"weight", health.weight},
                        {"since", format_rfc3339(health.since.wall)},
                        {"better_since", time_json(health.better_since)},
                        {"blind_since", time_json(health.blind_since)},
                        {"step_since", format_rfc3339(health.step_since.wall)},
                        {"seen_failing", health.seen_failing},
                        {"rate_before", health.rate_before},
                        {"unhealthy", relapse_json(health.unhealthy)},
                        {"degraded", relapse_json(health.degraded)},
                        {"split_seed", health.split_seed}});
}

Result<Health> health_from_json(std::string_view text, Instant now) {
  const Result<Json> json = parse_json(text);
  if (!json) return json.error();
  const auto state = parse_state(string_field(*json, "state"));
  if (!state) return Error{"stored health: no state that we know"};
  const auto since = read_time(*json, "since", now);
  if (!since) return Error{"stored health: since is not a time"};
  const int weight = read_number<int>(*json, "weight");
  if (weight < 1 || weight > 100) return Error{"stored health: weight is not in 1-100"};
  const Json& failing = field(*json, "seen_failing");
  return Health{.state = *state,
                .weight = weight,
                .since = *since,
                .better_since = read_time(*json, "better_since", now),
                .blind_since = read_time(*json, "blind_since", now),
                .step_since = read_time(*json, "step_since", now).value_or(now),
                .seen_failing = failing.is_boolean() && failing.get<bool>(),
                .rate_before = read_number<double>(*json, "rate_before"),
                .unhealthy = read_relapse(field(*json, "unhealthy"), now),
                .degraded = read_relapse(field(*json, "degraded"), now),
                .split_seed = string_field(*json, "split_seed")};
}

}  // namespace signalbox
