#include "lib/config/config_parse.h"

#include <algorithm>

#include "lib/config/config_sections.h"
#include "lib/text.h"

namespace signalbox {
namespace {

void read_all(const toml::table& root, ParsedConfig& parsed) {
  Config& config = parsed.config;
  ConfigProblems& problems = parsed.problems;
  ConfigReader reader(root, "the file", problems);
  if (const auto* table = reader.table("server")) read_server({*table, "[server]", problems}, config.server);
  if (const auto* table = reader.table("policy")) {
    read_policy({*table, "[policy]", problems}, *table, config.policy, problems);
  }
  if (const auto* table = reader.table("retention")) {
    read_retention({*table, "[retention]", problems}, config.retention);
  }
  if (const auto* table = reader.table("providers")) read_providers(*table, config.providers, problems);
  std::erase_if(config.providers, [](const ProviderConfig& provider) { return !provider.enabled; });
  if (const auto* table = reader.table("routes")) {
    read_routes(*table, config.providers, config.routes, problems);
  }
  reader.finish();
}

}  // namespace

ParsedConfig parse_config(std::string_view text) {
  ParsedConfig parsed{.config = default_config()};
  try {
    read_all(toml::parse(text), parsed);
  } catch (const toml::parse_error& error) {
    const auto& place = error.source().begin;
    parsed.problems.push_back({ConfigProblem::Severity::error, static_cast<int>(place.line),
                               static_cast<int>(place.column), clean_text(error.description())});
  }
  std::ranges::stable_sort(parsed.problems, [](const ConfigProblem& a, const ConfigProblem& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  return parsed;
}

}  // namespace signalbox
