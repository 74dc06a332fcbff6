#include "agent/ask/answers.h"

#include <algorithm>

#include "agent/ask/answer_fields.h"
#include "lib/json.h"
#include "lib/text.h"

namespace signalbox {
namespace {

ComponentView component(const Json& value) {
  return {text_in(value, "id"), text_in(value, "name"), text_in(value, "status")};
}

PageView page(const Json& value) {
  return {.name = text_in(value, "name"),
          .url = text_in(value, "url"),
          .components = list_in(value, "components", component),
          .fetched_at = time_field(value, "fetched_at"),
          .page_updated_at = time_field(value, "page_updated_at"),
          .partial = flag_in(value, "partial"),
          .indicator = text_in(value, "indicator"),
          .covers = text_in(value, "covers"),
          .error = text_in(value, "error"),
          .fresh = flag_in(value, "fresh")};
}

IncidentView incident(const Json& value) {
  return {.name = text_in(value, "name"),
          .impact = text_in(value, "impact"),
          .status = text_in(value, "status"),
          .started_at = time_field(value, "started_at"),
          .updated_at = time_field(value, "updated_at"),
          .url = text_in(value, "url"),
          .scope = list_in(value, "scope", as_text),
          .counts_as = text_in(value, "counts_as"),
          .note = text_in(value, "note")};
}

MaintenanceView maintenance(const Json& value) {
  return {text_in(value, "name"), text_in(value, "status"), time_field(value, "from"), time_field(value, "to")};
}

OfficialView official(const Json& value) {
  return {.level = text_in(value, "level"),
          .fresh = flag_in(value, "fresh"),
          .partial = flag_in(value, "partial"),
          .covers = text_in(value, "covers"),
          .pages = list_in(value, "sources", page),
          .incidents = list_in(value, "incidents", incident),
          .maintenances = list_in(value, "maintenances", maintenance)};
}

ThresholdView threshold(const Json& value) {
  return {text_in(value, "name"), number_in(value, "value").value_or(0), number_in(value, "needed").value_or(0)};
}

PassiveView passive(const Json& value) {
  PassiveView view{.level = text_in(value, "level"),
                   .window_s = number_in(value, "window_s"),
                   .requests = whole_in(value, "requests"),
                   .failures = whole_in(value, "failures"),
                   .failure_ratio = number_in(value, "failure_ratio").value_or(0),
                   .reporters = whole_in(value, "reporters"),
                   .requests_per_s = number_in(value, "requests_per_s"),
                   .thresholds = list_in(value, "thresholds", threshold),
                   .set_aside = list_in(value, "set_aside", as_text),
                   .note = text_in(value, "note")};
  const Json& outcomes = field(value, "outcomes");
  if (!outcomes.is_object()) return view;
  for (const auto& [name, count] : outcomes.items()) {
    if (view.outcomes.size() == kMaxItems) break;
    view.outcomes.emplace_back(clean_text(name), whole_in(outcomes, name));
    static_cast<void>(count);
  }
  return view;
}

std::optional<OverrideView> override_of(const Json& value) {
  if (!value.is_object()) return std::nullopt;
  return OverrideView{.state = text_in(value, "state"),
                      .weight = number_in(value, "primary_weight"),
                      .reason = text_in(value, "reason"),
                      .by = text_in(value, "by"),
                      .set_at = time_field(value, "set_at"),
                      .expires_at = time_field(value, "expires_at")};
}

TargetView target(const Json& value) {
  const Json& advice = field(value, "advice");
  const Json& evidence = field(value, "evidence");
  return {.target = text_in(value, "target"),
          .provider = text_in(value, "provider"),
          .inherited = flag_in(value, "inherited"),
          .state = parse_state(string_field(value, "state")).value_or(State::unknown),
          .since = time_field(value, "since"),
          .as_of = time_field(value, "as_of"),
          .expires_at = time_field(value, "expires_at"),
          .generation = static_cast<uint64_t>(std::max<int64_t>(0, whole_in(value, "generation"))),
          .action = text_in(advice, "action"),
          .weight = static_cast<int>(std::clamp<int64_t>(whole_in(advice, "primary_weight"), 0, 100)),
          .retry_budget = Millis(whole_in(advice, "retry_budget_ms")),
          .why = text_in(value, "why"),
          .official = official(field(evidence, "official")),
          .passive = passive(field(evidence, "passive")),
          .override_ = override_of(field(value, "override"))};
}

SourceView source(const Json& value) {
  return {.provider = text_in(value, "provider"),
          .name = text_in(value, "name"),
          .kind = text_in(value, "kind"),
          .url = text_in(value, "url"),
          .level = text_in(value, "level"),
          .fresh = flag_in(value, "fresh"),
          .interval_s = number_in(value, "interval_s"),
          .last_good_at = time_field(value, "last_good_at"),
          .last_try_at = time_field(value, "last_try_at"),
          .last_error = text_in(value, "last_error"),
          .latency_ms = number_in(value, "latency_ms"),
          .page_id = text_in(value, "page_id"),
          .missing_components = list_in(value, "missing_components", as_text),
          .partial = flag_in(value, "partial")};
}

TransitionView transition(const Json& value) {
  return {time_field(value, "at"), text_in(value, "target"), text_in(value, "from"), text_in(value, "to"),
          text_in(value, "why")};
}

CountsView counts(const Json& value) { return {whole_in(value, "requests"), whole_in(value, "failures")}; }

}  // namespace

Result<HealthView> read_health(const std::string& body) {
  const auto json = with_list(body, "targets");
  if (!json) return json.error();
  const Json& observer = field(*json, "observer");
  return HealthView{.as_of = time_field(*json, "as_of"),
                    .expires_at = time_field(*json, "expires_at"),
                    .generation = static_cast<uint64_t>(std::max<int64_t>(0, whole_in(*json, "generation"))),
                    .observer_suspect = flag_in(observer, "suspect"),
                    .observer_why = text_in(observer, "why"),
                    .persistence = text_in(*json, "persistence"),
                    .set_aside = text_in(*json, "database_set_aside"),
                    .targets = list_in(*json, "targets", target)};
}

Result<TargetView> read_target(const std::string& body) {
  const auto json = parse_json(body);
  if (!json) return not_ours(json.error().message);
  if (!field(*json, "target").is_string()) return not_ours("no \"target\"");
  return target(*json);
}

Result<std::vector<CheckView>> read_failing_checks(const std::string& body) {
  const auto json = parse_json(body);
  if (!json) return not_ours(json.error().message);
  std::vector<CheckView> failing;
  const Json& checks = field(*json, "checks");
  if (!checks.is_object()) return failing;
  for (const auto& [name, members] : checks.items()) {
    const Json list_of_one = Json::array({members});
    for (const Json& check : members.is_array() ? members : list_of_one) {
      const std::string status = text_in(check, "status");
      if (status == "pass" || failing.size() == kMaxItems) continue;
      failing.push_back({clean_text(name), status, text_in(check, "output")});
    }
  }
  return failing;
}

Result<std::vector<SourceView>> read_sources(const std::string& body) {
  const auto json = with_list(body, "sources");
  if (!json) return json.error();
  return list_in(*json, "sources", source);
}

Result<TransitionsView> read_transitions(const std::string& body) {
  const auto json = with_list(body, "transitions");
  if (!json) return json.error();
  return TransitionsView{list_in(*json, "transitions", transition), string_field(*json, "next_cursor")};
}

Result<TimelineView> read_timeline(const std::string& body) {
  const auto json = with_list(body, "steps");
  if (!json) return json.error();
  return TimelineView{list_in(*json, "steps", counts)};
}

std::string read_pointer(const std::string& body) {
  const auto json = parse_json(body);
  return json ? text_in(*json, "pointer") : std::string();
}

std::string read_problem(const std::string& body) {
  const auto json = parse_json(body);
  if (!json) return {};
  const std::string detail = text_in(*json, "detail");
  return detail.empty() ? text_in(*json, "title") : detail;
}

}  // namespace signalbox
