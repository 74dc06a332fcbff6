#include "agent/cli/check_config.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <sysexits.h>

#include <algorithm>

#include "agent/config_file.h"
#include "agent/directories.h"
#include "agent/render/layout.h"
#include "lib/config/policy_keys.h"
#include "lib/text.h"

namespace signalbox {
namespace {

std::string list(const std::vector<std::string>& words) {
  return words.empty() ? "none" : clean_text(fmt::format("{}", fmt::join(words, ", ")));
}

std::string places_of(const SourceConfig& source) {
  std::vector<std::string> places = source.urls;
  for (const auto& [name, url] : source.documents) places.push_back(fmt::format("{} {}", name, url));
  return list(places);
}

void print_source(std::ostream& out, const SourceConfig& source) {
  const auto& watched = source.kind == SourceKind::google_cloud ? source.products : source.components;
  fmt::print(out, "    {} ({}), every {} s\n", source.name, to_string(source.kind),
             std::chrono::duration<double>(source.interval).count());
  fmt::print(out, "      at       {}\n", places_of(source));
  fmt::print(out, "      watches  {}\n", list(watched));
  if (!source.page_id.empty()) fmt::print(out, "      page id  {}\n", clean_text(source.page_id));
}

void print_providers(std::ostream& out, const Config& config, bool colour) {
  for (const ProviderConfig& provider : config.providers) {
    fmt::print(out, "\n  {}\n", paint(provider.name, Style::bold, colour));
    if (!provider.models.empty()) fmt::print(out, "    models     {}\n", list(provider.models));
    if (provider.sources.empty()) fmt::print(out, "    no status source: only clients' reports tell\n");
    for (const SourceConfig& source : provider.sources) print_source(out, source);
  }
}

void print_routes(std::ostream& out, const Config& config) {
  for (const RouteConfig& route : config.routes) {
    fmt::print(out, "\n  route {}: {}, else {}\n", route.name, route.primary, list(route.fallbacks));
    if (!route.notice.empty()) fmt::print(out, "    notice     {}\n", clean_text(route.notice));
  }
}

void print_policy(std::ostream& out, const Policy& policy) {
  const std::vector<std::string> changes = policy_changes(policy);
  if (changes.empty()) fmt::print(out, "policy       the defaults\n");
  for (const std::string& change : changes) {
    fmt::print(out, "{:<13}{}\n", &change == &changes.front() ? "policy" : "", change);
  }
}

void print_understood(std::ostream& out, const Config& config, bool colour) {
  const Places places = choose_places(config.server, real_surroundings());
  fmt::print(out, "listens at   {}\n", list(config.server.listen));
  fmt::print(out, "unix socket  {}\n", clean_text(places.unix_socket));
  fmt::print(out, "state        {}\n", clean_text(places.state_dir));
  fmt::print(out, "runtime      {}\n", clean_text(places.runtime_dir));
  print_policy(out, config.policy);
  const size_t count = config.providers.size();
  fmt::print(out, "\n{} {}\n", count, count == 1 ? "provider" : "providers");
  print_providers(out, config, colour);
  print_routes(out, config);
}

}  // namespace

int check_config(const std::string& path, std::ostream& out, std::ostream& err, bool colour) {
  const Result<LoadedConfig> loaded = load_config(path);
  if (!loaded) {
    fmt::print(err, "signalbox: {}\n", loaded.error().message);
    return EX_CONFIG;
  }
  for (const ConfigProblem& problem : loaded->problems) err << show_problem(*loaded, problem);
  const auto errors =
      std::ranges::count(loaded->problems, ConfigProblem::Severity::error, &ConfigProblem::severity);
  if (errors > 0) {
    fmt::print(err, "{}: {} {}\n", loaded->path, errors, errors == 1 ? "mistake" : "mistakes");
    return EX_CONFIG;
  }
  fmt::print(out, "{}\n\n", paint(loaded->path + " is fine", Style::green, colour));
  print_understood(out, loaded->config, colour);
  return 0;
}

}  // namespace signalbox
