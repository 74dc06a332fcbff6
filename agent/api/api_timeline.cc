#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <optional>
#include <variant>

#include "agent/api/api_handlers.h"
#include "agent/api/api_parameters.h"
#include "lib/chart_rank.h"
#include "lib/json.h"
#include "lib/rfc3339.h"

namespace signalbox {
namespace {

constexpr std::string_view kPrefix = "/v1/timeline/";
constexpr Millis kDefaultRange = hours(24);
/// A chart's usual width in points: a day in steps of 5 min.
constexpr int64_t kUsualSteps = 288;
/// About 400 KB of JSON.
constexpr int64_t kMostSteps = 2000;
/// Round numbers of s, min, h, days, from which the step is chosen.
constexpr std::array<int64_t, 14> kRoundSteps = {10,   20,   30,   60,    120,   300,   600,
                                                 1800, 3600, 7200, 14400, 43200, 86400, 604800};
constexpr int64_t kLongestStep = int64_t{366} * 24 * 3600;

struct Range {
  WallTime since;
  WallTime until;
  Millis step{0};
};

/// The smallest round step that gives a chart's usual number; for centuries, as many days as it takes.
Millis usual_step(Millis range) {
  const int64_t least = std::chrono::ceil<seconds>(range).count() / kUsualSteps;
  const auto found = std::ranges::lower_bound(kRoundSteps, least);
  if (found != kRoundSteps.end()) return seconds(*found);
  constexpr int64_t kDay = 86400;
  return seconds((least / kDay + 1) * kDay);
}

WallTime floor_to(WallTime at, Millis step) {
  const int64_t rest = at.time_since_epoch().count() % step.count();
  return at - Millis(rest < 0 ? rest + step.count() : rest);
}

/// What a step shows: a chart of days must not lose a minute's outage, so it is the worst of the step.
struct Shown {
  std::optional<State> state;
  std::optional<int> weight;
};

void worsen(Shown& shown, const StateChange& change) {
  if (!shown.state || chart_rank(change.state) > chart_rank(*shown.state)) shown.state = change.state;
  if (change.primary_weight && (!shown.weight || *change.primary_weight < *shown.weight)) {
    shown.weight = change.primary_weight;
  }
}

/// Walks along a series, step by step.
class States {
 public:
  explicit States(const StateSeries& series)
      : last_(series.before), at_(series.changes.begin()), end_(series.changes.end()) {}

  /// The worst of what was in force before `until`, from where the last call ended.
  Shown take(WallTime from, WallTime until) {
    Shown shown;
    // What changes right at the start of a step was not in force in it.
    while (at_ != end_ && at_->at <= from) last_ = *at_++;
    if (last_) worsen(shown, *last_);
    while (at_ != end_ && at_->at < until) {
      last_ = *at_++;
      worsen(shown, *last_);
    }
    return shown;
  }

 private:
  std::optional<StateChange> last_;
  std::vector<StateChange>::const_iterator at_;
  std::vector<StateChange>::const_iterator end_;
};

/// As in a target's evidence: `requests` are those that say something about the provider.
OrderedJson step_json(WallTime at, const Shown& shown, const OutcomeCounts& counts, bool counts_throttled) {
  OrderedJson outcomes;
  int64_t failures = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    outcomes[std::string(kOutcomeNames.at(i))] = counts.at(i);
    if (is_failure(static_cast<Outcome>(i), counts_throttled)) failures += counts.at(i);
  }
  return {{"at", format_rfc3339(at)},
          {"state", shown.state ? OrderedJson(to_string(*shown.state)) : OrderedJson()},
          {"primary_weight", shown.weight ? OrderedJson(*shown.weight) : OrderedJson()},
          {"requests", counts.at(static_cast<size_t>(Outcome::ok)) + failures},
          {"failures", failures},
          {"outcomes", std::move(outcomes)}};
}

std::string body_of(const Target& target, const Range& range, const StateSeries& series,
                    const std::vector<CountStep>& counts, bool counts_throttled) {
  OrderedJson steps = OrderedJson::array();
  States states(series);
  auto count = counts.begin();
  for (WallTime at = range.since; at < range.until; at += range.step) {
    while (count != counts.end() && count->at < at) ++count;
    const bool counted = count != counts.end() && count->at == at;
    const Shown shown = states.take(at, std::min(at + range.step, range.until));
    steps.push_back(step_json(at, shown, counted ? count->counts : OutcomeCounts{}, counts_throttled));
  }
  return dump_json(OrderedJson{{"target", to_string(target)},
                               {"step_s", std::chrono::duration_cast<seconds>(range.step).count()},
                               {"since", format_rfc3339(range.since)},
                               {"until", format_rfc3339(range.until)},
                               {"steps", std::move(steps)}});
}

/// The range that is asked for, or the 400 that says what is wrong with it.
std::variant<Range, ApiReply> read_range(const ApiRequest& request, WallTime now) {
  Parameters parameters(request);
  const auto until = parameters.time("until");
  const auto since = parameters.time("since");
  const int64_t step = parameters.integer("step_s", 0, 1, kLongestStep);
  if (parameters.refusal()) return *parameters.refusal();
  if (step % std::chrono::duration_cast<seconds>(kFineStep).count() != 0) {
    return bad_parameter("step_s", "step_s must be a multiple of 10: history is kept in steps of 10 s");
  }
  Range range;
  range.until = std::min(until.value_or(now), now);
  range.since = since.value_or(range.until - kDefaultRange);
  if (until && range.since >= *until) return bad_parameter("since", "since must be before until");
  range.until = std::max(range.until, range.since);  // nothing is known of what comes: no steps
  range.step = step > 0 ? Millis(seconds(step)) : usual_step(range.until - range.since);
  range.since = floor_to(range.since, range.step);
  if ((range.until - range.since) / range.step >= kMostSteps) {
    return bad_parameter("step_s",
                         fmt::format("step_s must be larger: one answer has at most {} steps", kMostSteps));
  }
  return range;
}

ApiReply failure(const Error& error) {
  spdlog::warn("{}", error.message);
  return history_not_available();
}

}  // namespace

ApiReply answer_timeline(const ApiRequest& request, const ApiContext& context) {
  const std::string_view name = std::string_view(request.path).substr(kPrefix.size());
  const auto target = parse_target(name);
  if (!target || !context.snapshot.targets.contains(target->provider))
    return unknown_target(name, context.snapshot);
  const auto asked = read_range(request, context.now.wall);
  if (const auto* refusal = std::get_if<ApiReply>(&asked)) return *refusal;
  const Range& range = std::get<Range>(asked);
  if (context.history == nullptr) return history_not_available();
  const auto counts = context.history->counts({*target, range.since, range.until, range.step});
  if (!counts) return failure(counts.error());
  const auto states = context.history->states({*target, range.since, range.until});
  if (!states) return failure(states.error());
  ApiReply reply;
  reply.headers = {{"Cache-Control", "max-age=1"}};
  reply.body =
      body_of(*target, range, *states, *counts, context.snapshot.counts_throttled.contains(target->provider));
  return reply;
}

}  // namespace signalbox
