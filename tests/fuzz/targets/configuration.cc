/// The configuration file.
///
/// In: TOML. Holds: mistakes have a place inside the file and a clean sentence, in their order; a configuration
/// without errors is within its bounds, and reads the same when the TOML library writes it anew.
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "lib/config/config_parse.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_targets.h"

namespace signalbox::fuzz {
namespace {

void expect_places(const ConfigProblems& problems, std::string_view input) {
  constexpr size_t kMaxMessage = 2000;
  const auto lines = static_cast<int>(std::ranges::count(input, '\n')) + 1;
  int last = 0;
  for (const ConfigProblem& problem : problems) {
    expect(!problem.message.empty(), "a problem says something");
    expect_clean(problem.message, kMaxMessage, "a problem");
    expect(problem.line >= 0 && problem.line <= lines, "a problem is in the file");
    expect(problem.column >= 0 && static_cast<size_t>(problem.column) <= input.size() + 1,
           "a problem is in its line");
    expect(problem.line >= last, "problems come in the order of the file");
    last = problem.line;
  }
}

void expect_in_bounds(const Config& config) {
  const Policy& policy = config.policy;
  for (const auto& row : policy.weights) {
    expect(std::ranges::all_of(row, [](int weight) { return weight >= 1 && weight <= 100; }),
           "no table takes the canary away");
  }
  expect(std::ranges::all_of(policy.ramp, [](int weight) { return weight >= 1 && weight <= 100; }),
         "a ramp is in percent");
  expect(policy.hold >= Millis(0) && policy.hold_max >= policy.hold, "a hold is not longer than the longest");
  expect(config.server.answer_ttl > Millis(0), "an answer lives");
  for (const ProviderConfig& provider : config.providers) {
    expect(is_clean(provider.name, 64) && !provider.name.empty(), "a provider has a name");
    for (const SourceConfig& source : provider.sources) {
      expect(source.interval >= seconds(1), "a page is not asked more often than once a second");
      expect(source.urls.empty() != source.documents.empty(), "a source has urls or documents");
    }
  }
}

/// Nothing where the library has no way to write what it read.
std::optional<std::string> written(std::string_view input) {
  try {
    std::ostringstream out;
    out << toml::parse(input);
    return out.str();
  } catch (const toml::parse_error&) {
    return std::nullopt;
  }
}

}  // namespace

void configuration(std::string_view input) {
  const ParsedConfig parsed = parse_config(input);
  expect_places(parsed.problems, input);
  if (has_errors(parsed.problems)) return;
  expect_in_bounds(parsed.config);
  if (const auto again = written(input)) {
    const ParsedConfig other = parse_config(*again);
    expect(!has_errors(other.problems), "a configuration can be read when it is written anew");
    expect(other.config == parsed.config, "a configuration is the same written anew");
  }
}

}  // namespace signalbox::fuzz
