#pragma once
/// The whole configuration as a value: defaults live here, in the member initialisers and in
/// `default_config()`. Key names are those of the TOML file (api.md, "Configuration"); a duration's key ends in
/// `_s` or `_ms`, here it is a std::chrono type.
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/level.h"
#include "lib/time.h"

namespace signalbox {

enum class SourceKind { statuspage, google_cloud, ai_studio };
std::string_view to_string(SourceKind kind);

/// One place that tells how a provider is doing. Exactly one of `urls` and `documents` is filled.
struct SourceConfig {
  std::string name;
  SourceKind kind = SourceKind::statuspage;
  std::vector<std::string> urls;                 ///< the same truth on several hosts, tried in order
  std::map<std::string, std::string> documents;  ///< "components", "incidents" -> URL; all are needed
  std::string page_id;                           ///< statuspage: the page must carry it; empty: not checked
  std::vector<std::string> components;           ///< statuspage, ai_studio: the API's component ids
  std::vector<std::string> products;             ///< google_cloud: product ids
  std::string api_key;                           ///< ai_studio: the page's public browser key
  Millis interval = seconds(30);
  bool operator==(const SourceConfig&) const = default;
};

/// One line of models that share a name, and how incident titles write it (model_names.h). In TOML:
///
///     [[providers.openai.families]]
///     title = "GPT"
///     model = "gpt"
///     variants = "mini nano turbo pro"
///     product = true
///     base_model = true
struct ModelFamily {
  std::string title;     ///< the word, or words, of titles: "Opus", "Claude Instant"
  std::string model;     ///< what the names of its models have, without the version: "claude-opus"
  std::string variants;  ///< words that make another model of the same version; empty: other words change nothing
  std::string point = ".";  ///< between the numbers of a version as we write it: "gpt-5.5", "claude-opus-4-6"
  bool product =
      false;  ///< the word is a product's name too ("Claude", "GPT"): only with a version it means models
  bool base_model = false;  ///< a version without a variant is one model ("gpt-4"); otherwise all variants of it
  bool operator==(const ModelFamily&) const = default;
};

struct ProviderConfig {
  std::string name;
  bool enabled = true;
  std::vector<std::string> models;  ///< known from the start
  std::vector<ModelFamily> families;
  std::vector<SourceConfig> sources;
  bool count_throttled = false;  ///< a 429 means that the provider has no capacity (Vertex): it is a failure
  bool operator==(const ProviderConfig&) const = default;
};

struct RouteConfig {
  std::string name;
  std::string primary;
  std::vector<std::string> fallbacks;
  std::string notice;
  bool operator==(const RouteConfig&) const = default;
};

/// weight[official][passive], official in the order of OfficialLevel. The states of the cells are fixed (fusion.h).
using WeightTable = std::array<std::array<int, 4>, 6>;

/// Every number of signal.md that a person may change.
struct Policy {
  Millis retry_budget = Millis(8000);
  Millis recovering_retry_budget = Millis(4000);
  Millis hold = seconds(60);
  Millis hold_max = minutes(10);
  Millis relapse_window = minutes(10);
  Millis blind = minutes(5);
  Millis ramp_step = seconds(20);
  std::array<int, 3> ramp = {25, 50, 75};
  int stale_intervals = 3;
  Millis incident_max_age = hours(6);
  Millis old_red = hours(6);
  double canary_per_s = 0.2;
  int canary_max_weight = 25;
  int max_models = 256;    ///< of a provider; what comes over it counts for the provider only
  int max_reporters = 64;  ///< that are told apart; what comes over it counts as one more
  WeightTable weights = {{
      {100, 100, 100, 5},  // unknown
      {100, 100, 100, 5},  // none
      {100, 100, 100, 5},  // minor
      {100, 100, 100, 5},  // maintenance
      {10, 75, 25, 5},     // major
      {5, 50, 5, 1},       // critical
  }};
  bool operator==(const Policy&) const = default;
};

enum class NotifyKind { webhook, slack };
std::string_view to_string(NotifyKind kind);

/// One who is told of changes (lib/notify). Either `url` or `url_file` is filled.
struct NotifyConfig {
  std::string name;
  NotifyKind kind = NotifyKind::webhook;
  std::string url;
  std::string url_file;              ///< where the URL is a secret
  std::string secret_file;           ///< webhook: what signs the messages; empty: they are not signed
  std::vector<std::string> targets;  ///< a provider stands for its models too; empty: all
  std::vector<State> states = {State::degraded, State::unhealthy, State::healthy};
  bool overrides = true;
  bool observer = true;
  Millis min_interval = seconds(60);  ///< between two messages about a provider, unless it gets worse
  bool operator==(const NotifyConfig&) const = default;
};

struct ServerConfig {
  std::vector<std::string> listen = {"127.0.0.1:9529"};
  std::vector<std::string> agent_check_listen;  ///< for HAProxy's agent-check
  std::string state_dir;                        ///< empty: chosen by the environment, see agent/directories.h
  std::string runtime_dir;                      ///< empty: likewise
  std::string unix_socket;                      ///< empty: <runtime_dir>/signalbox.sock
  std::string reader_token_file;
  std::string operator_token_file;
  std::map<std::string, std::string> reporter_token_files;
  std::string tls_cert_file;
  std::string tls_key_file;
  bool allow_plaintext = false;
  std::vector<std::string> allowed_hosts;
  int reporter_batches_per_s = 200;  ///< of one reporter, twice as many in a burst; 0: no limit
  Millis answer_ttl = seconds(60);
  std::string public_url;          ///< of the dashboard, as people reach it: the link in notifications; empty: none
  std::string log_level = "info";  ///< debug, info, warn, error
  std::string log_format = "text";  ///< text, json
  bool operator==(const ServerConfig&) const = default;
};

struct Retention {
  Millis transitions = hours(24 * 400);
  Millis fine_counts = hours(48);          ///< outcomes in steps of 10 s
  Millis coarse_counts = hours(24 * 400);  ///< outcomes in steps of 5 min
  Millis incidents = hours(24 * 400);
  Millis payloads = hours(24 * 30);
  int64_t payload_bytes = 64LL * 1024 * 1024;  ///< compressed, all sources together
  bool operator==(const Retention&) const = default;
};

struct Config {
  ServerConfig server;
  Policy policy;
  Retention retention;
  std::vector<ProviderConfig> providers;  ///< built-in ones first, then by name; disabled ones are not in it
  std::vector<RouteConfig> routes;
  std::vector<NotifyConfig> notify;
  bool operator==(const Config&) const = default;
};

/// Claude, OpenAI and Gemini as in api.md, and nothing else configured.
Config default_config();

const ProviderConfig* find_provider(const Config& config, std::string_view name);

}  // namespace signalbox
