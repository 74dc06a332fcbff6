#include <unistd.h>

#include <csignal>
#include <iostream>

#include "agent/cli/app.h"

int main(int argc, char** argv) {
  // A reader that went away is an error of `write`, not a reason to die: `signalbox status | head -1`, and every
  // socket of the agent.
  std::signal(SIGPIPE, SIG_IGN);
  // `replay -` reads a million lines; nobody here uses C's streams for input or output.
  std::ios::sync_with_stdio(false);
  return signalbox::run_cli(argc, argv, {std::cin, std::cout, std::cerr, STDOUT_FILENO});
}
