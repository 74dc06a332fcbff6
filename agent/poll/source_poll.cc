#include "agent/poll/source_poll.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <memory>

#include "agent/clock.h"
#include "lib/text.h"
#include "lib/url.h"

namespace signalbox {
namespace {

/// Of one alternative, all its documents together; two alternatives fit into an interval of 30 s.
constexpr Millis kPollDeadline = seconds(10);
/// A failure names every host; more than two short sentences nobody reads.
constexpr size_t kMaxError = 600;
/// The name of the only document of a source with `urls`.
constexpr const char* kSingleDocument = "summary";

std::string digest(const std::string& body) {
  std::string bytes(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(body.data()), body.size(),
         reinterpret_cast<unsigned char*>(bytes.data()));
  return bytes;
}

/// The RPC behind aistudio.google.com/status answers nobody who does not look like that page.
void dress_as_ai_studio(FetchRequest& request, const std::string& api_key) {
  request.post_body = "[]";
  request.headers = {{"Content-Type", "application/json+protobuf"},
                     {"X-Goog-Api-Key", api_key},
                     {"X-User-Agent", "grpc-web-javascript/0.1"},
                     {"Origin", "https://aistudio.google.com"},
                     {"Referer", "https://aistudio.google.com/"}};
}

const std::string& first_url(const std::map<std::string, std::string>& documents) {
  return documents.begin()->second;
}

}  // namespace

Fetch fetch_through(ProxySettings proxy) {
  return [proxy = std::move(proxy), resolver = std::make_shared<Resolver>()](
             const FetchRequest& request, Millis deadline, const std::stop_token& stop) {
    return fetch(request, {.deadline = deadline}, proxy, *resolver, stop);
  };
}

SourcePoll::SourcePoll(ProviderConfig provider, SourceConfig source, Fetch fetch, ReadSource read)
    : provider_(std::move(provider)), source_(std::move(source)), fetch_(std::move(fetch)), read_(std::move(read)) {
  for (const std::string& url : source_.urls) alternatives_.push_back({.documents = {{kSingleDocument, url}}});
  if (!source_.documents.empty()) alternatives_.push_back({.documents = source_.documents});
}

SourcePoll::Fetched SourcePoll::get(const std::string& name, const std::string& url, Millis deadline,
                                    const std::stop_token& stop) {
  FetchRequest request{.url = url};
  if (source_.kind == SourceKind::ai_studio) dress_as_ai_studio(request, source_.api_key);
  const auto kept = kept_.find(url);
  if (kept != kept_.end()) {
    request.etag = kept->second.etag;
    request.last_modified = kept->second.last_modified;
  }
  FetchAnswer answer = fetch_(request, deadline, stop);
  if (request.post_body) answer.etag = answer.last_modified = {};  // conditions are for GET
  Fetched fetched{{name, url, std::move(answer.result)}, std::move(answer.etag), std::move(answer.last_modified)};
  const auto* reply = std::get_if<HttpReply>(&fetched.document.result);
  if (reply == nullptr || reply->status != 304) return fetched;
  if (kept == kept_.end()) {
    fetched.document.result = FetchFailure{
        FetchErrorKind::protocol, host_of(url) + ": says 304 (not modified) to a request without condition"};
  } else {
    fetched.document.result = kept->second.reply;
    fetched.from_kept = true;
  }
  return fetched;
}

void SourcePoll::remember(const std::vector<Fetched>& fetched, bool read_well) {
  for (const Fetched& each : fetched) {
    if (!read_well) {
      if (each.from_kept) kept_.erase(each.document.url);  // ask for the whole again
    } else if (!each.from_kept) {
      kept_.erase(each.document.url);
      if (each.etag.empty() && each.last_modified.empty()) continue;
      kept_[each.document.url] = {each.etag, each.last_modified, std::get<HttpReply>(each.document.result)};
    }
  }
}

bool SourcePoll::is_known(const Alternative& alternative) const {
  return std::ranges::all_of(alternative.documents,
                             [&](const auto& document) { return kept_.contains(document.second); });
}

std::vector<PayloadRecord> SourcePoll::changes(const std::vector<Fetched>& fetched) {
  std::vector<PayloadRecord> changed;
  for (const Fetched& each : fetched) {
    const auto& reply = std::get<HttpReply>(each.document.result);
    std::string now_good = digest(reply.body);
    std::string& last_good = last_good_[each.document.name];
    if (last_good == now_good) continue;
    last_good = std::move(now_good);
    changed.push_back({provider_.name, source_.name, each.document.name, {}, reply.body});
  }
  return changed;
}

void SourcePoll::try_alternative(Alternative& alternative, double jitter, const std::stop_token& stop,
                                 Observation& observation) {
  const MonoTime start = now().mono;
  std::vector<Fetched> fetched;
  std::vector<FetchedDocument> documents;
  for (const auto& [name, url] : alternative.documents) {
    const Millis left = std::max(Millis(0), start + kPollDeadline - now().mono);
    fetched.push_back(get(name, url, left, stop));
    documents.push_back(fetched.back().document);
    observation.answered |= std::holds_alternative<HttpReply>(documents.back().result);
  }
  observation.at = now();
  observation.url = first_url(alternative.documents);
  observation.reading = read_(provider_, source_, documents);
  const bool read_well = static_cast<bool>(observation.reading);
  remember(fetched, read_well);
  if (read_well) observation.changed = changes(fetched);
  for (PayloadRecord& changed : observation.changed) changed.at = observation.at.wall;

  const NextPoll next = next_poll(alternative.schedule, source_.interval, documents, observation.at.wall, jitter);
  alternative.schedule = next.schedule;
  alternative.pause = next.pause;
  alternative.not_before = next.schedule.refusals > 0 ? observation.at.mono + next.pause : MonoTime{};
  alternative.error = read_well ? std::string() : observation.reading.error().message;
}

/// The one that was read well, or null.
const SourcePoll::Alternative* SourcePoll::try_alternatives(double jitter, const std::stop_token& stop,
                                                            Observation& observation) {
  const MonoTime start = now().mono;
  const auto welcome = [&](const Alternative& each) { return each.not_before <= start; };
  const bool any_welcome = std::ranges::any_of(alternatives_, welcome);
  for (Alternative& each : alternatives_) {
    if (any_welcome && !welcome(each)) continue;
    try_alternative(each, jitter, stop, observation);
    if (observation.reading) return &each;
    if (stop.stop_requested()) break;
  }
  return nullptr;
}

Error SourcePoll::all_errors() const {
  if (alternatives_.size() == 1) return {clean_text(alternatives_.front().error, kMaxError)};
  std::string errors;
  for (const Alternative& each : alternatives_) {
    if (each.error.empty()) continue;
    const std::string host = host_of(first_url(each.documents));
    const bool named = each.error.starts_with(host);
    errors += fmt::format("{}{}{}", errors.empty() ? "" : "; ", named ? "" : host + ": ",
                          clean_text(each.error, kMaxError / alternatives_.size()));
  }
  return {clean_text(errors, kMaxError)};
}

SourcePoll::Outcome SourcePoll::poll(double jitter, const std::stop_token& stop) {
  const MonoTime start = now().mono;
  Observation observation{.provider = provider_.name, .source = source_.name, .at = now()};
  const Alternative* answered = try_alternatives(jitter, stop, observation);
  observation.latency = observation.at.mono - start;
  if (answered != nullptr) return {std::move(observation), answered->pause, is_known(*answered)};
  observation.reading = all_errors();
  Millis pause = Millis::max();
  for (const Alternative& each : alternatives_) {  // the first that may be asked again
    const bool refused = each.schedule.refusals > 0;
    pause =
        std::min(pause, refused ? std::max(source_.interval, each.not_before - observation.at.mono) : each.pause);
  }
  return {std::move(observation), pause, false};
}

}  // namespace signalbox
