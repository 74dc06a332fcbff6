#include "agent/directories.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace signalbox {
namespace {

constexpr const char* kName = "signalbox";

std::string variable(const Surroundings& around, const std::string& name) {
  return around.variable(name).value_or("");
}

/// systemd lists several directories with colons; ours is the first.
std::string first_of(const std::string& list) { return list.substr(0, list.find(':')); }

/// XDG directories must be absolute; others are ignored (XDG Base Directory Specification).
std::string xdg(const Surroundings& around, const std::string& name, const std::string& below_home) {
  const std::string given = variable(around, name);
  if (given.starts_with('/')) return given + "/" + kName;
  const std::string home = variable(around, "HOME");
  if (below_home.empty() || !home.starts_with('/')) return "";
  return home + "/" + below_home + "/" + kName;
}

std::string temporary(const Surroundings& around) { return fmt::format("/tmp/{}-{}", kName, around.uid); }

std::string state_dir(const Surroundings& around) {
  const std::string given = first_of(variable(around, "STATE_DIRECTORY"));
  if (!given.empty()) return given;
  if (around.root) return "/var/lib/signalbox";
  const std::string users = xdg(around, "XDG_STATE_HOME", ".local/state");
  return users.empty() ? temporary(around) : users;
}

std::string runtime_dir(const Surroundings& around) {
  const std::string given = first_of(variable(around, "RUNTIME_DIRECTORY"));
  if (!given.empty()) return given;
  if (around.root) return "/run/signalbox";
  const std::string users = xdg(around, "XDG_RUNTIME_DIR", "");
  return users.empty() ? temporary(around) : users;
}

std::string errno_text(int error) { return std::generic_category().message(error); }

}  // namespace

Surroundings real_surroundings() {
  return {.variable = [](const std::string& name) -> std::optional<std::string> {
            const char* value = std::getenv(name.c_str());
            return value == nullptr ? std::nullopt : std::optional<std::string>(value);
          },
          .root = geteuid() == 0,
          .uid = geteuid()};
}

Places choose_places(const ServerConfig& server, const Surroundings& around) {
  Places places;
  places.state_dir = server.state_dir.empty() ? state_dir(around) : server.state_dir;
  places.runtime_dir = server.runtime_dir.empty() ? runtime_dir(around) : server.runtime_dir;
  places.unix_socket = server.unix_socket.empty() ? places.runtime_dir + "/signalbox.sock" : server.unix_socket;
  return places;
}

std::optional<Error> make_runtime_dir(const Places& places, const Surroundings& around) {
  const std::string& path = places.runtime_dir;
  const bool shared_parent = path == temporary(around);
  std::error_code failed;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), failed);
  if (mkdir(path.c_str(), shared_parent ? 0700 : 0755) != 0 && errno != EEXIST) {
    return Error{fmt::format("runtime_dir: cannot make {}: {}", path, errno_text(errno))};
  }
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0 || (!shared_parent && stat(path.c_str(), &found) != 0)) {
    return Error{fmt::format("runtime_dir: {}: {}", path, errno_text(errno))};
  }
  if (!S_ISDIR(found.st_mode)) return Error{fmt::format("runtime_dir: {} is not a directory", path)};
  if (shared_parent && found.st_uid != around.uid) {
    return Error{fmt::format("runtime_dir: {} belongs to another user", path)};
  }
  return std::nullopt;
}

std::string choose_config(const std::string& given, const Surroundings& around,
                          const std::function<bool(const std::string&)>& exists) {
  if (!given.empty()) return given;
  const std::string system = "/etc/signalbox/signalbox.toml";
  if (exists(system)) return system;
  const std::string directory = xdg(around, "XDG_CONFIG_HOME", ".config");
  const std::string users = directory.empty() ? "" : directory + "/signalbox.toml";
  return !users.empty() && exists(users) ? users : "";
}

}  // namespace signalbox
