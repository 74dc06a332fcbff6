#pragma once
/// The command line: subcommands, options, help and exit codes.
#include <istream>
#include <ostream>

namespace signalbox {

struct Streams {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  int out_fd = -1;  ///< what `out` writes to, for colour and width; -1: not a terminal
};

/// Runs one command; returns the process's exit code.
int run_cli(int argc, const char* const* argv, const Streams& streams);

}  // namespace signalbox
