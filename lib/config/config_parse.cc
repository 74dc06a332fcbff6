#include "lib/config/config_parse.h"

#include <fmt/format.h>

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
  read_notify(reader.tables("notify"), config.providers, config.notify, problems);
  reader.finish();
}

/// toml++ limits how deep values nest, but not dotted names ("[a.a.a...]"): it destroys one table inside the other
/// by recursion and overflows the stack at some 10,000 to 100,000 levels. Each level needs a dot outside comments.
constexpr ptrdiff_t kMaxDots = 5000;

ptrdiff_t dots_outside_comments(std::string_view text) {
  ptrdiff_t dots = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const size_t start = line.find_first_not_of(" \t");
    const bool comment = start != std::string_view::npos && line[start] == '#';
    if (!comment) dots += std::ranges::count(line, '.');
  }
  return dots;
}

}  // namespace

ParsedConfig parse_config(std::string_view text) {
  ParsedConfig parsed{.config = default_config()};
  if (dots_outside_comments(text) > kMaxDots) {
    parsed.problems.push_back({.message = fmt::format("more than {} dots outside comments: no configuration has "
                                                      "names that long",
                                                      kMaxDots)});
    return parsed;
  }
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
