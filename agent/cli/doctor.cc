#include "agent/cli/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "agent/clock.h"
#include "agent/render/words.h"
#include "lib/pages/http_date.h"
#include "lib/pages/status_page.h"
#include "lib/text.h"
#include "lib/url.h"

namespace signalbox {
namespace {

/// Names beyond these tell nothing more at a glance.
constexpr size_t kNamesShown = 10;
/// Freshness and report times tolerate seconds (a report from the future is refused over 5 s); a Date header has a
/// resolution of one and may come from a cache.
constexpr Millis kClockWarning = seconds(10);
constexpr Millis kClockFailure = minutes(5);

/// One poll of one host, and the last thing that its server said.
struct Visit {
  std::string host;
  Observation observation;
  std::variant<HttpReply, FetchFailure> last;
};

/// What must be fetched together, each as a source of its own.
std::vector<SourceConfig> alternatives(const SourceConfig& source) {
  if (source.urls.empty()) return {source};
  std::vector<SourceConfig> each;
  for (const std::string& url : source.urls) {
    each.push_back(source);
    each.back().urls = {url};
  }
  return each;
}

Visit visit(const ProviderConfig& provider, const SourceConfig& source, const Fetch& fetch, const ReadSource& read,
            std::vector<ClockSample>& clocks) {
  Visit visited{.host = host_of(source.urls.empty() ? source.documents.begin()->second : source.urls.front())};
  const Fetch watched = [&](const FetchRequest& request, Millis deadline, const std::stop_token& stop) {
    FetchAnswer answer = fetch(request, deadline, stop);
    visited.last = answer.result;
    const auto* reply = std::get_if<HttpReply>(&answer.result);
    const WallTime ours = now().wall;
    const auto theirs = reply == nullptr ? std::nullopt : parse_http_date(reply->date, ours);
    if (theirs) clocks.push_back({*theirs, ours});
    return answer;
  };
  visited.observation = SourcePoll(provider, source, watched, read).poll(0).observation;
  return visited;
}

std::string advice_for(const FetchFailure& failure) {
  switch (failure.kind) {
    case FetchErrorKind::dns: return "check this host's name resolution; behind a proxy set https_proxy";
    case FetchErrorKind::connect:
    case FetchErrorKind::timeout: return "check the network and the firewall; behind a proxy set https_proxy";
    case FetchErrorKind::tls:
      return "check the clock and the package ca-certificates; a proxy that opens TLS needs its CA in the "
             "system's store";
    case FetchErrorKind::proxy: return "check https_proxy and no_proxy";
    case FetchErrorKind::too_large:
    case FetchErrorKind::protocol: return "look with curl -v at what answers there";
  }
  return {};
}

std::string advice_for(const Visit& visited) {
  if (const auto* failure = std::get_if<FetchFailure>(&visited.last)) return advice_for(*failure);
  const auto& reply = std::get<HttpReply>(visited.last);
  if (is_bot_challenge(reply)) return "the page wants a browser from this address: configure another host of it";
  if (reply.status == 429 || reply.status >= 500) return "try again in some minutes";
  return "open the page in a browser: if it has moved, correct urls, page_id and components in the configuration";
}

std::string component_names(const std::vector<Component>& components, bool with_ids) {
  std::string text;
  const size_t shown = with_ids ? components.size() : std::min(components.size(), kNamesShown);
  for (size_t i = 0; i < shown; ++i) {
    const Component& component = components[i];
    text += (i == 0 ? "" : ", ") + component.name + (with_ids ? " = " + component.id : "");
  }
  if (shown < components.size()) text += fmt::format(" and {} more", components.size() - shown);
  return text;
}

std::string watched_words(const PageReading& reading) {
  std::string text;
  for (const Component& component : reading.components) {
    text += fmt::format("{}{} {}", text.empty() ? ", " : "; ", component.name, component.status);
  }
  return text;
}

void diagnose_reading(const std::string& subject, const SourceConfig& source, const PageReading& reading,
                      bool list_components, std::vector<Diagnosis>& diagnoses) {
  if (!reading.missing_components.empty()) {
    diagnoses.push_back({Finding::warn, subject,
                         "not on the page: " + fmt::format("{}", fmt::join(reading.missing_components, ", ")),
                         "the source is partial; find the components' present ids with: signalbox doctor "
                         "--components"});
  }
  if (source.kind == SourceKind::statuspage && source.page_id.empty()) {
    diagnoses.push_back({Finding::warn, subject, "no page_id: a page that was replaced by another is not noticed",
                         fmt::format("set page_id = \"{}\" in the configuration", reading.page_id)});
  }
  if (!reading.unwatched_components.empty()) {
    diagnoses.push_back(
        {Finding::ok, subject,
         "on the page and not watched: " + component_names(reading.unwatched_components, list_components), ""});
  }
}

/// The subject has named the host.
std::string without_host(const std::string& message, const std::string& host) {
  return message.starts_with(host + ": ") ? message.substr(host.size() + 2) : message;
}

std::string shape_words(const SourceConfig& source) { return source.page_id.empty() ? "" : ", the expected page"; }

std::string clock_words(Millis ahead) {
  return fmt::format("{} {} the status pages' servers", format_span(ahead),
                     ahead.count() > 0 ? "ahead of" : "behind");
}

}  // namespace

SourceCheck check_source(const ProviderConfig& provider, const SourceConfig& source, const Fetch& fetch,
                         const ReadSource& read, bool list_components) {
  SourceCheck check;
  std::vector<Visit> visits;
  for (const SourceConfig& each : alternatives(source)) {
    visits.push_back(visit(provider, each, fetch, read, check.clocks));
  }
  const bool any_good = std::ranges::any_of(visits, [](const Visit& v) { return bool(v.observation.reading); });
  bool described = false;
  for (const Visit& visited : visits) {
    const std::string subject = fmt::format("{} {} {}", provider.name, source.name, visited.host);
    const Result<PageReading>& reading = visited.observation.reading;
    if (!reading) {
      check.diagnoses.push_back({any_good ? Finding::warn : Finding::fail, subject,
                                 without_host(reading.error().message, visited.host), advice_for(visited)});
      continue;
    }
    check.diagnoses.push_back({Finding::ok, subject,
                               fmt::format("read in {} ms{}{}", visited.observation.latency.count(),
                                           shape_words(source), watched_words(*reading)),
                               ""});
    if (!described) diagnose_reading(subject, source, *reading, list_components, check.diagnoses);
    described = true;
  }
  return check;
}

Diagnosis check_clock(const std::vector<ClockSample>& samples) {
  if (samples.empty()) {
    return {Finding::warn, "clock", "not checked: no status page answered", "compare with: timedatectl"};
  }
  const auto skew = [](const ClockSample& sample) { return sample.ours - sample.theirs; };
  const auto size = [&](const ClockSample& sample) { return std::chrono::abs(skew(sample)); };
  const Millis best = skew(*std::ranges::min_element(samples, {}, size));
  if (std::chrono::abs(best) < kClockWarning) return {Finding::ok, "clock", "agrees with the status pages", ""};
  const Finding finding = std::chrono::abs(best) < kClockFailure ? Finding::warn : Finding::fail;
  return {finding, "clock", clock_words(best), "switch time synchronisation on: timedatectl set-ntp true"};
}

std::string render_diagnosis(const Diagnosis& diagnosis, const View& view) {
  constexpr std::array<std::string_view, 3> kWords = {"ok", "warn", "FAIL"};
  constexpr std::array<Style, 3> kStyles = {Style::green, Style::yellow, Style::red};
  constexpr size_t kWordWidth = 4;
  const auto index = static_cast<size_t>(diagnosis.finding);
  const TableCell text{clean_text(diagnosis.subject + ": " + diagnosis.text, 4000)};
  std::string lines = labelled({std::string(kWords.at(index)), kStyles.at(index)}, kWordWidth, text, view);
  if (!diagnosis.advice.empty()) {
    lines += labelled({""}, kWordWidth, {"-> " + clean_text(diagnosis.advice, 4000), Style::bold}, view);
  }
  return lines;
}

std::string summary(const std::vector<Diagnosis>& diagnoses) {
  const auto count = [&](Finding finding) { return std::ranges::count(diagnoses, finding, &Diagnosis::finding); };
  const auto warnings = count(Finding::warn);
  const auto failures = count(Finding::fail);
  const std::string checks = count_of(std::ssize(diagnoses), "check", "checks");
  if (warnings + failures == 0) return checks + ": all well";
  return fmt::format("{}: {}, {}", checks, count_of(failures, "failure", "failures"),
                     count_of(warnings, "warning", "warnings"));
}

int exit_code(const std::vector<Diagnosis>& diagnoses) {
  Finding worst = Finding::ok;
  for (const Diagnosis& diagnosis : diagnoses) worst = std::max(worst, diagnosis.finding);
  return static_cast<int>(worst);
}

}  // namespace signalbox
