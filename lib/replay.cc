#include "lib/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "lib/health.h"
#include "lib/pages/status_page.h"

namespace signalbox {
namespace {

constexpr int kOk = 200;
constexpr int kNotModified = 304;

void write_transition(const TransitionRecord& change, const ReplayTime& like, std::string& out) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"at":{},"target":"{}","from":"{}","to":"{}","why":{}}})"
                 "\n",
                 write_time(change.at, like), to_string(change.target), to_string(change.from),
                 to_string(change.to), dump_json(Json(change.why)));
}

/// Names of targets need no escaping (ids.h).
void write_advice(const Core& core, const ReplayTime& time, std::string& out) {
  out += "{\"at\":" + time.text + ",\"advice\":{";
  std::string_view comma;
  for (const auto& [target, state] : core.targets) {
    const Advice advice = advise(state.health, core.config->policy);
    fmt::format_to(std::back_inserter(out),
                   R"({}"{}":{{"state":"{}","action":"{}","primary_weight":{},"retry_budget_ms":{}}})", comma,
                   to_string(target), to_string(state.health.state), advice.action, advice.primary_weight,
                   advice.retry_budget.count());
    comma = ",";
  }
  out += "}}\n";
}

/// What a document of a source that needs several is, by its shape. One with `status` is a summary: the whole.
std::string document_name(const Json& root) {
  const bool components = field(root, "components").is_array();
  const bool incidents = field(root, "incidents").is_array();
  if (components == incidents || root.contains("status")) return "summary";
  return components ? "components" : "incidents";
}

std::string string_of(const Json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }

const std::string& url_of(const SourceConfig& source) {
  return source.urls.empty() ? source.documents.begin()->second : source.urls.front();
}

/// The document, as the poller would have met it.
Result<Json> root_of(ReplayPage& page) {
  const bool parsed = !page.body.is_string() && !page.body.is_null();
  if (page.error.empty() && page.http_status == kOk && parsed) return std::move(page.body);
  FetchedDocument document{"summary", url_of(*page.source), FetchFailure{.detail = page.error}};
  if (page.error.empty()) {
    document.result = HttpReply{page.http_status, parsed ? dump_json(page.body) : string_of(page.body)};
  }
  return read_fetched(document);
}

}  // namespace

Replay::Replay(std::shared_ptr<const Config> config) : config_(std::move(config)) {}

Result<std::string> Replay::take(std::string_view text) {
  Result<ReplayLine> line = parse_replay_line(text, *config_);
  if (!line) return line.error();
  const Instant now = replay_instant(line->time.at);
  if (!started_) start(now.wall);
  if (now.mono < last_.mono) return Error{"at: " + line->time.text + " is before the line before"};

  std::string out;
  pass_time(line->time, out);
  if (auto* page = std::get_if<ReplayPage>(&line->what)) {
    judge({observe(*page, now)}, now, line->time, out);
  } else if (auto* batch = std::get_if<ReportBatch>(&line->what)) {
    judge({std::move(*batch)}, now, line->time, out);
  } else {
    judge({}, now, line->time, out);
    write_advice(core_, line->time, out);
  }
  if (!refused_.empty()) return Error{refused_};
  return out;
}

void Replay::start(WallTime at) {
  started_ = true;
  last_ = replay_instant(at);
  Update result = update(start_core(config_, {}, last_), {}, last_);
  core_ = std::move(result.core);
  wake_at_ = result.wake_at;
}

void Replay::judge(const std::vector<Event>& events, Instant now, const ReplayTime& like, std::string& out) {
  Update result = update(std::move(core_), events, now);
  core_ = std::move(result.core);
  wake_at_ = result.wake_at;
  last_ = now;
  for (const Record& record : result.effects) {
    if (const auto* change = std::get_if<TransitionRecord>(&record)) write_transition(*change, like, out);
  }
  if (std::ranges::any_of(result.verdicts, &BatchVerdict::refused)) {
    refused_ = "report: more batches within an hour than the agent can tell apart";
  }
}

/// A timer that asks for the moment it has just had is served a millisecond later: time moves on, as it does for
/// the engine.
void Replay::pass_time(const ReplayTime& until, std::string& out) {
  while (wake_at_) {
    const MonoTime due = std::max(*wake_at_, last_.mono + Millis(1));
    if (due > replay_instant(until.at).mono) return;
    judge({}, replay_instant(WallTime(due.time_since_epoch())), until, out);
  }
}

Observation Replay::observe(ReplayPage& page, Instant at) {
  Observation observation{
      .provider = page.provider->name, .source = page.source->name, .at = at, .url = url_of(*page.source)};
  observation.answered = page.error.empty();
  observation.reading = read(page);
  return observation;
}

Result<PageReading> Replay::read(ReplayPage& page) {
  if (page.http_status == kNotModified) {
    const SourceStates& states = sources_of(core_, page.provider->name);
    const auto known = states.find(page.source->name);
    if (known != states.end() && known->second.reading) return *known->second.reading;
    return Error{"says 304 (not modified) before there was anything to modify"};
  }
  Result<Json> root = root_of(page);
  if (!root) return root.error();
  return decode_documents(*page.provider, *page.source, assemble(page, *std::move(root)));
}

/// A line brings one document. Where the source has several the others are the last ones seen.
std::vector<FeedDocument> Replay::assemble(const ReplayPage& page, Json root) {
  const std::string name = page.source->documents.empty() ? "summary" : document_name(root);
  if (name == "summary") {
    std::vector<FeedDocument> whole;
    whole.push_back({name, "", std::move(root)});
    documents_.erase({page.provider->name, page.source->name});
    return whole;
  }
  std::vector<FeedDocument>& documents = documents_[{page.provider->name, page.source->name}];
  std::erase_if(documents, [&](const FeedDocument& document) { return document.name == name; });
  documents.push_back({name, name + ": ", std::move(root)});
  return documents;
}

}  // namespace signalbox
