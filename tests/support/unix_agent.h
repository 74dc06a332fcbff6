#pragma once
/// An agent behind a unix socket that answers every path alike.
#include <string>
#include <thread>

#include "tests/support/scratch_directory.h"

namespace signalbox::testing {

class UnixAgent {
 public:
  explicit UnixAgent(std::string body);
  ~UnixAgent();
  UnixAgent(const UnixAgent&) = delete;
  UnixAgent& operator=(const UnixAgent&) = delete;

  std::string socket() const { return directory_.file("agent.sock"); }
  std::string url() const { return "unix:" + socket(); }

 private:
  void serve(const std::string& response) const;

  ScratchDirectory directory_;
  int listener_ = -1;
  std::thread thread_;
};

}  // namespace signalbox::testing
