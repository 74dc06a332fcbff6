#pragma once
/// Runs rows: every rule meets the same traffic of the same seeds.
#include <array>
#include <string>
#include <vector>

#include "tests/bench/detectors/rows.h"
#include "tests/bench/detectors/rule.h"

namespace signalbox::bench {

struct Plan {
  uint64_t seed = 1;
  int runs = 100;
  bool quick = false;  ///< shorter days, and as with fewer than 100 runs: a bar is missed beyond chance (one in a
                       ///< hundred) only
  bool peers = true;
  unsigned threads = 2;
};

/// What one rule did in one run, from the onset on.
struct Sample {
  double unhealthy_after = kNever;
  double elevated_after = kNever;
  double elevated_share = 0;
  int64_t changes = 0;
};

/// One cell of a table: the figure as text, and whether the bar holds; nothing without a bar.
struct Figure {
  std::string text;
  std::optional<bool> met;
};

struct RowResult {
  Row row;
  std::vector<std::string> rules;                             ///< ours first
  std::vector<std::array<std::optional<Figure>, 4>> figures;  ///< by rule, by rate
};

std::vector<RowResult> measure(const std::vector<Row>& rows, const Plan& plan);

/// One run of one row: a sample of each rule, ours first.
std::vector<Sample> run_once(const Row& row, double per_s, uint64_t seed, const Plan& plan);

/// `jobs` calls of `job(index)`, by several threads.
void in_parallel(size_t jobs, unsigned threads, const std::function<void(size_t)>& job);

std::string show_duration(double seconds_);

}  // namespace signalbox::bench
