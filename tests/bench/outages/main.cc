/// Real outages through the core: when the page said so, when we knew, and what it saved. See README.md,
/// "Developing".
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>

#include "lib/rfc3339.h"
#include "lib/text.h"
#include "tests/bench/detectors/measure.h"
#include "tests/bench/detectors/statistics.h"
#include "tests/bench/detectors/virtual_agent.h"
#include "tests/bench/outages/replay_incident.h"

namespace signalbox::bench {
namespace {

struct Options {
  std::vector<std::string> files;
  uint64_t seed = 1;
  unsigned threads = 2;
  double per_s = 2;
  std::optional<double> lag_min;
  bool brief = false;
};

/// Minutes from the first failure to the first post. For Claude and OpenAI nobody has measured it; operators say 5
/// to 15. For Google it is: 157 incidents of Google Cloud, 2021 to 2022, `created` minus `begin`, the quarters at
/// 27, 79 and 228 minutes; the upper quarter, which holds posts after the fact, is left out.
Millis draw_lag(const HistoricIncident& incident, const Options& options, Chance& chance) {
  const double where = chance.uniform();
  double lag_min = 5 + 10 * where;
  if (incident.provider == "gemini") {
    constexpr double kQuarters[] = {5, 27, 79, 228};
    const auto quarter = static_cast<size_t>(3 * where);
    const double within = 3 * where - static_cast<double>(quarter);
    lag_min = kQuarters[quarter] + within * (kQuarters[quarter + 1] - kQuarters[quarter]);
  }
  return millis(60 * options.lag_min.value_or(lag_min));
}

/// How much failed, nobody tells. An incident was posted because it was felt: less than a third of the requests is
/// not called major, nor less than four fifths critical.
double draw_failing(const HistoricIncident& incident, Chance& chance) {
  const double where = chance.uniform();
  return incident.impact == "critical" ? 0.8 + 0.2 * where : 0.3 + 0.5 * where;
}

std::string minutes_text(double seconds_) { return fmt::format("{:.1f}", seconds_ / 60); }

std::string per_request(int64_t waited_s, int64_t requests) {
  return requests == 0 ? "" : fmt::format("{:.2f}", static_cast<double>(waited_s) / static_cast<double>(requests));
}

void print_incident(const HistoricIncident& incident, double failing, const Replayed& one) {
  fmt::print("{:.16} {:7}{:9}{:34.33}{:>4.0f}{:>7}{:>7}{:>7}{:>7}{:>7}{:>6}{:>6}{:>6.0f}\n",
             format_rfc3339(incident.posted_at()), incident.provider, incident.impact, clean_text(incident.title),
             100 * failing, minutes_text(one.page_after_s),
             one.known_after_s ? show_duration(*one.known_after_s) : "never", one.requests, one.without.lost,
             one.with.lost, per_request(one.without.waited_s, one.requests),
             per_request(one.with.waited_s, one.requests), one.shifted_after_s);
}

int print_summary(const std::vector<Replayed>& all) {
  std::vector<double> page;
  std::vector<double> known;
  Cost without;
  Cost with;
  int64_t requests = 0;
  for (const Replayed& one : all) {
    page.push_back(one.page_after_s);
    known.push_back(one.known_after_s.value_or(kNever));
    requests += one.requests;
    without += one.without;
    with += one.with;
  }
  const auto before_page = std::ranges::count_if(
      all, [](const Replayed& one) { return one.known_after_s < one.page_after_s && one.known_after_s; });
  const auto missed = std::ranges::count(known, kNever);
  fmt::print(
      "\n{} incidents: on the page after {} min (median), known after {} s (median; p95 {}); known before the page "
      "in {}, "
      "never in {}\n",
      all.size(), minutes_text(median(page)), show_duration(median(known)), show_duration(quantile(known, 0.95)),
      before_page, missed);
  fmt::print(
      "of {} requests {} were lost without the signal and {} with it ({:.1f} %); waited for {} and {} s a "
      "request\n",
      requests, without.lost, with.lost,
      without.lost > 0 ? 100 * static_cast<double>(with.lost) / static_cast<double>(without.lost) : 0,
      per_request(without.waited_s, requests), per_request(with.waited_s, requests));
  return missed == 0 && with.lost < without.lost ? 0 : 1;
}

int replay_all(const Options& options) {
  std::vector<HistoricIncident> incidents;
  for (const std::string& file : options.files) {
    std::ranges::copy_if(read_history(file), std::back_inserter(incidents), is_replayed);
  }
  if (incidents.empty()) throw std::runtime_error("no incident of these files is one that is replayed");
  std::ranges::stable_sort(incidents, {}, &HistoricIncident::posted_at);

  std::vector<Replayed> replayed(incidents.size());
  std::vector<Assumption> assumptions(incidents.size());
  in_parallel(incidents.size(), options.threads, [&](size_t i) {
    Chance chance(options.seed * 100000 + i);
    assumptions[i] = {.per_s = options.per_s, .before_post = draw_lag(incidents[i], options, chance)};
    assumptions[i].failing = draw_failing(incidents[i], chance);
    replayed[i] = replay_incident(incidents[i], assumptions[i], chance.next());
  });
  fmt::print(
      "Assumed: {}/s sessions; of the requests 80 to 100 % fail in a critical incident, 30 to 80 % in a major one, "
      "1 % "
      "else;\nfrom 5 to 15 min before the first post (Google: 5 to 228) to `monitoring` or `resolved`. From the "
      "first "
      "failure to the\npage in minutes, to us in seconds; requests while it lasted, of these lost, seconds waited "
      "in "
      "retries a request, each\nwithout and with the signal; seconds of shift after its end\n\n",
      options.per_s);
  if (!options.brief) {
    fmt::print("{:16} {:7}{:9}{:34}{:>4}{:>7}{:>7}{:>7}{:>14}{:>12}{:>6}\n", "first post", "", "", "", "%", "page",
               "known", "reqs", "lost -/+", "waited -/+", "after");
  }
  for (size_t i = 0; i < incidents.size() && !options.brief; ++i) {
    print_incident(incidents[i], assumptions[i].failing, replayed[i]);
  }
  return print_summary(replayed);
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app{"Replays real incidents; exit code 1 when one is never known, or the signal saves nothing"};
  app.add_option("files", options.files, "incidents, JSON Lines; see tests/bench/outages/history.h")->required();
  app.add_option("--seed", options.seed)->capture_default_str();
  app.add_option("--threads", options.threads)->capture_default_str()->check(CLI::Range(1, 256));
  app.add_option("--rate", options.per_s, "sessions a second")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--lag-min", options.lag_min, "from the first failure to the first post, for all")
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--brief", options.brief, "the summary only");
  CLI11_PARSE(app, argc, argv);
  return replay_all(options);
}

}  // namespace
}  // namespace signalbox::bench

int main(int argc, char** argv) {
  try {
    return signalbox::bench::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "outage_replay: {}\n", error.what());
    return 2;
  }
}
