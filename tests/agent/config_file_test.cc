#include "agent/config_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/scratch_directory.h"
#include "tests/support/text_file.h"

namespace signalbox {
namespace {

/// What is shown of a file with this text; `path` stands for the file's own.
std::string shown(std::string_view text) {
  const ScratchDirectory directory;
  const auto loaded = load_config(testing::write_text(directory.file("a.toml"), text));
  REQUIRE(loaded);
  LoadedConfig renamed = *loaded;
  renamed.path = "a.toml";
  std::string all;
  for (const ConfigProblem& problem : renamed.problems) all += show_problem(renamed, problem);
  return all;
}

std::string refusal(const std::string& path) {
  const auto loaded = load_config(path);
  REQUIRE_FALSE(loaded);
  return loaded.error().message;
}

TEST_CASE("no path is the built-in configuration") {
  const auto loaded = load_config("");
  REQUIRE(loaded);
  CHECK(loaded->config == default_config());
  CHECK(loaded->path.empty());
  CHECK(loaded->problems.empty());
}

TEST_CASE("a file is read whole, up to 1 MiB") {
  const ScratchDirectory directory;
  const std::string path = directory.file("a.toml");
  const std::string text = "[policy]\nhold_s = 30\n";
  const size_t most = 1024 * 1024;

  const auto loaded = load_config(testing::write_text(path, text + std::string(most - text.size(), '\n')));
  REQUIRE(loaded);
  CHECK(loaded->problems.empty());
  CHECK(loaded->path == path);
  Config expected = default_config();
  expected.policy.hold = seconds(30);
  CHECK(loaded->config == expected);

  testing::write_text(path, std::string(most + 1, '\n'));
  CHECK(refusal(path) == path + " is larger than 1 MiB");
}

TEST_CASE("a file that cannot be read is refused with the system's reason") {
  const ScratchDirectory directory;
  const std::string missing = directory.file("missing.toml");
  CHECK(refusal(missing) == "cannot read " + missing + ": No such file or directory");
  CHECK(refusal(directory.path()) == "cannot read " + directory.path() + ": Is a directory");
  CHECK(refusal("/dev/zero") == "/dev/zero is larger than 1 MiB");

  const std::string closed = testing::write_text(directory.file("closed.toml"), "");
  REQUIRE(chmod(closed.c_str(), 0) == 0);
  if (geteuid() != 0) CHECK(refusal(closed) == "cannot read " + closed + ": Permission denied");
}

TEST_CASE("a problem is shown with its line and a caret below its column") {
  CHECK(shown("[policy]\n  hold_s = -1\n") ==
        "a.toml:2:12: error: [policy]: hold_s: must be from 1 to 3600; it is -1\n"
        "    hold_s = -1\n"
        "             ^\n");
  CHECK(shown("[policy]\n\tretry_budget_ms = 3000") ==
        "a.toml:2:20: warning: [policy]: retry_budget_ms: under 4000 it absorbs no microspike\n"
        "   retry_budget_ms = 3000\n"
        "                     ^\n");
  CHECK(shown("x = 1\r\n") ==
        "a.toml:1:1: error: unknown key \"x\" in the file\n"
        "  x = 1\n"
        "  ^\n");
}

TEST_CASE("the caret counts characters, not bytes") {
  CHECK(shown("server = {x = \"übergangsweise\", y = 1}\n") ==
        "a.toml:1:11: error: unknown key \"x\" in [server]\n"
        "  server = {x = \"übergangsweise\", y = 1}\n"
        "            ^\n"
        "a.toml:1:33: error: unknown key \"y\" in [server]\n"
        "  server = {x = \"übergangsweise\", y = 1}\n"
        "                                  ^\n");
}

TEST_CASE("a line that is long, or could steer a terminal, is not shown") {
  CHECK(shown("x = 1 # " + std::string(200, 'x')) == "a.toml:1:1: error: unknown key \"x\" in the file\n");
  CHECK(shown("x = \"\xE2\x80\xAE\"") == "a.toml:1:1: error: unknown key \"x\" in the file\n");
  const std::string escape = shown("x = \"\x1b[2J\"");
  CHECK(escape.starts_with("a.toml:1:"));
  CHECK(escape.find('\x1b') == std::string::npos);
}

TEST_CASE("a problem of the whole file has no place") {
  std::string deep = "a";
  for (int i = 0; i < 10'000; ++i) deep += ".a";
  CHECK(shown(deep + " = 1") ==
        "a.toml: error: more than 5000 dots outside comments: no configuration has names that long\n");
}

}  // namespace
}  // namespace signalbox
