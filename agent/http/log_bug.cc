#include "agent/http/log_bug.h"

#include <spdlog/spdlog.h>

namespace signalbox {

void log_bug(const char* what, const std::exception_ptr& failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    spdlog::error("{} ended: {}", what, error.what());
  } catch (...) {
    spdlog::error("{} ended: not a std::exception", what);
  }
}

}  // namespace signalbox
