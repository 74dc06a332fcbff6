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

/// Makes what is missing: the runtime directory (0755: health.json is for everybody; below /tmp 0700), and the
/// directory of the unix socket must be there. The store makes its own. Errors name the path and the errno's text;
/// a directory below /tmp that belongs to somebody else is one.
std::optional<Error> make_runtime_dir(const Places& places, const Surroundings& around);

/// `given`, else /etc/signalbox/signalbox.toml, else the user's, if `exists`; empty: built-in defaults.
std::string choose_config(const std::string& given, const Surroundings& around,
                          const std::function<bool(const std::string&)>& exists);

}  // namespace signalbox
