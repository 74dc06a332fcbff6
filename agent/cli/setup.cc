#include "agent/cli/setup.h"

#include <unistd.h>

#include "agent/config_file.h"

namespace signalbox {

std::optional<Setup> load_setup(const Console& console, const LocalOptions& options) {
  const Surroundings around = real_surroundings();
  const auto exists = [](const std::string& path) { return access(path.c_str(), F_OK) == 0; };
  const std::string path = choose_config(options.config_path, around, exists);
  auto loaded = load_config(path);
  if (!loaded) {
    complain(console, loaded.error().message);
    return std::nullopt;
  }
  for (const ConfigProblem& problem : loaded->problems) console.err << show_problem(*loaded, problem) << "\n";
  if (has_errors(loaded->problems)) return std::nullopt;
  if (!options.state_dir.empty()) loaded->config.server.state_dir = options.state_dir;
  const Places places = choose_places(loaded->config.server, around);
  return Setup{std::move(loaded->config), places, path};
}

}  // namespace signalbox
