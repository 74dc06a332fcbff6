/// The scoreboard of detectors. See README.md, "Developing".
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "tests/bench/detectors/print.h"

namespace signalbox::bench {
namespace {

/// Only rows whose name has `only` in it.
std::vector<Row> chosen(std::vector<Row> rows, const std::string& only) {
  std::erase_if(rows, [&](const Row& row) { return row.name.find(only) == std::string::npos; });
  return rows;
}

int run(int argc, char** argv) {
  Plan plan;
  std::string only;
  bool no_peers = false;
  CLI::App app{"Ours and the peers' rules over the same traffic; exit code 1 when ours misses a bar"};
  app.add_option("--seed", plan.seed, "of all traffic")->capture_default_str();
  app.add_option("--runs", plan.runs, "a cell; rows about hours take three times as many")
      ->check(CLI::Range(1, 100000));
  app.add_option("--threads", plan.threads)->capture_default_str()->check(CLI::Range(1, 256));
  app.add_option("--only", only, "rows whose name has this in it");
  app.add_flag("--no-peers", no_peers, "ours alone");
  app.add_flag("--quick", plan.quick, "short days; a bar counts as missed only beyond what chance explains");
  CLI11_PARSE(app, argc, argv);
  plan.peers = !no_peers;

  const auto detection = measure(chosen(detection_rows(), only), plan);
  const auto weaknesses = measure(chosen(weakness_rows(), only), plan);
  print_blocks(detection, plan);
  print_blocks(weaknesses, plan);
  if (!detection.empty()) print_missed(detection);
  const int missed = missed_by_ours(detection) + missed_by_ours(weaknesses);
  fmt::print("\n{}\n", missed == 0 ? "ours holds every bar" : fmt::format("ours misses {} bars", missed));
  return missed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace signalbox::bench

int main(int argc, char** argv) { return signalbox::bench::run(argc, argv); }
