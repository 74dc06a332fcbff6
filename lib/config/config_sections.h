#pragma once
/// One reader a section of the configuration file.
#include "lib/config/config.h"
#include "lib/config/config_reader.h"

namespace signalbox {

void read_server(ConfigReader reader, ServerConfig& server);
void read_policy(ConfigReader reader, const toml::table& table, Policy& policy, ConfigProblems& problems);
void read_retention(ConfigReader reader, Retention& retention);
void read_providers(const toml::table& table, std::vector<ProviderConfig>& providers, ConfigProblems& problems);
void read_routes(const toml::table& table, const std::vector<ProviderConfig>& providers,
                 std::vector<RouteConfig>& routes, ConfigProblems& problems);
void read_notify(const std::vector<const toml::table*>& tables, const std::vector<ProviderConfig>& providers,
                 std::vector<NotifyConfig>& notify, ConfigProblems& problems);

/// Whether a text names a target of a provider that is configured.
ConfigReader::Check target_of(const std::vector<ProviderConfig>& providers);

}  // namespace signalbox
