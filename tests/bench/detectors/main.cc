/// The scoreboard of detectors. See README.md, "Developing".
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "tests/bench/detectors/print.h"
#include "tests/bench/detectors/scores.h"
#include "tests/bench/detectors/stories.h"

namespace signalbox::bench {
namespace {

/// Only those whose name has `only` in it.
template <class Named>
std::vector<Named> chosen(std::vector<Named> all, const std::string& only) {
  std::erase_if(all, [&](const Named& one) { return one.name.find(only) == std::string::npos; });
  return all;
}

int run(int argc, char** argv) {
  Plan plan;
  int seeds = 20;
  std::string only;
  bool no_peers = false;
  CLI::App app{"Ours and the peers' rules over the same traffic; exit code 1 when ours misses a bar"};
  app.add_option("--seed", plan.seed, "of all traffic")->capture_default_str();
  app.add_option(
         "--runs", plan.runs,
         "a cell; rows about hours take three times as many, delays ten times; with fewer than 100 a bar is "
         "missed beyond chance only")
      ->check(CLI::Range(1, 100000));
  app.add_option("--seeds", seeds, "of each closed loop")->check(CLI::Range(1, 100000));
  app.add_option("--threads", plan.threads)->capture_default_str()->check(CLI::Range(1, 256));
  app.add_option("--only", only, "rows and stories whose name has this in it");
  app.add_flag("--no-peers", no_peers, "ours alone");
  app.add_flag("--quick", plan.quick, "short days; a bar counts as missed only beyond what chance explains");
  CLI11_PARSE(app, argc, argv);
  plan.peers = !no_peers;

  const auto detection = measure(chosen(detection_rows(), only), plan);
  print_blocks(detection, plan);
  const auto weaknesses = measure(chosen(weakness_rows(), only), plan);
  print_blocks(weaknesses, plan);
  if (!detection.empty()) print_missed(detection);
  int missed = missed_by_ours(detection) + missed_by_ours(weaknesses);
  missed += tell_stories(chosen(stories(), only), seeds, plan);
  for (const double per_s : {0.5, 2.0, 20.0}) {
    if (only.empty()) print_scores(per_s, seeds, plan);
  }
  fmt::print("\n{}\n", missed == 0 ? "ours holds every bar" : fmt::format("ours misses {} bars", missed));
  return missed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace signalbox::bench

int main(int argc, char** argv) { return signalbox::bench::run(argc, argv); }
