#pragma once
/// Where the agent keeps things, and where it looks for its configuration (api.md, "Configuration").
#include <functional>
#include <optional>
#include <string>

#include "lib/config/config.h"
#include "lib/result.h"

namespace signalbox {

struct Places {
  std::string state_dir;    ///< signalbox.db
  std::string runtime_dir;  ///< health.json
  std::string unix_socket;
  bool operator==(const Places&) const = default;
};

/// What the choice depends on; tests make their own.
struct Surroundings {
  std::function<std::optional<std::string>(const std::string& variable)> variable;
  bool root = false;
  unsigned uid = 0;
};
Surroundings real_surroundings();

/// The configuration, else systemd's STATE_DIRECTORY and RUNTIME_DIRECTORY, else /var/lib and /run as root, else
/// the user's XDG directories; without XDG_RUNTIME_DIR /tmp/signalbox-UID.
Places choose_places(const ServerConfig& server, const Surroundings& around);

/// Makes the runtime directory, 0755: health.json is for everybody. The store makes its own, unless it falls back
/// to the one below /tmp: that is made here, 0700, whichever of the two it is for. Errors name the path and what is
/// wrong; below /tmp also what belongs to somebody else, is open to others or is a link.
std::optional<Error> make_runtime_dir(const Places& places, const Surroundings& around);

/// `given`, else /etc/signalbox/signalbox.toml, else the user's, if `exists`; empty: built-in defaults.
std::string choose_config(const std::string& given, const Surroundings& around,
                          const std::function<bool(const std::string&)>& exists);

}  // namespace signalbox
