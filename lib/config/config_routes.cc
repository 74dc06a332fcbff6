#include <fmt/format.h>

#include <algorithm>

#include "lib/config/config_sections.h"
#include "lib/config/nearest.h"
#include "lib/ids.h"

namespace signalbox {
ConfigReader::Check target_of(const std::vector<ProviderConfig>& providers) {
  std::vector<std::string> known;
  for (const ProviderConfig& provider : providers) known.push_back(provider.name);
  return [known](const std::string& text) -> std::string {
    const auto target = parse_target(text);
    if (!target) return fmt::format("{} is neither provider nor provider/model", quoted(text));
    if (std::ranges::count(known, target->provider) > 0) return "";
    const std::string near = nearest(target->provider, known);
    const std::string hint = near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near);
    return fmt::format("no provider \"{}\" is configured{}", target->provider, hint);
  };
}

namespace {

RouteConfig read_route(const std::string& name, ConfigReader reader, const ConfigReader::Check& check_target) {
  RouteConfig route{.name = name};
  reader.text("primary", route.primary, check_target);
  reader.texts("fallbacks", route.fallbacks, [&](const std::string& text) {
    return text == route.primary ? fmt::format("{} is the route's primary", quoted(text)) : check_target(text);
  });
  reader.text("notice", route.notice);
  if (route.primary.empty()) {
    reader.missing("primary", "primary is missing: the target that the route prefers");
  }
  reader.finish();
  return route;
}

}  // namespace

void read_routes(const toml::table& table, const std::vector<ProviderConfig>& providers,
                 std::vector<RouteConfig>& routes, ConfigProblems& problems) {
  ConfigReader reader(table, "[routes]", problems);
  const ConfigReader::Check check_target = target_of(providers);
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const toml::table* one = reader.table(name);
    if (one == nullptr) continue;
    if (!is_provider_name(name)) {
      reader.error(name, fmt::format("a route's name must be 1-64 of a-z 0-9 _ -; it is {}", quoted(name)));
      continue;
    }
    routes.push_back(read_route(name, {*one, fmt::format("[routes.{}]", name), problems}, check_target));
  }
}

}  // namespace signalbox
