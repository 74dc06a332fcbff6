#pragma once
/// The command line, run in the test's process.
#include <sstream>
#include <string>
#include <vector>

#include "agent/cli/app.h"

namespace signalbox::testing {

struct CommandResult {
  int code = 0;
  std::string out;
  std::string err;
};

inline CommandResult run_command(const std::vector<std::string>& arguments, const std::string& input = "") {
  std::vector<const char*> argv = {"signalbox"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  const int code = run_cli(static_cast<int>(argv.size()), argv.data(), {in, out, err});
  return {code, out.str(), err.str()};
}

}  // namespace signalbox::testing
