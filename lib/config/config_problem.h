#pragma once
/// A mistake in a configuration, with its place.
#include <string>
#include <vector>

namespace signalbox {

struct ConfigProblem {
  enum class Severity { error, warning };
  Severity severity = Severity::error;
  int line = 0;         ///< from 1; 0: of the file as a whole
  int column = 0;       ///< from 1, in characters
  std::string message;  ///< one cleaned line
  bool operator==(const ConfigProblem&) const = default;
};

using ConfigProblems = std::vector<ConfigProblem>;

bool has_errors(const ConfigProblems& problems);

}  // namespace signalbox
