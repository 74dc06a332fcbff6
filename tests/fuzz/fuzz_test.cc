/// Every input that once broke a target, and every committed seed, through the target that it belongs to: without
/// libFuzzer, in the everyday build.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/fuzz/fuzz.h"
#include "tests/support/source_dir.h"

using namespace signalbox::fuzz;
namespace fs = std::filesystem;

namespace {

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

/// TARGET/FILE below tests/fuzz/FOLDER, through TARGET. The count of files.
int replay_folder(const std::string& folder) {
  int files = 0;
  for (const auto& entry :
       fs::recursive_directory_iterator(signalbox::testing::source_dir() + "/tests/fuzz/" + folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string name = entry.path().parent_path().filename().string();
    const std::string file = entry.path().string();
    CAPTURE(file);
    REQUIRE(targets().contains(name));
    const std::string input = read_file(entry.path());
    CHECK_NOTHROW(targets().at(name)(input));
    ++files;
  }
  return files;
}

}  // namespace

TEST_CASE("what once broke a target does so no more") { CHECK(replay_folder("regressions") > 0); }

TEST_CASE("the seeds pass") { CHECK(replay_folder("seeds") > 0); }

TEST_CASE("a seed that is cut anywhere passes") {
  for (const auto& [name, run] : targets()) {
    const fs::path folder = signalbox::testing::source_dir() + "/tests/fuzz/seeds/" + name;
    if (!fs::is_directory(folder)) continue;
    CAPTURE(name);
    for (const auto& entry : fs::directory_iterator(folder)) {
      const std::string input = read_file(entry.path());
      const size_t step = 1 + input.size() / 40;
      for (size_t size = 0; size < input.size(); size += step) {
        CAPTURE(size);
        CHECK_NOTHROW(run(std::string_view(input).substr(0, size)));
      }
    }
  }
}

TEST_CASE("a property that does not hold is told") {
  CHECK_THROWS_AS(expect(false, "never"), Broken);
  CHECK(is_clean("Elevated errors on Claude \xC3\xA9 \xF0\x9F\x98\x80", 60));
  for (const char* dirty : {"a\nb", "\x1b[2J", "\x7f", "\xC2\x85", "\xE2\x80\xAE", "\xEF\xBB\xBF", "\xFF",
                            "\xED\xA0\x80", "\xF3\xA0\x80\x81", "\xC2\xAD", "\xE2\x81\xA6"}) {
    CAPTURE(dirty);
    CHECK_FALSE(is_clean(dirty, 60));
  }
  CHECK_FALSE(is_clean("too long", 7));
}
