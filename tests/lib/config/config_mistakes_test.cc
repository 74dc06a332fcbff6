#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "lib/config/config_check.h"
#include "lib/config/config_parse.h"

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

struct Mistake {
  const char* text;
  const char* expected;
};

/// Each text, below `above`, has one mistake.
template <size_t Count>
void check_each(const std::string& above, const Mistake (&mistakes)[Count]) {
  for (const Mistake& mistake : mistakes) {
    CHECK(problems(above + mistake.text) == mistake.expected + std::string("\n"));
  }
}

/// A source that is right but for what a row adds.
const std::string kSource =
    "[[providers.claude.sources]]\nname = \"page\"\nurls = \"https://status.example/x\"\ncomponents = \"api\"\n";
#define IN_SOURCE "error: [[providers.claude.sources]]: "

}  // namespace

TEST_CASE("what is not TOML is an error at its place") {
  CHECK(problems("[server]\nlisten = \n").starts_with("2:10 error: "));
  CHECK(problems("[server]\n[server]\n").starts_with("2:1 error: "));
  CHECK(problems("[policy]\nhold_s = 1\nhold_s = 2\n").starts_with("3:"));
  CHECK(problems("[policy]\nhold_s = 1 2\n").starts_with("2:12 error: "));
}

TEST_CASE("an unknown key is an error with the nearest known name") {
  const Mistake rows[] = {
      {"[policy]\nhold_seconds = 60\n",
       "2:1 error: unknown key \"hold_seconds\" in [policy]; did you mean \"hold_s\"?"},
      {"[polizy]\n", "1:2 error: unknown key \"polizy\" in the file; did you mean \"policy\"?"},
      {"[server]\nxyz = 1\n", "2:1 error: unknown key \"xyz\" in [server]"},
      {"[retention]\npayload_days = 1\n",
       "2:1 error: unknown key \"payload_days\" in [retention]; did you mean \"payloads_days\"?"},
      {"[policy.weights.bad]\n", "1:17 error: unknown key \"bad\" in [policy.weights]"},
      {"[policy.weights.major]\nfaling = 1\n",
       "2:1 error: unknown key \"faling\" in [policy.weights.major]; did you mean \"failing\"?"},
      {"[providers.claude]\nenable = false\n",
       "2:1 error: unknown key \"enable\" in [providers.claude]; did you mean \"enabled\"?"},
      {"[routes.chat]\nprimary = \"claude\"\nfallback = \"openai\"\n",
       "3:1 error: unknown key \"fallback\" in [routes.chat]; did you mean \"fallbacks\"?"},
      {"\"\\u001b[31m\" = 1\n", "1:1 error: unknown key \"[31m\" in the file"},
  };
  check_each("", rows);
  check_each(kSource, {Mistake{"intervall_s = 30\n",
                               "5:1 error: unknown key \"intervall_s\" in "
                               "[[providers.claude.sources]]; did you mean \"interval_s\"?"}});
}

TEST_CASE("a value of another type is an error that says what was found") {
  const Mistake rows[] = {
      {"[server]\nlisten = 9529\n", "2:10 error: [server]: listen: must be a string; it is a whole number"},
      {"[server]\nlisten = [\"127.0.0.1:1\", 9529]\n",
       "2:26 error: [server]: listen: must be a string; it is a whole number"},
      {"[server]\nallow_plaintext = 1\n",
       "2:19 error: [server]: allow_plaintext: must be true or false; it is a whole number"},
      {"[server]\nlog_level = true\n", "2:13 error: [server]: log_level: must be a string; it is true or false"},
      {"[server]\nreporter_token_files = \"x\"\n",
       "2:24 error: [server]: reporter_token_files: must be a table; it is a string"},
      {"[policy]\nstale_intervals = 3.5\n",
       "2:19 error: [policy]: stale_intervals: must be a whole number; it is a number"},
      {"[policy]\nhold_s = \"60\"\n", "2:10 error: [policy]: hold_s: must be a number; it is a string"},
      {"[policy]\nhold_s = 2026-11-23\n", "2:10 error: [policy]: hold_s: must be a number; it is a date or time"},
      {"policy = 5\n", "1:10 error: the file: policy: must be a table; it is a whole number"},
      {"[providers]\nclaude = false\n", "2:10 error: [providers]: claude: must be a table; it is true or false"},
      {"[providers.claude]\nsources = {}\n",
       "2:11 error: [providers.claude]: sources: must be an array of tables; it is a table"},
      {"[providers.claude]\nsources = [1]\n",
       "2:12 error: [providers.claude]: sources: must be an array of tables; it is a whole number"},
  };
  check_each("", rows);
}

TEST_CASE("the server's mistakes") {
  const Mistake rows[] = {
      {"listen = \"9529\"",
       "2:10 error: [server]: listen: \"9529\" is no address; write \"127.0.0.1:9529\" or \"[::1]:9529\""},
      {"listen = \"localhost:9529\"",
       "2:10 error: [server]: listen: \"localhost:9529\" is no address; write "
       "\"127.0.0.1:9529\" or \"[::1]:9529\""},
      {"listen = \"127.0.0.1:65536\"",
       "2:10 error: [server]: listen: \"127.0.0.1:65536\" is no address; write "
       "\"127.0.0.1:9529\" or \"[::1]:9529\""},
      {"listen = \"::1:9529\"",
       "2:10 error: [server]: listen: \"::1:9529\" is no address; write \"127.0.0.1:9529\" or \"[::1]:9529\""},
      {"listen = []", "2:10 error: [server]: listen must name at least one address"},
      {"listen = [\"127.0.0.1:1\", \"127.0.0.1:1\"]",
       "2:26 error: [server]: listen: \"127.0.0.1:1\" is there twice"},
      {"agent_check_listen = \"0.0.0.0:9530\"",
       "2:22 error: [server]: agent_check_listen: \"0.0.0.0:9530\" is not loopback: it has neither tokens nor TLS "
       "and "
       "needs allow_plaintext = true, which says that the network in front of it is trusted"},
      {"agent_check_listen = \"balancer:9530\"",
       "2:22 error: [server]: agent_check_listen: \"balancer:9530\" is no address; write \"127.0.0.1:9529\" or "
       "\"[::1]:9529\""},
      {"listen = \"0.0.0.0:9529\"",
       "2:10 error: [server]: listen: \"0.0.0.0:9529\" is not loopback: it needs reader_token_file and "
       "tls_cert_file with tls_key_file, or allow_plaintext = true, which says that a proxy in front encrypts"},
      {"listen = \"0.0.0.0:9529\"\nreader_token_file = \"r\"",
       "2:10 error: [server]: listen: \"0.0.0.0:9529\" is not loopback: it needs tls_cert_file with tls_key_file, "
       "or allow_plaintext = true, which says that a proxy in front encrypts"},
      {"listen = \"0.0.0.0:9529\"\ntls_cert_file = \"c\"\ntls_key_file = \"k\"\noperator_token_file = \"o\"",
       "2:10 error: [server]: listen: \"0.0.0.0:9529\" is not loopback: it needs reader_token_file, or "
       "allow_plaintext = true, which says that a proxy in front encrypts"},
      {"agent_check_listen = \"0.0.0.0:9530\"\nreader_token_file = \"r\"\ntls_cert_file = \"c\"\ntls_key_file = "
       "\"k\"",
       "2:22 error: [server]: agent_check_listen: \"0.0.0.0:9530\" is not loopback: it has neither tokens nor TLS "
       "and needs allow_plaintext = true, which says that the network in front of it is trusted"},
      {"log_level = \"loud\"", "2:13 error: [server]: log_level: \"loud\" is not one of debug, info, warn, error"},
      {"log_level = \"warning\"",
       "2:13 error: [server]: log_level: \"warning\" is not one of debug, info, warn, error; did you mean "
       "\"warn\"?"},
      {"tls_cert_file = \"x\"",
       "2:17 error: [server]: tls_cert_file needs tls_key_file beside it: the certificate and its key"},
      {"tls_key_file = \"x\"",
       "2:16 error: [server]: tls_key_file needs tls_cert_file beside it: the certificate and its key"},
      {"tls_cert_file = \"x\"\ntls_key_file = 1",
       "3:16 error: [server]: tls_key_file: must be a string; it is a whole number"},
      {"answer_ttl_s = 4", "2:16 error: [server]: answer_ttl_s: must be from 5 to 3600; it is 4"},
      {"state_dir = \"/a\\u0000b\"", "2:13 error: [server]: state_dir: holds a control character"},
      {"state_dir = \"data\"",
       "2:13 warning: [server]: state_dir: \"data\" depends on the directory that the agent "
       "is started in; begin it with /"},
      {"reporter_token_files = {\"r\u00f6uter\" = \"/x\"}",
       "2:24 error: [server]: reporter_token_files: \"r\u00f6uter\" cannot be a reporter's name: 1 to 128 "
       "printable "
       "ASCII characters"},
      {"reporter_token_files = {a = \"\"}", "2:29 error: [server]: reporter_token_files.a: an empty string"},
      {"allowed_hosts = [\"ok.example:8080\", \"https://status.example\"]",
       "2:37 error: [server]: allowed_hosts: \"https://status.example\" is neither a host name nor an address; "
       "write "
       "it as clients do, without https:// and *"},
      {"allowed_hosts = \"*.example\"",
       "2:17 error: [server]: allowed_hosts: \"*.example\" is neither a host name nor an address; write it as "
       "clients do, without https:// and *"},
  };
  check_each("[server]\n", rows);
}

TEST_CASE("an open address is fine behind a token and TLS, or where it is said that a proxy protects it") {
  CHECK(problems("[server]\nlisten = \"0.0.0.0:9529\"\nallow_plaintext = true\n").empty());
  const std::string with_token = "[server]\nlisten = \"[::]:0\"\nreader_token_file = \"r\"\n";
  CHECK(problems(with_token).find("is not loopback") != std::string::npos);
  CHECK(problems(with_token + "tls_cert_file = \"c\"\ntls_key_file = \"k\"\n").empty());
  CHECK(problems("[server]\nlisten = [\"127.0.0.1:0\", \"127.9.9.9:1\", \"[::1]:2\"]\n"
                 "allowed_hosts = [\"signalbox.example\", \"10.0.0.1:8080\", \"::1\", \"[::1]:80\"]\n")
            .empty());
}

TEST_CASE("an address from the command line is held to the same rule") {
  ServerConfig server;
  CHECK(check_open(server) == std::nullopt);
  server.listen = {"127.0.0.1:0", "192.0.2.1:9529"};
  REQUIRE(check_open(server));
  CHECK(check_open(server)->message.starts_with("listen: \"192.0.2.1:9529\" is not loopback: "));
  server.reader_token_file = "reader";
  server.tls_cert_file = "certificate";
  CHECK(check_open(server));
  server.tls_key_file = "key";
  CHECK(check_open(server) == std::nullopt);
  server.reader_token_file.clear();
  CHECK(check_open(server));
  server.allow_plaintext = true;
  CHECK(check_open(server) == std::nullopt);
}

TEST_CASE("the policy's mistakes") {
  const Mistake rows[] = {
      {"hold_s = -1", "2:10 error: [policy]: hold_s: must be from 1 to 3600; it is -1"},
      {"hold_s = nan", "2:10 error: [policy]: hold_s: must be from 1 to 3600; it is nan"},
      {"hold_s = inf", "2:10 error: [policy]: hold_s: must be from 1 to 3600; it is inf"},
      {"hold_s = 700", "2:10 error: [policy]: hold_s is longer than hold_max_s"},
      {"hold_max_s = 59", "1:1 error: [policy]: hold_s is longer than hold_max_s"},
      {"stale_intervals = 9223372036854775807",
       "2:19 error: [policy]: stale_intervals: must be from 2 to 100; it is 9223372036854775807"},
      {"canary_per_s = 0", "2:16 error: [policy]: canary_per_s: must be from 0.001 to 100; it is 0"},
      {"retry_budget_ms = 3999", "2:19 warning: [policy]: retry_budget_ms: under 4000 it absorbs no microspike"},
      {"retry_budget_ms = 12001", "2:19 warning: [policy]: retry_budget_ms: over 12000 the user has left"},
      {"ramp = [50, 25, 75]", "2:8 error: [policy]: ramp must be three whole numbers that rise, between 1 and 99"},
      {"ramp = [25, 25, 75]", "2:8 error: [policy]: ramp must be three whole numbers that rise, between 1 and 99"},
      {"ramp = [25, 50, 100]", "2:8 error: [policy]: ramp must be three whole numbers that rise, between 1 and 99"},
      {"ramp = [0, 50, 75]", "2:8 error: [policy]: ramp must be three whole numbers that rise, between 1 and 99"},
      {"ramp = 5", "2:8 error: [policy]: ramp must be three whole numbers, like [25, 50, 75]"},
      {"[policy.weights.major]\nnormal = 0",
       "3:10 error: [policy.weights.major]: normal: must be from 1 to 100; it is 0"},
      {"[policy.weights.major]\nnormal = 101",
       "3:10 error: [policy.weights.major]: normal: must be from 1 to 100; it is 101"},
      {"[policy.weights.none]\nnormal = 50",
       "3:10 error: [policy.weights.none]: normal: this cell moves no traffic, its weight is always 100"},
  };
  check_each("[policy]\n", rows);
  CHECK(problems("[policy]\nretry_budget_ms = 4000\nramp = [1, 2, 99]\n").empty());
  CHECK(problems("[policy]\nretry_budget_ms = 12000\n").empty());
}

TEST_CASE("a source's mistakes") {
  const Mistake rows[] = {
      {"interval_s = 0", "5:14 " IN_SOURCE "interval_s: must be from 1 to 3600; it is 0"},
      {"kind = \"statuspge\"", "5:8 " IN_SOURCE "kind: \"statuspge\" is not one of statuspage, google_cloud, "
                               "ai_studio; did you mean \"statuspage\"?"},
      {"products = [\"x\"]",
       "5:12 " IN_SOURCE "products means nothing for a source of kind statuspage; use components"},
      {"api_key = \"x\"", "5:11 " IN_SOURCE "api_key means nothing for a source of kind statuspage"},
      {"documents = {components = \"https://status.example/c\"}",
       "5:13 " IN_SOURCE "documents: a source has urls or documents, not both"},
      {"kind = \"ai_studio\"",
       "1:1 " IN_SOURCE "api_key is missing: an ai_studio source needs the status page's public browser key"},
      {"kind = \"ai_studio\"\napi_key = \"k\"\npage_id = \"p\"",
       "7:11 " IN_SOURCE "page_id means nothing for a source of kind ai_studio"},
  };
  check_each(kSource, rows);
  CHECK(problems(kSource + "kind = \"google_cloud\"\n") ==
        "1:1 " IN_SOURCE
        "products is missing: name the ids that a source of kind google_cloud watches\n"
        "4:14 " IN_SOURCE "components means nothing for a source of kind google_cloud; use products\n");
  CHECK(problems(kSource + kSource) == "6:8 " IN_SOURCE "name: this provider has a source \"page\" already\n");
}

TEST_CASE("a source's address has its rules, and its mistakes stand at their own place") {
  const Mistake rows[] = {
      {"urls = \"http://status.example/\"",
       "\"http://status.example/\": plain http is accepted for loopback "
       "addresses only; use https"},
      {"urls = \"https://me:secret@status.example/\"", "\"...\": a URL must not hold a user name or password"},
      {"urls = \"https://status.example/#top\"",
       "\"https://status.example/#top\": a fragment (#) is never sent and must not be here"},
      {"urls = \"ftp://status.example/\"", "\"ftp://status.example/\": a URL must begin with https:// or http://"},
      {"urls = \"https://status.example:0/\"",
       "\"https://status.example:0/\": the port is not a number from 1 to 65535"},
      {"urls = \"\"", "an empty string"},
  };
  const std::string above = "[[providers.claude.sources]]\nname = \"page\"\ncomponents = \"api\"\n";
  for (const Mistake& row : rows) {
    CHECK(problems(above + row.text) == fmt::format("4:8 " IN_SOURCE "urls: {}\n", row.expected));
  }
  const Mistake others[] = {
      {"", "1:1 " IN_SOURCE "urls is missing: where the page is"},
      {"urls = []", "4:8 " IN_SOURCE "urls names no page"},
      {"urls = [\"https://a.example/\",\n  \"http://b.example/\"]",
       "5:3 " IN_SOURCE
       "urls: \"http://b.example/\": plain http is accepted for loopback addresses only; use https"},
      {"documents = {components = \"http://b.example/\"}",
       "4:27 " IN_SOURCE "documents.components: \"http://b.example/\": plain http is accepted for loopback "
       "addresses only; use https"},
      {"documents = {components = \"https://b.example/\", summary = \"https://b.example/\"}",
       "4:13 " IN_SOURCE "documents: unknown document \"summary\"; known are components, incidents"},
      {"documents = {}", "4:13 " IN_SOURCE "documents: components is missing: without it there is no status"},
  };
  check_each(above, others);
  CHECK(problems(above + "urls = [\"http://127.0.0.1:1/\", \"http://[::1]:1/\", \"http://localhost/\"]\n").empty());
}

TEST_CASE("a long value does not hide what is wrong with it") {
  const std::string found =
      problems(kSource + "kind = \"ai_studio\"\napi_key = \"k\"\n[routes." + std::string(5000, 'r') + "]\n");
  CHECK(found == fmt::format("7:1 error: [routes]: a route's name must be 1-64 of a-z 0-9 _ -; it is \"{}...\"\n",
                             std::string(77, 'r')));
  const std::string url =
      problems("[[providers.claude.sources]]\nname = \"page\"\ncomponents = \"api\"\nurls = \"ftp:" +
               std::string(5000, '/') + "\"\n");
  CHECK(url.ends_with("...\": a URL must begin with https:// or http://\n"));
}

TEST_CASE("names of providers, models and routes have their rules") {
  const Mistake rows[] = {
      {"[providers.\"Bad Name\"]\n",
       "1:1 error: [providers]: a provider's name must be 1-64 of a-z 0-9 _ -; it is \"Bad Name\""},
      {"[providers.claude]\nmodels = [\"a b\"]\n",
       "2:11 error: [providers.claude]: models: \"a b\" must be 1-128 of A-Z a-z 0-9 . _ : @ / -"},
      {"[providers.claude]\nmodels = [\"a\", \"a\"]\n",
       "2:16 error: [providers.claude]: models: \"a\" is there twice"},
      {"[[providers.claude.families]]\ntitle = \"Opus\"\n",
       "1:1 error: [[providers.claude.families]]: model is missing: what the names of its models have"},
      {"[routes.\"a b\"]\nprimary = \"claude\"\n",
       "1:1 error: [routes]: a route's name must be 1-64 of a-z 0-9 _ -; it is \"a b\""},
      {"[routes.chat]\n", "1:1 error: [routes.chat]: primary is missing: the target that the route prefers"},
      {"[routes.chat]\nprimary = \"claud\"\n",
       "2:11 error: [routes.chat]: primary: no provider \"claud\" is configured; did you mean \"claude\"?"},
      {"[routes.chat]\nprimary = \"claude/\"\n",
       "2:11 error: [routes.chat]: primary: \"claude/\" is neither provider nor provider/model"},
      {"[routes.chat]\nprimary = \"claude\"\nfallbacks = [\"claude\"]\n",
       "3:14 error: [routes.chat]: fallbacks: \"claude\" is the route's primary"},
      {"[routes.chat]\nprimary = \"claude\"\nfallbacks = [\"openai\", \"openai\"]\n",
       "3:24 error: [routes.chat]: fallbacks: \"openai\" is there twice"},
      {"[providers.openai]\nenabled = false\n[routes.chat]\nprimary = \"openai\"\n",
       "4:11 error: [routes.chat]: primary: no provider \"openai\" is configured"},
  };
  check_each("", rows);
}

TEST_CASE("all mistakes are found in one go, in the order of the file") {
  CHECK(problems(R"([server]
listen = ["nowhere", "0.0.0.0:1"]
[[providers.claude.sources]]
name = "Page"
urls = ["http://status.example/summary.json"]
documents = {pages = "https://status.example/x"}
interval_s = 5
[policy]
hold_s = 0
hold = 1
)") == "2:10 error: [server]: listen: \"0.0.0.0:1\" is not loopback: it needs reader_token_file and tls_cert_file "
       "with tls_key_file, or allow_plaintext = true, which says that a proxy in front encrypts\n"
       "2:11 error: [server]: listen: \"nowhere\" is no address; write \"127.0.0.1:9529\" or \"[::1]:9529\"\n"
       "3:1 " IN_SOURCE
       "components is missing: name the ids that a source of kind statuspage watches\n"
       "4:8 " IN_SOURCE
       "name: must be 1-64 of a-z 0-9 _ -; it is \"Page\"\n"
       "5:9 " IN_SOURCE
       "urls: \"http://status.example/summary.json\": plain http is accepted for loopback "
       "addresses only; use https\n"
       "6:13 " IN_SOURCE
       "documents: a source has urls or documents, not both\n"
       "6:13 " IN_SOURCE
       "documents: unknown document \"pages\"; known are components, incidents\n"
       "6:13 " IN_SOURCE
       "documents: components is missing: without it there is no status\n"
       "7:14 warning: [[providers.claude.sources]]: interval_s: below 10 a status page may take us for an attack "
       "and lock us out\n"
       "9:10 error: [policy]: hold_s: must be from 1 to 3600; it is 0\n"
       "10:1 error: unknown key \"hold\" in [policy]; did you mean \"hold_s\"?\n");
}

TEST_CASE("a receiver's mistakes, and no secret in what is said of them") {
  const std::string head = "[[notify]]\nname = \"ops\"\n";
  const std::string unsigned_warning =
      "2:8 warning: [[notify]]: without secret_file the messages are not signed, and the receiver cannot tell who "
      "sent them";
  const Mistake rows[] = {
      {"url = \"https://ops.example/\"", unsigned_warning.c_str()},
      {"kind = \"slack\"\nurl = \"https://hooks.slack.com/services/SECRET\"",
       "3:8 error: [[notify]]: a Slack URL is a secret: write it into a file that only the agent can read, and "
       "name "
       "that as url_file instead of url"},
      {"kind = \"slack\"",
       "1:1 error: [[notify]]: url_file is missing: the file that holds the URL of Slack's incoming webhook"},
      {"kind = \"mail\"\nurl_file = \"x\"\nsecret_file = \"y\"",
       "3:8 error: [[notify]]: kind: \"mail\" is not one of webhook, slack"},
      {"secret_file = \"y\"", "1:1 error: [[notify]]: url is missing, or url_file: where the messages go"},
      {"secret_file = \"y\"\nurl = \"http://ops.example/SECRET\"",
       "4:7 error: [[notify]]: url: plain http is for loopback only: everybody on the way could read and change "
       "the "
       "messages; use https"},
      {"secret_file = \"y\"\nurl = \"https://a.example/\"\nurl_file = \"x\"",
       "5:12 error: [[notify]]: url_file: one of url and url_file"},
      {"kind = \"slack\"\nurl_file = \"x\"\nsecret_file = \"y\"",
       "5:15 error: [[notify]]: secret_file is for kind = \"webhook\": Slack knows nothing of signatures"},
      {"kind = \"slack\"\nurl_file = \"x\"\ntargets = \"claud\"",
       "5:11 error: [[notify]]: targets: no provider \"claud\" is configured; did you mean \"claude\"?"},
      {"kind = \"slack\"\nurl_file = \"x\"\nstates = [\"down\"]",
       "5:11 error: [[notify]]: states: \"down\" is not one of degraded, unhealthy, recovering, healthy, unknown"},
      {"kind = \"slack\"\nurl_file = \"x\"\n[[notify]]\nname = \"ops\"\nkind = \"slack\"\nurl_file = \"x\"",
       "6:8 error: [[notify]]: \"ops\" is there twice"},
  };
  check_each(head, rows);
  CHECK(problems("[[notify]]\nname = \"Ops\"\nkind = \"slack\"\nurl_file = \"x\"\n") ==
        "2:8 error: [[notify]]: name: must be 1-64 of a-z 0-9 _ -; it is \"Ops\"\n");
}
