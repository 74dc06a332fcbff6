/// The documents of status pages, through the table of lib/pages/status_page.h and then through the core.
///
/// In: the documents of one source, apart by a byte 0. Holds: what is read is within its bounds and clean; the same
/// JSON written another way reads the same; and in the core a page moves nobody but its own provider, and never
/// takes away the canary.
#include <algorithm>
#include <memory>

#include "lib/core.h"
#include "lib/pages/status_page.h"
#include "lib/rfc3339.h"
#include "lib/snapshot.h"
#include "lib/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_targets.h"

namespace signalbox::fuzz {
namespace {

constexpr size_t kMaxError = 1000;

/// A reading is written as RFC 3339 and read back after a restart.
void expect_time(const std::optional<WallTime>& at) {
  if (at && is_writable(*at))
    expect(parse_rfc3339(format_rfc3339(*at)) == at, "a time is the same written and read");
}

void expect_in_bounds(const Component& component) {
  expect_clean(component.id, kMaxId, "a component's id");
  expect_clean(component.name, kMaxPageText, "a component's name");
  expect_clean(component.status, kMaxPageText, "a component's status");
  expect(component.level >= OfficialLevel::unknown && component.level <= OfficialLevel::critical,
         "a component's level is one of the levels");
}

void expect_in_bounds(const Incident& incident) {
  expect_clean(incident.id, kMaxId, "an incident's id");
  for (const std::string& words : {incident.name, incident.impact, incident.status}) {
    expect_clean(words, kMaxPageText, "an incident's text");
  }
  expect_clean(incident.url, kMaxUrl, "an incident's link");
  expect(incident.url.empty() || incident.url.starts_with("https://"), "an incident's link is https");
  expect(incident.url.find_first_of("\"'<>` ") == std::string::npos, "an incident's link ends no attribute");
  expect(incident.level >= OfficialLevel::unknown && incident.level <= OfficialLevel::critical,
         "an incident's level is one of the levels");
  expect(!incident.resolved_at || incident.phase == IncidentPhase::over, "what is resolved is over");
  expect_time(incident.started_at);
  expect_time(incident.updated_at);
  expect_time(incident.resolved_at);
}

void expect_in_bounds(const PageReading& reading, const SourceConfig& source) {
  expect_clean(reading.page_id, kMaxId, "a page's id");
  expect_clean(reading.indicator, kMaxPageText, "a page's indicator");
  expect(!reading.components.empty(), "a page without a configured component is no reading");
  expect(reading.components.size() + reading.missing_components.size() ==
             std::max(source.components.size(), source.products.size()),
         "each configured component is there or missing");
  std::ranges::for_each(reading.components, [](const auto& each) { expect_in_bounds(each); });
  std::ranges::for_each(reading.unwatched_components, [](const auto& each) { expect_in_bounds(each); });
  expect(reading.incidents.size() <= kMaxIncidents, "incidents are bounded");
  const auto is_over = [](const Incident& incident) { return incident.phase == IncidentPhase::over; };
  expect(static_cast<size_t>(std::ranges::count_if(reading.incidents, is_over)) <= kMaxOverIncidents,
         "incidents that are over are bounded");
  for (const Incident& incident : reading.incidents) expect_in_bounds(incident);
  expect(std::ranges::is_sorted(reading.incidents, std::ranges::greater{}, &Incident::started_at),
         "incidents come newest first");
  expect(reading.maintenances.size() <= kMaxMaintenances, "maintenances are bounded");
  for (const Maintenance& maintenance : reading.maintenances) {
    expect_clean(maintenance.id, kMaxId, "a maintenance's id");
    expect_clean(maintenance.name, kMaxPageText, "a maintenance's name");
    expect_clean(maintenance.status, kMaxPageText, "a maintenance's status");
  }
}

/// What all bodies that name a target must be.
void expect_bodies(const Core& core, Instant at) {
  const SnapshotPtr snapshot = render(core, {}, at);
  for (const std::string& body : {snapshot->health, snapshot->sources, snapshot->readyz}) {
    expect(Json::accept(body), "what is answered is JSON");
  }
}

/// The core before any page was read.
const Core& fresh_core() {
  static const Core kCore = update(start_core(std::make_shared<const Config>(config()), {}, now()), {}, now()).core;
  return kCore;
}

void expect_told_within_bounds(const Observation& observation, Choices choices) {
  const Core& before = fresh_core();
  const Instant later = now() + seconds(1);
  const Core after = update(before, {observation}, later).core;
  for (const auto& [target, state] : after.targets) {
    const int weight = state.health.weight;
    expect(weight >= 1 && weight <= 100, "a page alone never takes the canary away");
    if (target.provider == observation.provider) {
      expect_clean(why_of(after, target, state, later), 4000, "the sentence why");
      if (!observation.reading) expect(weight == 100, "a page that cannot be read moves nobody");
    } else {
      expect(state.health == before.targets.at(target).health, "a page moves nobody but its own provider");
    }
  }
  // Takes longer than all of the rest together.
  constexpr size_t kOneOf = 8;
  if (choices.below(kOneOf) == 0) expect_bodies(after, later);
}

/// The same values in other bytes: each document written by another writer. Empty where one is no JSON.
std::vector<PageDocument> rewritten(const std::vector<PageDocument>& documents) {
  std::vector<PageDocument> again;
  for (const PageDocument& document : documents) {
    const Result<Json> root = parse_json(document.body);
    if (!root) return {};
    again.push_back({document.name, root->dump(1, '\t', true)});
  }
  return again;
}

void read_page(std::string_view provider_name, std::string_view source_name, const std::vector<std::string>& names,
               std::string_view input) {
  const ProviderConfig& owner = provider(provider_name);
  const auto source = std::ranges::find(owner.sources, source_name, &SourceConfig::name);
  std::vector<PageDocument> documents;
  for (const std::string_view body : split(input, names.size())) {
    documents.push_back({names[documents.size()], std::string(body)});
  }
  const Result<PageReading> reading = decode_page(owner, *source, documents);
  if (reading) {
    expect_in_bounds(*reading, *source);
  } else {
    expect(!reading.error().message.empty(), "an error says something");
    expect_clean(reading.error().message, kMaxError, "an error");
  }
  if (const auto again = rewritten(documents); !again.empty()) {
    const Result<PageReading> other = decode_page(owner, *source, again);
    expect(static_cast<bool>(other) == static_cast<bool>(reading), "the same JSON is the same page or none");
    if (reading) expect(*other == *reading, "the same JSON is the same page");
  }
  Observation observation{.provider = owner.name, .source = source->name, .at = now() + seconds(1)};
  observation.url = "https://status.example/summary.json";
  observation.answered = true;
  observation.reading = reading;
  // One refusal is for the core like another.
  Choices choices(input);
  constexpr size_t kOneOf = 16;
  if (reading || choices.below(kOneOf) == 0) expect_told_within_bounds(observation, choices);
}

}  // namespace

void page_atlassian(std::string_view input) { read_page("claude", "statuspage", {"summary"}, input); }
void page_incidentio(std::string_view input) {
  read_page("openai", "statuspage", {"components", "incidents"}, input);
}
void page_google_cloud(std::string_view input) { read_page("gemini", "google_cloud", {"feed"}, input); }
void page_ai_studio(std::string_view input) { read_page("gemini", "ai_studio", {"feed"}, input); }

}  // namespace signalbox::fuzz
