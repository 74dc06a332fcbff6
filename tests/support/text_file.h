#pragma once
/// A file of a test's own.
#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <string_view>

namespace signalbox::testing {

inline std::string write_text(const std::string& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  REQUIRE(file.good());
  return path;
}

}  // namespace signalbox::testing
