#include <fmt/format.h>

#include <algorithm>

#include "lib/config/config_sections.h"
#include "lib/config/nearest.h"
#include "lib/ids.h"

namespace signalbox {
namespace {

void check_target(ConfigReader& reader, const std::string& key, const std::string& text,
                  const std::vector<ProviderConfig>& providers) {
  const auto target = parse_target(text);
  if (!target)
    return reader.error(key, fmt::format("{}: \"{}\" is neither provider nor provider/model", key, text));
  if (std::ranges::count(providers, target->provider, &ProviderConfig::name) > 0) return;
  std::vector<std::string> known;
  for (const ProviderConfig& provider : providers) known.push_back(provider.name);
  const std::string near = nearest(target->provider, known);
  const std::string hint = near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near);
  reader.error(key, fmt::format("{}: no provider \"{}\" is configured{}", key, target->provider, hint));
}

RouteConfig read_route(const std::string& name, ConfigReader reader, const std::vector<ProviderConfig>& providers) {
  RouteConfig route{.name = name};
  reader.text("primary", route.primary);
  reader.texts("fallbacks", route.fallbacks);
  reader.text("notice", route.notice);
  if (!is_provider_name(name)) {
    reader.error("primary", fmt::format("a route's name must be 1-64 of a-z 0-9 _ -; it is \"{}\"", name));
  }
  if (route.primary.empty()) {
    reader.error("primary", "primary is missing: the target that the route prefers");
  } else {
    check_target(reader, "primary", route.primary, providers);
  }
  std::vector<std::string> seen = {route.primary};
  for (const std::string& fallback : route.fallbacks) {
    check_target(reader, "fallbacks", fallback, providers);
    if (std::ranges::count(seen, fallback) > 0) {
      reader.error("fallbacks", fmt::format("fallbacks: \"{}\" is in this route already", fallback));
    }
    seen.push_back(fallback);
  }
  reader.finish();
  return route;
}

}  // namespace

void read_routes(const toml::table& table, const std::vector<ProviderConfig>& providers,
                 std::vector<RouteConfig>& routes, ConfigProblems& problems) {
  ConfigReader reader(table, "[routes]", problems);
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (const toml::table* one = reader.table(name)) {
      routes.push_back(read_route(name, {*one, fmt::format("[routes.{}]", name), problems}, providers));
    }
  }
}

}  // namespace signalbox
