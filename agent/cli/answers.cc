#include "agent/cli/answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lib/json.h"
#include "lib/text.h"

namespace signalbox {
namespace {

/// Our own sentences may be longer than a page's title.
constexpr size_t kMaxSentence = 2000;
/// More rows than any agent has targets (256 models a provider); a hostile answer ends there.
constexpr size_t kMaxItems = 5000;
/// Whole numbers that a double holds exactly.
constexpr double kMaxWhole = 9007199254740992.0;

std::string text(const Json& value, std::string_view key) {
  return clean_text(string_field(value, key), kMaxSentence);
}

bool flag(const Json& value, std::string_view key) {
  const Json& member = field(value, key);
  return member.is_boolean() && member.get<bool>();
}

std::optional<double> number(const Json& value, std::string_view key) {
  const Json& member = field(value, key);
  if (!member.is_number()) return std::nullopt;
  return std::clamp(member.get<double>(), -kMaxWhole, kMaxWhole);
}

int64_t whole(const Json& value, std::string_view key) { return std::llround(number(value, key).value_or(0)); }

/// Every item of the member list, read by `read`; empty when it is not a list.
template <class Read>
auto list(const Json& value, std::string_view key, Read read) {
  std::vector<decltype(read(value))> items;
  const Json& member = field(value, key);
  if (!member.is_array()) return items;
  for (const Json& item : member) {
    if (items.size() == kMaxItems) break;
    items.push_back(read(item));
  }
  return items;
}

std::string as_text(const Json& value) {
  return value.is_string() ? clean_text(value.get_ref<const std::string&>()) : clean_text(dump_json(value));
}

ComponentView component(const Json& value) {
  return {text(value, "id"), text(value, "name"), text(value, "status")};
}

PageView page(const Json& value) {
  return {.name = text(value, "name"),
          .url = text(value, "url"),
          .components = list(value, "components", component),
          .fetched_at = time_field(value, "fetched_at"),
          .page_updated_at = time_field(value, "page_updated_at"),
          .partial = flag(value, "partial"),
          .indicator = text(value, "indicator"),
          .covers = text(value, "covers"),
          .error = text(value, "error"),
          .fresh = flag(value, "fresh")};
}

IncidentView incident(const Json& value) {
  return {.name = text(value, "name"),
          .impact = text(value, "impact"),
          .status = text(value, "status"),
          .started_at = time_field(value, "started_at"),
          .updated_at = time_field(value, "updated_at"),
          .url = text(value, "url"),
          .scope = list(value, "scope", as_text),
          .counts_as = text(value, "counts_as"),
          .note = text(value, "note")};
}

MaintenanceView maintenance(const Json& value) {
  return {text(value, "name"), text(value, "status"), time_field(value, "from"), time_field(value, "to")};
}

OfficialView official(const Json& value) {
  return {.level = text(value, "level"),
          .fresh = flag(value, "fresh"),
          .partial = flag(value, "partial"),
          .covers = text(value, "covers"),
          .pages = list(value, "sources", page),
          .incidents = list(value, "incidents", incident),
          .maintenances = list(value, "maintenances", maintenance)};
}

Named named(const Json& value) {
  Named members;
  if (!value.is_object()) return members;
  for (const auto& [key, member] : value.items()) {
    if (members.size() == kMaxItems) break;
    members.emplace_back(clean_text(key), as_text(member));
  }
  return members;
}

PassiveView passive(const Json& value) {
  PassiveView view{.level = text(value, "level"),
                   .window_s = number(value, "window_s"),
                   .requests = whole(value, "requests"),
                   .failures = whole(value, "failures"),
                   .failure_ratio = number(value, "failure_ratio").value_or(0),
                   .reporters = whole(value, "reporters"),
                   .thresholds = named(field(value, "thresholds"))};
  const Json& outcomes = field(value, "outcomes");
  if (!outcomes.is_object()) return view;
  for (const auto& [name, count] : outcomes.items()) {
    if (view.outcomes.size() == kMaxItems) break;
    view.outcomes.emplace_back(clean_text(name), whole(outcomes, name));
    static_cast<void>(count);
  }
  return view;
}

std::optional<OverrideView> override_of(const Json& value) {
  if (!value.is_object()) return std::nullopt;
  return OverrideView{.state = text(value, "state"),
                      .reason = text(value, "reason"),
                      .by = text(value, "by"),
                      .set_at = time_field(value, "set_at"),
                      .expires_at = time_field(value, "expires_at")};
}

TargetView target(const Json& value) {
  const Json& advice = field(value, "advice");
  const Json& evidence = field(value, "evidence");
  return {.target = text(value, "target"),
          .provider = text(value, "provider"),
          .inherited = flag(value, "inherited"),
          .state = parse_state(string_field(value, "state")).value_or(State::unknown),
          .since = time_field(value, "since"),
          .as_of = time_field(value, "as_of"),
          .expires_at = time_field(value, "expires_at"),
          .generation = static_cast<uint64_t>(std::max<int64_t>(0, whole(value, "generation"))),
          .action = text(advice, "action"),
          .weight = static_cast<int>(std::clamp<int64_t>(whole(advice, "primary_weight"), 0, 100)),
          .retry_budget = Millis(whole(advice, "retry_budget_ms")),
          .why = text(value, "why"),
          .official = official(field(evidence, "official")),
          .passive = passive(field(evidence, "passive")),
          .override_ = override_of(field(value, "override"))};
}

SourceView source(const Json& value) {
  return {.provider = text(value, "provider"),
          .name = text(value, "name"),
          .kind = text(value, "kind"),
          .url = text(value, "url"),
          .level = text(value, "level"),
          .fresh = flag(value, "fresh"),
          .interval_s = number(value, "interval_s"),
          .last_good_at = time_field(value, "last_good_at"),
          .last_try_at = time_field(value, "last_try_at"),
          .last_error = text(value, "last_error"),
          .latency_ms = number(value, "latency_ms"),
          .page_id = text(value, "page_id"),
          .missing_components = list(value, "missing_components", as_text),
          .partial = flag(value, "partial")};
}

TransitionView transition(const Json& value) {
  return {time_field(value, "at"), text(value, "target"), text(value, "from"), text(value, "to"),
          text(value, "why")};
}

Error not_ours(std::string_view missing) {
  return Error{fmt::format("the answer is not signalbox's: {}", missing)};
}

/// The answer as JSON with the list `key` in it.
Result<Json> with_list(const std::string& body, std::string_view key) {
  auto json = parse_json(body);
  if (!json) return not_ours(json.error().message);
  if (!field(*json, key).is_array()) return not_ours(fmt::format("no list \"{}\"", key));
  return json;
}

}  // namespace

Result<HealthView> read_health(const std::string& body) {
  const auto json = with_list(body, "targets");
  if (!json) return json.error();
  const Json& observer = field(*json, "observer");
  return HealthView{.as_of = time_field(*json, "as_of"),
                    .expires_at = time_field(*json, "expires_at"),
                    .generation = static_cast<uint64_t>(std::max<int64_t>(0, whole(*json, "generation"))),
                    .observer_suspect = flag(observer, "suspect"),
                    .observer_why = text(observer, "why"),
                    .persistence = text(*json, "persistence"),
                    .set_aside = text(*json, "database_set_aside"),
                    .targets = list(*json, "targets", target)};
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
      const std::string status = text(check, "status");
      if (status == "pass" || failing.size() == kMaxItems) continue;
      failing.push_back({clean_text(name), status, text(check, "output")});
    }
  }
  return failing;
}

Result<std::vector<SourceView>> read_sources(const std::string& body) {
  const auto json = with_list(body, "sources");
  if (!json) return json.error();
  return list(*json, "sources", source);
}

Result<TransitionsView> read_transitions(const std::string& body) {
  const auto json = with_list(body, "transitions");
  if (!json) return json.error();
  return TransitionsView{list(*json, "transitions", transition), string_field(*json, "next_cursor")};
}

std::string read_problem(const std::string& body) {
  const auto json = parse_json(body);
  if (!json) return {};
  const std::string detail = text(*json, "detail");
  return detail.empty() ? text(*json, "title") : detail;
}

}  // namespace signalbox
