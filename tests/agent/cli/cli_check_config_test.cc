#include "agent/cli/check_config.h"

#include <doctest/doctest.h>

#include <sstream>

#include "tests/support/command_line.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/source_dir.h"
#include "tests/support/text_file.h"

namespace signalbox {
namespace {

struct Checked {
  int code = 0;
  std::string out;
  std::string err;
};

/// With "FILE" for the file's path.
Checked check(std::string_view text, bool colour = false) {
  const ScratchDirectory directory;
  const std::string path = testing::write_text(directory.file("a.toml"), text);
  std::ostringstream out;
  std::ostringstream err;
  const int code = check_config(path, out, err, colour);
  const auto anonymous = [&](std::string all) {
    for (size_t at = 0; (at = all.find(path)) != std::string::npos;) all.replace(at, path.size(), "FILE");
    return all;
  };
  return {code, anonymous(out.str()), anonymous(err.str())};
}

/// Directories that do not depend on who runs the test.
const std::string kPlaces = "state_dir = \"/srv/state\"\nruntime_dir = \"/srv/run\"\n";

TEST_CASE("check-config prints what it understood") {
  const Checked checked = check("[server]\nlisten = [\"127.0.0.1:9529\", \"[::1]:0\"]\n" + kPlaces + R"(
[policy]
hold_s = 30
weights.major.insufficient = 20
[providers.openai]
enabled = false
[providers.gemini]
enabled = false
[providers.mistral]
models = ["large", "small"]
[[providers.acme.sources]]
name = "page"
documents = {components = "https://a.example/c", incidents = "https://a.example/i"}
components = ["1", "2"]
interval_s = 1200
[routes.chat]
primary = "claude"
fallbacks = ["mistral/large", "acme"]
notice = "A backup model answers."
)");
  CHECK(checked.code == 0);
  CHECK(checked.err.empty());
  CHECK(checked.out == R"(FILE is fine

listens at   127.0.0.1:9529, [::1]:0
unix socket  /srv/run/signalbox.sock
state        /srv/state
runtime      /srv/run
policy       hold_s = 30 (default 60)
             weights.major.insufficient = 20 (default 10)

3 providers

  claude
    statuspage (statuspage), every 30 s
      at       https://status.claude.com/api/v2/summary.json, https://anthropic.statuspage.io/api/v2/summary.json
      watches  k8w3r06qmzrp
      page id  tymt9n04zgry

  acme
    page (statuspage), every 1200 s
      at       components https://a.example/c, incidents https://a.example/i
      watches  1, 2

  mistral
    models     large, small
    no status source: only clients' reports tell

  route chat: claude, else mistral/large, acme
    notice     A backup model answers.
)");
}

TEST_CASE("check-config shows each mistake and ends with 78") {
  const Checked checked = check("[polizy]\n[policy]\nhold_s = -1\n");
  CHECK(checked.code == 78);
  CHECK(checked.out.empty());
  CHECK(checked.err ==
        "FILE:1:2: error: unknown key \"polizy\" in the file; did you mean \"policy\"?\n"
        "  [polizy]\n"
        "   ^\n"
        "FILE:3:10: error: [policy]: hold_s: must be from 1 to 3600; it is -1\n"
        "  hold_s = -1\n"
        "           ^\n"
        "FILE: 2 mistakes\n");
}

TEST_CASE("a warning is shown and ends with 0") {
  const Checked checked = check("[server]\n" + kPlaces + "[policy]\nretry_budget_ms = 3000\n");
  CHECK(checked.code == 0);
  CHECK(checked.err ==
        "FILE:5:19: warning: [policy]: retry_budget_ms: under 4000 it absorbs no microspike\n"
        "  retry_budget_ms = 3000\n"
        "                    ^\n");
  CHECK(checked.out.find("policy       retry_budget_ms = 3000 (default 8000)\n") != std::string::npos);
}

TEST_CASE("colour only where it is wanted") {
  CHECK(check("[server]\n" + kPlaces).out.find('\x1b') == std::string::npos);
  CHECK(check("[server]\n" + kPlaces, true).out.find('\x1b') != std::string::npos);
}

TEST_CASE("nothing that a file says steers the terminal") {
  for (const char* text :
       {"\"\\u001b[2J\" = 1\n", "x = \"\x1b[2J\"\n", "[routes.a]\nprimary = \"claude\"\nnotice = \"\\u202Eevil\"\n",
        "[[providers.a.sources]]\nname = \"p\"\nurls = \"https://a.example/\"\ncomponents = "
        "\"\\u202Eevil\"\n"}) {
    const Checked checked = check(text);
    const std::string all = checked.out + checked.err;
    CHECK(all.find('\x1b') == std::string::npos);
    CHECK(all.find("\xE2\x80\xAE") == std::string::npos);
  }
}

TEST_CASE("a file that is not there is 78 on the command line too") {
  const ScratchDirectory directory;
  const std::string path = directory.file("missing.toml");
  const auto result = testing::run_command({"check-config", path});
  CHECK(result.code == 78);
  CHECK(result.out.empty());
  CHECK(result.err == "signalbox: cannot read " + path + ": No such file or directory\n");
}

TEST_CASE("the shipped configuration is fine") {
  const auto result = testing::run_command({"check-config", testing::source_dir() + "/systemd/signalbox.toml"});
  CHECK(result.code == 0);
  CHECK(result.err.empty());
}

}  // namespace
}  // namespace signalbox
