#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "agent/cli/doctor.h"
#include "agent/cli/doctor_host.h"
#include "agent/clock.h"
#include "agent/store/store.h"
#include "lib/pages/status_page.h"
#include "tests/support/command_line.h"
#include "tests/support/fake_page.h"
#include "tests/support/pages.h"
#include "tests/support/scratch_directory.h"

namespace signalbox {
namespace {

constexpr const char* kFirst = "https://status.claude.com/api/v2/summary.json";
constexpr const char* kSecond = "https://anthropic.statuspage.io/api/v2/summary.json";

/// An HTTP date `ago` before now (negative: after).
std::string http_date(Millis ago) {
  const std::time_t at = std::chrono::system_clock::to_time_t(now().wall - ago);
  std::tm parts{};
  gmtime_r(&at, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

using Answers = std::map<std::string, std::variant<HttpReply, FetchFailure>>;

Fetch network(Answers answers) {
  return [answers = std::move(answers)](const FetchRequest& request, Millis, const std::stop_token&) {
    return FetchAnswer{answers.at(request.url), "", ""};
  };
}

HttpReply page_reply(const std::string& body) {
  return {.status = 200, .body = body, .date = http_date(Millis(0))};
}

ProviderConfig claude() { return testing::provider("claude"); }

std::string good_page() { return testing::data_file("atlassian_summary.json"); }

SourceCheck check(const Answers& answers, const SourceConfig& source, bool list_components = false) {
  return check_source(claude(), source, network(answers), read_source, list_components);
}

std::vector<Finding> findings(const SourceCheck& check) {
  std::vector<Finding> all;
  for (const Diagnosis& diagnosis : check.diagnoses) all.push_back(diagnosis.finding);
  return all;
}

TEST_CASE("a page that reads well is ok, by every host, and says what nobody watches") {
  const auto result =
      check({{kFirst, page_reply(good_page())}, {kSecond, page_reply(good_page())}}, claude().sources.front());
  CHECK(findings(result) == std::vector{Finding::ok, Finding::ok, Finding::ok});
  CHECK(result.diagnoses[0].subject == "claude statuspage status.claude.com");
  CHECK(result.diagnoses[0].text.find("the expected page") != std::string::npos);
  CHECK(result.diagnoses[1].text.starts_with("on the page and not watched: "));
  CHECK(result.diagnoses[2].subject == "claude statuspage anthropic.statuspage.io");
  CHECK(result.clocks.size() == 2);
}

TEST_CASE("ids are listed when asked for") {
  const auto result = check({{kFirst, page_reply(good_page())}, {kSecond, page_reply(good_page())}},
                            claude().sources.front(), true);
  CHECK(result.diagnoses[1].text.find(" = ") != std::string::npos);
}

TEST_CASE("one host that fails beside one that answers is a warning, both are a failure") {
  const FetchFailure no_name{FetchErrorKind::dns, "status.claude.com: no such name"};
  const SourceConfig source = claude().sources.front();
  const auto one = check({{kFirst, no_name}, {kSecond, page_reply(good_page())}}, source);
  REQUIRE(findings(one) == std::vector{Finding::warn, Finding::ok, Finding::ok});
  CHECK(one.diagnoses[0] == Diagnosis{Finding::warn, "claude statuspage status.claude.com", "no such name",
                                      "check this host's name resolution; behind a proxy set https_proxy"});
  CHECK(findings(check({{kFirst, no_name}, {kSecond, no_name}}, source)) ==
        std::vector{Finding::fail, Finding::fail});
}

TEST_CASE("each kind of failure has its own advice") {
  const auto advice = [](std::variant<HttpReply, FetchFailure> answer) {
    SourceConfig source = claude().sources.front();
    source.urls = {kFirst};
    const auto result = check({{kFirst, std::move(answer)}}, source);
    REQUIRE(findings(result) == std::vector{Finding::fail});
    return result.diagnoses[0].advice;
  };
  CHECK(advice(FetchFailure{FetchErrorKind::tls, "x"}).find("ca-certificates") != std::string::npos);
  CHECK(advice(FetchFailure{FetchErrorKind::timeout, "x"}).find("firewall") != std::string::npos);
  CHECK(advice(FetchFailure{FetchErrorKind::proxy, "x"}).find("no_proxy") != std::string::npos);
  CHECK(advice(FetchFailure{FetchErrorKind::protocol, "x"}).find("curl") != std::string::npos);
  CHECK(advice(HttpReply{.status = 405}).find("browser") != std::string::npos);
  CHECK(advice(HttpReply{.status = 503}).find("some minutes") != std::string::npos);
  CHECK(advice(HttpReply{.status = 301, .location = "https://new.example"}).find("has moved") != std::string::npos);
  CHECK(advice(page_reply("<html>")).find("has moved") != std::string::npos);
}

TEST_CASE("a component that is not on the page, and a page without its id, are warnings") {
  SourceConfig source = claude().sources.front();
  source.urls = {kFirst};
  source.components.push_back("nosuch");
  source.page_id.clear();
  const auto result = check({{kFirst, page_reply(good_page())}}, source);
  CHECK(findings(result) == std::vector{Finding::ok, Finding::warn, Finding::warn, Finding::ok});
  CHECK(result.diagnoses[1].text == "not on the page: nosuch");
  CHECK(result.diagnoses[2].advice.find("set page_id = \"") == 0);
}

TEST_CASE("the clock is judged by the server that agrees best") {
  const WallTime ours = now().wall;
  const auto finding = [&](const std::vector<Millis>& skews) {
    std::vector<ClockSample> samples;
    for (Millis skew : skews) samples.push_back({ours - skew, ours});
    return check_clock(samples);
  };
  CHECK(finding({hours(1), seconds(1)}).finding == Finding::ok);
  CHECK(finding({seconds(90)}).finding == Finding::warn);
  CHECK(finding({minutes(10), hours(1)}).finding == Finding::fail);
  CHECK(finding({-minutes(10)}).text == "10 min behind the status pages' servers");
  CHECK(finding({}).finding == Finding::warn);
}

TEST_CASE("directories and secrets that others can touch are failures") {
  const ScratchDirectory directory;
  const Places places{directory.path(), directory.path() + "/later", directory.path() + "/later/x.sock"};
  chmod(directory.path().c_str(), 0777);
  auto diagnoses = check_directories(places);
  CHECK(diagnoses.at(0) == Diagnosis{Finding::fail, "state directory",
                                     directory.path() + " can be written by everybody",
                                     "chmod o-w " + directory.path()});
  CHECK(diagnoses.at(1).finding == Finding::ok);
  chmod(directory.path().c_str(), 0700);
  CHECK(check_directories(places).at(0).finding == Finding::ok);

  const std::string token = directory.file("token");
  std::ofstream(token) << "x";
  const ServerConfig server{.reader_token_file = token,
                            .operator_token_file = "credential",
                            .reporter_token_files = {{"r", directory.file("missing")}}};
  chmod(token.c_str(), 0644);
  diagnoses = check_secrets(server);
  REQUIRE(diagnoses.size() == 2);
  CHECK(diagnoses[0].finding == Finding::fail);
  CHECK(diagnoses[1].finding == Finding::fail);
  chmod(token.c_str(), 0600);
  CHECK(check_secrets(server)[0].finding == Finding::ok);
}

TEST_CASE("the database is whole, not there yet, or broken") {
  const ScratchDirectory directory;
  CHECK(check_stored(directory.path()).at(0).finding == Finding::ok);
  REQUIRE(Store::open(directory.path(), Retention{}, now().wall));
  CHECK(check_stored(directory.path()).at(0).text == database_path(directory.path()) + " is whole");
  std::ofstream(database_path(directory.path())) << std::string(4096, 'x');
  CHECK(check_stored(directory.path()).at(0).finding != Finding::ok);
}

TEST_CASE("the agent's own warnings are passed on") {
  testing::FakePage page;
  page.on("/readyz", testing::reply(200, R"({"status": "warn", "checks": {"store:persistence": [{"status": "pass"}],
                                          "sources:freshness": [{"status": "warn", "output": "1 of 3"}]}})"));
  const auto diagnoses = check_agent(AgentClient::make(*parse_agent_address(page.url(""))));
  REQUIRE(diagnoses.size() == 2);
  CHECK(diagnoses[0].finding == Finding::ok);
  CHECK(diagnoses[1] == Diagnosis{Finding::warn, "agent", "sources:freshness: 1 of 3", ""});
  const auto gone = check_agent(AgentClient::make(*parse_agent_address("unix:/nowhere/x")));
  CHECK(gone.at(0).finding == Finding::fail);
  CHECK(gone.at(0).advice.find("systemctl start") != std::string::npos);
}

TEST_CASE("a diagnosis is a line with what to do under it, and the worst sets the exit code") {
  const std::vector<Diagnosis> diagnoses = {{Finding::ok, "clock", "agrees", ""},
                                            {Finding::warn, "disk", "10 MiB\x1b[2J free", "make room"}};
  CHECK(render_diagnosis(diagnoses[0], {}) == "ok    clock: agrees\n");
  CHECK(render_diagnosis(diagnoses[1], {}) == "warn  disk: 10 MiB [2J free\n      -> make room\n");
  CHECK(summary(diagnoses) == "2 checks: 0 failures, 1 warning");
  CHECK(exit_code(diagnoses) == 1);
  CHECK(exit_code(std::vector<Diagnosis>{{Finding::fail}, {Finding::warn}}) == 2);
  CHECK(exit_code(std::vector<Diagnosis>{{Finding::ok}}) == 0);
}

TEST_CASE("doctor over real fetches: pages, places and the agent, and a wrong configuration is 78") {
  testing::FakePage pages;
  pages.on("/summary.json", testing::reply(200, good_page(), {{"Date", http_date(Millis(0))}}));
  pages.on("/readyz", testing::reply(200, R"({"status": "pass", "checks": {}})"));
  const ScratchDirectory directory;
  std::ofstream(directory.file("box.toml"))
      << "[server]\nstate_dir = '" << directory.file("state") << "'\nruntime_dir = '" << directory.file("run")
      << "'\n[providers.openai]\nenabled = false\n[providers.gemini]\nenabled = false\n"
      << "[[providers.claude.sources]]\nname = 'statuspage'\nkind = 'statuspage'\nurls = ['"
      << pages.url("/summary.json") << "']\npage_id = '" << claude().sources.front().page_id << "'\ncomponents = ['"
      << claude().sources.front().components.front() << "']\n";
  const auto well =
      testing::run_command({"doctor", "--config", directory.file("box.toml"), "--url", pages.url("")});
  CHECK_MESSAGE(well.code == 0, well.out << well.err);
  CHECK(well.out.find("ok    clock: agrees with the status pages\n") != std::string::npos);
  CHECK(well.out.find(": all well\n") != std::string::npos);

  std::ofstream(directory.file("bad.toml")) << "[server]\nlissen = 'x'\n";
  const auto wrong = testing::run_command({"doctor", "--config", directory.file("bad.toml")});
  CHECK(wrong.code == 78);
  CHECK(wrong.err.find("bad.toml:2:") != std::string::npos);
  CHECK(testing::run_command({"doctor", "--config", directory.file("missing.toml")}).code == 78);
}

TEST_CASE("backup copies the database, once") {
  const ScratchDirectory directory;
  REQUIRE(Store::open(directory.path(), Retention{}, now().wall));
  const std::string copy = directory.file("copy.db");
  const auto first = testing::run_command({"backup", copy, "--state-dir", directory.path()});
  CHECK_MESSAGE(first.code == 0, first.err);
  CHECK(first.out.find(" copied to " + copy) != std::string::npos);
  const auto second = testing::run_command({"backup", copy, "--state-dir", directory.path()});
  CHECK(second.code == 1);
  CHECK(second.err.find(copy) != std::string::npos);
}

}  // namespace
}  // namespace signalbox
