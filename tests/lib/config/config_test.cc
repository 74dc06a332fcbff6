#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

#include "lib/config/config_parse.h"
#include "lib/config/nearest.h"
#include "tests/support/source_dir.h"

using namespace signalbox;

namespace {

/// "line:column severity: message" for each problem.
std::string problems(std::string_view text) {
  std::string all;
  for (const ConfigProblem& problem : parse_config(text).problems) {
    const bool error = problem.severity == ConfigProblem::Severity::error;
    all +=
        fmt::format("{}:{} {}: {}\n", problem.line, problem.column, error ? "error" : "warning", problem.message);
  }
  return all;
}

Config parsed(std::string_view text) {
  ParsedConfig result = parse_config(text);
  CAPTURE(text);
  REQUIRE(result.problems.empty());
  return result.config;
}

std::string read_text(const std::string& path) {
  std::ifstream file(testing::source_dir() + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  REQUIRE_FALSE(text.str().empty());
  return text.str();
}

std::string shipped_file() { return read_text("systemd/signalbox.toml"); }

/// Lines `marker` + TOML without the marker; prose keeps its "# ".
std::string uncommented(const std::string& text, const std::string& marker) {
  return std::regex_replace(text, std::regex("(^|\n)" + marker + "(?=[a-z\\[])"), "$1");
}

const ProviderConfig& claude(const Config& config) { return *find_provider(config, "claude"); }

}  // namespace

TEST_CASE("no configuration is the default one") { CHECK(parsed("") == default_config()); }

TEST_CASE("the shipped file is the default configuration, as it is and with every default un-commented") {
  const std::string shipped = shipped_file();
  CHECK(parsed(shipped) == default_config());
  CHECK(parsed(uncommented(shipped, "#")) == default_config());
}

TEST_CASE("the shipped file's examples are valid") {
  const Config config = parsed(uncommented(uncommented(shipped_file(), "#"), "#="));
  CHECK(find_provider(config, "gemini")->sources.size() == 2);
  CHECK(config.routes.front().primary == "claude/claude-opus-4-6");
}

TEST_CASE("the shipped file documents every key that is read") {
  const std::string shipped = read_text("systemd/signalbox.toml");
  const std::regex reads(R"re(reader\.(?:text|texts|choice|boolean|integer|number|duration|text_map)\("(\w+)")re");
  int keys = 0;
  for (const char* file : {"server", "policy", "providers", "routes"}) {
    const std::string code = read_text(fmt::format("lib/config/config_{}.cc", file));
    for (std::sregex_iterator it(code.begin(), code.end(), reads), end; it != end; ++it, ++keys) {
      const std::string key = (*it)[1];
      CAPTURE(key);
      CHECK(std::regex_search(shipped, std::regex("(^|\n)#=?" + key + " = ")));
    }
  }
  CHECK(keys > 40);
}

TEST_CASE("keys are laid over the defaults") {
  const Config config = parsed(R"(
[server]
listen = ["127.0.0.1:1", "[::1]:2"]
answer_ttl_s = 7.5
[policy]
hold_s = 30
ramp = [10, 20, 30]
weights = {major = {insufficient = 20}}
[retention]
payloads_mib = 1
[providers.claude]
models = ["claude-opus-4-6"]
[providers.gemini]
enabled = false
[providers.mistral]
)");
  CHECK(config.server.listen == std::vector<std::string>{"127.0.0.1:1", "[::1]:2"});
  CHECK(config.server.answer_ttl == Millis(7500));
  CHECK(config.policy.hold == seconds(30));
  CHECK(config.policy.ramp == std::array{10, 20, 30});
  Policy expected;
  expected.weights[4][0] = 20;
  CHECK(config.policy.weights == expected.weights);
  CHECK(config.retention.payload_bytes == 1024 * 1024);
  CHECK(claude(config).models == std::vector<std::string>{"claude-opus-4-6"});
  CHECK(claude(config).sources == claude(default_config()).sources);
  CHECK(find_provider(config, "gemini") == nullptr);
  CHECK(find_provider(config, "openai") != nullptr);
  REQUIRE(find_provider(config, "mistral") != nullptr);
  CHECK(find_provider(config, "mistral")->sources.empty());
}

TEST_CASE("sources that are given replace the built-in ones") {
  const Config config = parsed(R"(
[[providers.claude.sources]]
name = "own"
urls = ["http://127.0.0.1:8080/summary.json"]
components = ["api"]
interval_s = 10
)");
  REQUIRE(claude(config).sources.size() == 1);
  CHECK(claude(config).sources.front().name == "own");
  CHECK(claude(config).sources.front().kind == SourceKind::statuspage);
  CHECK(claude(config).families == claude(default_config()).families);
}

TEST_CASE("a mistake is named with its line, its column and the nearest known key") {
  struct Row {
    const char* text;
    const char* expected;
  };
  const Row rows[] = {
      {"[server]\nlisten = \n", "2:10 error: "},
      {"[policy]\nhold_seconds = 60\n",
       "2:1 error: unknown key \"hold_seconds\" in [policy]; did you mean \"hold_s\"?\n"},
      {"[polizy]\n", "1:2 error: unknown key \"polizy\" in the file; did you mean \"policy\"?\n"},
      {"[server]\nxyz = 1\n", "2:1 error: unknown key \"xyz\" in [server]\n"},
      {"[server]\nlisten = 9529\n", "2:10 error: [server]: listen must be a string; it is a whole number\n"},
      {"[server]\nlisten = \"9529\"\n",
       "2:10 error: [server]: listen: \"9529\" is no address; write \"127.0.0.1:9529\" or \"[::1]:9529\"\n"},
      {"[server]\nallow_plaintext = 1\n",
       "2:19 error: [server]: allow_plaintext must be true or false; it is a whole number\n"},
      {"[server]\nlog_level = \"loud\"\n",
       "2:13 error: [server]: log_level must be one of debug, info, warn, error; it is \"loud\"\n"},
      {"[server]\nreader_token_file = \"x\"\n",
       "2:21 error: [server]: reader_token_file is not enforced by this version of signalbox: remove it, and put a "
       "proxy "
       "in front that checks tokens and encrypts (allow_plaintext = true)\n"},
      {"[policy]\nhold_s = -1\n", "2:10 error: [policy]: hold_s must be from 1 to 3600; it is -1\n"},
      {"[policy]\nhold_s = nan\n", "2:10 error: [policy]: hold_s must be from 1 to 3600; it is nan\n"},
      {"[policy]\nhold_s = 700\n", "2:10 error: [policy]: hold_s is longer than hold_max_s\n"},
      {"[policy]\nretry_budget_ms = 3000\n",
       "2:19 warning: [policy]: retry_budget_ms: under 4000 it absorbs no microspike\n"},
      {"[policy]\nretry_budget_ms = 13000\n",
       "2:19 warning: [policy]: retry_budget_ms: over 12000 the user has left\n"},
      {"[policy]\nramp = [50, 25, 75]\n",
       "2:8 error: [policy]: ramp must be three whole numbers that rise, between 1 and 99\n"},
      {"[policy]\nramp = 5\n", "2:8 error: [policy]: ramp must be three whole numbers, like [25, 50, 75]\n"},
      {"[policy.weights.major]\nnormal = 0\n",
       "2:10 error: [policy.weights.major]: normal must be from 1 to 100; it is 0\n"},
      {"[policy.weights.bad]\n", "1:17 error: unknown key \"bad\" in [policy.weights]\n"},
      {"[providers.\"Bad Name\"]\n",
       "1:1 error: [providers]: a provider's name must be 1-64 of a-z 0-9 _ -; it is \"Bad Name\"\n"},
      {"[providers.claude]\nmodels = [\"a b\"]\n",
       "2:10 error: [providers.claude]: models: \"a b\" must be 1-128 of A-Z a-z 0-9 . _ : @ / -\n"},
      {"[providers.claude]\nmodels = [\"a\", \"a\"]\n",
       "2:10 error: [providers.claude]: models: \"a\" is there twice\n"},
      {"[routes.chat]\nprimary = \"claud\"\n",
       "2:11 error: [routes.chat]: primary: no provider \"claud\" is configured; did you mean \"claude\"?\n"},
      {"[routes.chat]\nprimary = \"claude\"\nfallbacks = [\"claude\"]\n",
       "3:13 error: [routes.chat]: fallbacks: \"claude\" is in this route already\n"},
      {"[routes.chat]\n", "1:1 error: [routes.chat]: primary is missing: the target that the route prefers\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const std::string found = problems(row.text);
    CAPTURE(found);
    CHECK(found.starts_with(row.expected));
    CHECK(std::ranges::count(found, '\n') == 1);
  }
}

TEST_CASE("a source's mistakes are all found in one go") {
  CHECK(
      problems(R"([[providers.claude.sources]]
name = "Page"
kind = "statuspage"
urls = ["http://status.example/summary.json"]
documents = {pages = "https://status.example/x"}
interval_s = 5
)") ==
      "1:1 error: [[providers.claude.sources]]: components is missing: name the ids that a statuspage source "
      "watches\n"
      "2:8 error: [[providers.claude.sources]]: name must be 1-64 of a-z 0-9 _ -; it is \"Page\"\n"
      "4:8 error: [[providers.claude.sources]]: \"http://status.example/summary.json\": plain http is accepted for "
      "loopback addresses only; use https\n"
      "5:13 error: [[providers.claude.sources]]: exactly one of urls and documents must be there\n"
      "5:13 error: [[providers.claude.sources]]: documents: unknown document \"pages\"; known are components, "
      "incidents\n"
      "5:13 error: [[providers.claude.sources]]: documents: components is missing: without it there is no status\n"
      "6:14 warning: [[providers.claude.sources]]: interval_s: below 10 a status page may take us for an attack "
      "and "
      "lock us out\n");
}

TEST_CASE("an open address is refused unless it is said that a proxy protects it") {
  CHECK(problems("[server]\nlisten = \"0.0.0.0:9529\"\n").find("allow_plaintext") != std::string::npos);
  CHECK(problems("[server]\nlisten = [\"127.0.0.1:1\", \"[::]:9529\"]\n").find("proxy in front") !=
        std::string::npos);
  CHECK(problems("[server]\nlisten = \"0.0.0.0:9529\"\nallow_plaintext = true\n").empty());
}

TEST_CASE("hostile text is an error with a place, never a crash, and steers no terminal") {
  for (const std::string& text :
       {std::string(1'000'000, '['), std::string("a = \"\x1b[2J\""), std::string("a = \0b", 6),
        std::string("\xff\xfe"), "x = " + std::string(100'000, '['), std::string("x = 99999999999999999999999"),
        std::string("\"\\u001b[31m\" = 1\n"), std::string(5000, 'k') + " = 1"}) {
    const ParsedConfig result = parse_config(text);
    CHECK(has_errors(result.problems));
    for (const ConfigProblem& problem : result.problems) {
      CHECK(problem.message.find('\x1b') == std::string::npos);
      CHECK(problem.message.size() <= 300);
    }
  }
}

TEST_CASE("the nearest name is near, or none") {
  const std::vector<std::string> known = {"interval_s", "page_id", "hold_s", "hold_max_s"};
  CHECK(nearest("intervall_s", known) == "interval_s");
  CHECK(nearest("interval", known) == "interval_s");
  CHECK(nearest("pgae_id", known) == "page_id");
  CHECK(nearest("hold_ms", known) == "hold_s");
  CHECK(nearest("colour", known).empty());
  CHECK(nearest("", known).empty());
  CHECK(nearest(std::string(100'000, 'x'), known).empty());
}
