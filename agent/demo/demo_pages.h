#pragma once
/// The status pages of `signalbox demo`: a small HTTP server on loopback, `/claude` and `/openai`.
///
/// Threads: `show` from any; the server has its own.
#include <memory>
#include <string>

#include "lib/result.h"

namespace signalbox {

class DemoPages {
 public:
  /// Errors: no port is free.
  static Result<std::unique_ptr<DemoPages>> start();
  virtual ~DemoPages() = default;
  virtual std::string url() const = 0;
  /// What claude's page says from now on; openai's is always operational.
  virtual void show(std::string_view status) = 0;
};

}  // namespace signalbox
