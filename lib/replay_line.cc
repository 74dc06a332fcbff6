#include "lib/replay_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "lib/rfc3339.h"
#include "lib/text.h"

namespace signalbox {
namespace {

/// 10000-01-01T00:00:00Z: what RFC 3339 can write.
constexpr double kEndOfTime = 253'402'300'800.0;
constexpr double kMillisPerSecond = 1000;
constexpr int kLowestStatus = 100;
constexpr int kHighestStatus = 599;

std::string shown(std::string_view text) { return "\"" + clean_text(text) + "\""; }

std::string number_text(WallTime at) {
  const int64_t millis = at.time_since_epoch().count();
  std::string text = fmt::format("{}.{:03}", millis / 1000, millis % 1000);
  while (text.ends_with("0") && !text.ends_with(".0")) text.pop_back();
  return text;
}

std::optional<Error> find_stranger(const Json& object, std::string_view place,
                                   std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : object.items()) {
    if (std::ranges::count(known, std::string_view(key)) > 0) continue;
    return Error{fmt::format("{}unknown key {}; known are {}", place, shown(key), fmt::join(known, ", "))};
  }
  return std::nullopt;
}

Result<ReplayTime> read_time(const Json& value) {
  if (value.is_string()) {
    const auto at = parse_rfc3339(value.get_ref<const std::string&>());
    if (!at || at->time_since_epoch() < Millis(0)) {
      return Error{"at: " + shown(value.get_ref<const std::string&>()) +
                   " is not a time since 1970, as in 2026-11-23T10:00:01.250Z"};
    }
    return ReplayTime{*at, dump_json(value), true};
  }
  if (!value.is_number()) return Error{"at: neither seconds since 1970 nor a time in RFC 3339"};
  const auto seconds = value.get<double>();
  if (!(seconds >= 0 && seconds < kEndOfTime)) return Error{"at: not within the years 1970 to 9999"};
  return ReplayTime{WallTime(Millis(std::llround(seconds * kMillisPerSecond))), dump_json(value), false};
}

std::string names_of(const Config& config) {
  std::vector<std::string> names;
  for (const ProviderConfig& provider : config.providers) names.push_back(provider.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

Error no_provider(std::string_view place, std::string_view name, const Config& config) {
  return Error{fmt::format("{}: no provider {} is configured; known are {}", place, shown(name), names_of(config))};
}

std::optional<Error> find_place(const Json& value, const Config& config, ReplayPage& page) {
  const std::string provider = string_field(value, "provider");
  page.provider = find_provider(config, provider);
  if (page.provider == nullptr) return no_provider("page.provider", provider, config);
  const std::string name = string_field(value, "source");
  const auto source = std::ranges::find(page.provider->sources, name, &SourceConfig::name);
  if (source == page.provider->sources.end()) {
    std::vector<std::string> names;
    for (const SourceConfig& each : page.provider->sources) names.push_back(each.name);
    return Error{fmt::format("page.source: no source {} of {} is configured; known are {}", shown(name), provider,
                             names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")))};
  }
  page.source = &*source;
  return std::nullopt;
}

std::optional<Error> read_answer(Json& value, ReplayPage& page) {
  const Json& error = field(value, "error");
  const Json& status = field(value, "http_status");
  if (error.is_null() == status.is_null()) return Error{"page: needs either http_status or error"};
  if (!error.is_null()) {
    page.error = error.is_string() ? clean_text(error.get_ref<const std::string&>()) : std::string();
    if (page.error.empty()) return Error{"page.error: not a sentence"};
    return std::nullopt;
  }
  const int64_t code = status.is_number_integer() ? status.get<int64_t>() : 0;
  if (code < kLowestStatus || code > kHighestStatus) return Error{"page.http_status: not 100 to 599"};
  page.http_status = static_cast<int>(code);
  if (value.contains("body")) page.body = std::move(value["body"]);
  return std::nullopt;
}

Result<ReplayLine> read_page(Json& value, ReplayTime time, const Config& config) {
  if (!value.is_object()) return Error{"page: not an object"};
  if (auto stranger = find_stranger(value, "page: ", {"provider", "source", "http_status", "body", "error"}))
    return *std::move(stranger);
  ReplayPage page;
  if (auto error = find_place(value, config, page)) return *std::move(error);
  if (auto error = read_answer(value, page)) return *std::move(error);
  return ReplayLine{std::move(time), std::move(page)};
}

/// The agent passes over a report for a provider that nobody configured; a recording that has one was made for
/// another configuration.
Result<ReplayLine> read_report(const Json& value, ReplayTime time, const Config& config) {
  auto read = report_batch_from_json(value, replay_instant(time.at));
  if (const auto* problem = std::get_if<ReportProblem>(&read)) {
    return Error{fmt::format("report{}: {}", problem->pointer, problem->detail)};
  }
  auto& batch = std::get<ReportBatch>(read);
  for (size_t i = 0; i < batch.reports.size(); ++i) {
    const std::string& provider = batch.reports.at(i).target.provider;
    if (find_provider(config, provider) != nullptr) continue;
    return no_provider(fmt::format("report/reports/{}/provider", i), provider, config);
  }
  return ReplayLine{std::move(time), std::move(batch)};
}

}  // namespace

std::string write_time(WallTime at, const ReplayTime& like) {
  if (at == like.at) return like.text;
  return like.is_text ? "\"" + format_rfc3339(at) + "\"" : number_text(at);
}

Instant replay_instant(WallTime at) { return {at, MonoTime(at.time_since_epoch())}; }

Result<ReplayLine> parse_replay_line(std::string_view line, const Config& config) {
  Result<Json> parsed = parse_json(line);
  if (!parsed) return parsed.error();
  Json& root = *parsed;
  if (!root.is_object()) return Error{"not a JSON object"};
  if (auto stranger = find_stranger(root, "", {"at", "page", "report", "tick"})) return *std::move(stranger);
  Result<ReplayTime> time = read_time(field(root, "at"));
  if (!time) return time.error();
  if (root.size() != 2) return Error{"needs exactly one of page, report and tick beside at"};
  if (root.contains("page")) return read_page(root["page"], *std::move(time), config);
  if (root.contains("report")) return read_report(root["report"], *std::move(time), config);
  if (field(root, "tick") != Json(true)) return Error{"tick: not true"};
  return ReplayLine{*std::move(time), ReplayTick{}};
}

}  // namespace signalbox
