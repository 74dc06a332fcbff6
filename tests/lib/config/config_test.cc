#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "lib/config/config_parse.h"
#include "lib/config/policy_keys.h"
#include "lib/text.h"
#include "tests/support/source_dir.h"

using namespace signalbox;

namespace {

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
  NotifyConfig usual{.name = "ops"};  // every default is in the file
  usual.url = config.notify.front().url;
  usual.secret_file = config.notify.front().secret_file;
  usual.targets = config.notify.front().targets;
  CHECK(config.notify.front() == usual);
  CHECK(config.notify.back() == NotifyConfig{.name = "oncall", .kind = NotifyKind::slack, .url_file = "slack-url"});
}

TEST_CASE("the shipped file documents every key that is read") {
  const std::string shipped = shipped_file();
  const std::regex reads(R"re((?:reader|one|columns)\.\w+\("(\w+)")re");
  std::set<std::string> keys;
  for (const char* file : {"server", "policy", "providers", "routes", "notify"}) {
    const std::string code = read_text(fmt::format("lib/config/config_{}.cc", file));
    for (std::sregex_iterator it(code.begin(), code.end(), reads), end; it != end; ++it) keys.insert((*it)[1]);
  }
  CHECK(keys.size() > 35);
  for (const auto& duration : kPolicyDurations) keys.insert(duration.key);
  for (const auto& integer : kPolicyIntegers) keys.insert(integer.key);
  for (const std::string& key : keys) {
    CAPTURE(key);
    const bool documented = std::regex_search(shipped, std::regex("(^|\n)#=?" + key + " = ")) ||
                            std::regex_search(shipped, std::regex("(^|\n)#=?\\[+[a-z_.]*\\b" + key + "\\b"));
    CHECK(documented);
  }
}

TEST_CASE("the shipped file has the weight of every cell that moves traffic") {
  const std::string shipped = shipped_file();
  const Policy policy;
  for (size_t row = 0; row < policy.weights.size(); ++row) {
    const auto official = static_cast<OfficialLevel>(row);
    std::string lines = fmt::format("#[policy.weights.{}]\n", to_string(official));
    for (size_t column = 0; column < policy.weights[row].size(); ++column) {
      const auto passive = static_cast<PassiveLevel>(column);
      if (!has_weight(official, passive)) continue;
      lines += fmt::format("#{} = {}\n", to_string(passive), policy.weights[row][column]);
    }
    CAPTURE(lines);
    CHECK(shipped.find(lines) != std::string::npos);
  }
}

TEST_CASE("the shipped file explains every key: prose stands above it, with no empty line between") {
  std::istringstream lines(shipped_file());
  bool explained = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) explained = false;
    if (line.starts_with("# ")) explained = true;
    CAPTURE(line);
    const bool key = std::regex_search(line, std::regex("^#=?[a-z_]+ = "));
    CHECK((explained || !key));
  }
}

TEST_CASE("keys are laid over the defaults") {
  const Config config = parsed(R"(
[server]
listen = ["127.0.0.1:1", "[::1]:2"]
agent_check_listen = "127.0.0.1:3"
answer_ttl_s = 7.5
reporter_batches_per_s = 0
[policy]
hold_s = 30
ramp = [10, 20, 30]
weights = {major = {insufficient = 20}}
[retention]
payloads_mib = 1
fine_counts_hours = 1.5
coarse_counts_days = 7
[providers.claude]
models = ["claude-opus-4-6"]
[providers.gemini]
enabled = false
[providers.mistral]
)");
  CHECK(config.server.listen == std::vector<std::string>{"127.0.0.1:1", "[::1]:2"});
  CHECK(config.server.agent_check_listen == std::vector<std::string>{"127.0.0.1:3"});
  CHECK(config.server.answer_ttl == Millis(7500));
  CHECK(config.policy.hold == seconds(30));
  CHECK(config.policy.ramp == std::array{10, 20, 30});
  Policy expected;
  expected.weights[4][0] = 20;
  CHECK(config.policy.weights == expected.weights);
  CHECK(config.retention.payload_bytes == 1024 * 1024);
  CHECK(config.retention.fine_counts == minutes(90));
  CHECK(config.retention.coarse_counts == hours(7 * 24));
  CHECK(config.server.reporter_batches_per_s == 0);
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

TEST_CASE("a file that says all defaults in other ways is the default configuration") {
  CHECK(parsed("[server]\nlisten = [\"127.0.0.1:9529\"]\n[policy]\nhold_s = 60.0\n[providers.openai]\nmodels = []\n"
               "enabled = true\n") == default_config());
  CHECK(parsed("policy.hold_s = 60\r\nserver = {allow_plaintext = false}\r\n") == default_config());
  CHECK(parsed("\xEF\xBB\xBF[policy]\n") == default_config());
}

TEST_CASE("new providers come after the built-in ones, by name") {
  std::string names;
  for (const ProviderConfig& provider : parsed("[providers.mistral]\n[providers.acme]\n").providers) {
    names += provider.name + " ";
  }
  CHECK(names == "claude openai gemini acme mistral ");
}

TEST_CASE("a feed that cannot be asked conditionally is asked less often, unless an interval is given") {
  const std::string feed =
      "[[providers.gemini.sources]]\nname = \"g\"\nkind = \"google_cloud\"\nurls = \"https://status.example/x\"\n"
      "products = \"p\"\n";
  CHECK(find_provider(parsed(feed), "gemini")->sources.front().interval == seconds(120));
  CHECK(find_provider(parsed(feed + "interval_s = 60\n"), "gemini")->sources.front().interval == seconds(60));
}

TEST_CASE("what a policy changes is said key by key") {
  CHECK(policy_changes(Policy{}).empty());
  const Config config = parsed(R"(
[policy]
hold_s = 30
canary_per_s = 0.5
stale_intervals = 4
ramp = [10, 20, 30]
weights.major.insufficient = 20
)");
  CHECK(policy_changes(config.policy) ==
        std::vector<std::string>{"hold_s = 30 (default 60)", "stale_intervals = 4 (default 3)",
                                 "canary_per_s = 0.5 (default 0.2)", "ramp = [10, 20, 30] (default [25, 50, 75])",
                                 "weights.major.insufficient = 20 (default 10)"});
}

TEST_CASE("every number of the policy has a key: a changed one is read back as it was said") {
  for (const auto& [key, member, low, high] : kPolicyDurations) {
    CAPTURE(key);
    Policy expected;
    expected.*member += seconds(1);
    const int64_t unit = std::string_view(key).ends_with("_ms") ? 1 : 1000;
    const int64_t value = (expected.*member).count() / unit;
    CHECK(parsed(fmt::format("[policy]\n{} = {}\n", key, value)).policy == expected);
  }
  for (const auto& [key, member, low, high] : kPolicyIntegers) {
    CAPTURE(key);
    Policy expected;
    expected.*member += 1;
    CHECK(parsed(fmt::format("[policy]\n{} = {}\n", key, expected.*member)).policy == expected);
  }
}

TEST_CASE("hostile text is an error with a place, never a crash, and steers no terminal") {
  std::string deep_header = "[a";
  for (int i = 0; i < 400'000; ++i) deep_header += ".a";
  std::string deep_inline = "x = ";
  for (int i = 0; i < 200'000; ++i) deep_inline += "{a = ";
  for (const std::string& text :
       {std::string(1'000'000, '['), std::string("a = \"\x1b[2J\""), std::string("a = \0b", 6),
        std::string("\0\0\0", 3), std::string("\xff\xfe"), std::string("[server]\nlog_level = \"\xc3\x28\"\n"),
        "x = " + std::string(100'000, '['), std::string("x = 99999999999999999999999"),
        std::string("[policy]\nhold_s = -9223372036854775808\n"), std::string("[policy]\nhold_s = 1e308\n"),
        std::string("[server]\nstate_dir = \"/a\\u0000b\"\n"), std::string("\"\\u001b[31m\" = 1\n"),
        std::string("[routes.\"\\u202Eevil\"]\n"), std::string(5000, 'k') + " = 1", deep_header + "]\n",
        deep_header.substr(1) + " = 1\n", deep_inline}) {
    const ParsedConfig result = parse_config(text);
    CAPTURE(text.substr(0, 40));
    CHECK(has_errors(result.problems));
    for (const ConfigProblem& problem : result.problems) {
      CHECK(clean_text(problem.message, 500) == problem.message);
    }
  }
}

TEST_CASE("names as deep as a configuration may nest them are told apart, one deeper is refused") {
  const auto nested = [](int dots) {
    std::string name = "a";
    for (int i = 0; i < dots; ++i) name += ".a";
    return parse_config("# 1.2.3\n" + name + " = 1\n").problems;
  };
  REQUIRE(nested(5000).size() == 1);
  CHECK(nested(5000).front().message == "unknown key \"a\" in the file");
  REQUIRE(nested(5001).size() == 1);
  CHECK(nested(5001).front().message ==
        "more than 5000 dots outside comments: no configuration has names that long");
}
