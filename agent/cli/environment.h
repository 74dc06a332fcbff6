#pragma once
/// Environment variables as values.
#include <cstdlib>
#include <string>

namespace signalbox {

/// Empty when it is not set.
inline std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace signalbox
