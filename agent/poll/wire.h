#pragma once
/// A way for bytes to and from a peer, as HTTP needs it: a connection, or a script in a test.
///
/// Errors: a step that failed says so once.
#include <cstddef>
#include <optional>

#include "lib/pages/fetched.h"

namespace signalbox {

class Wire {
 public:
  struct Transfer {
    size_t bytes = 0;  ///< 0: the peer ended the connection
    std::optional<FetchFailure> failure;
  };
  virtual ~Wire() = default;
  virtual Transfer read(char* to, size_t size) = 0;
  virtual Transfer write(const char* from, size_t size) = 0;
};

}  // namespace signalbox
