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

Error cannot_use(const std::string& path, const std::string& why) {
  return {fmt::format("cannot use {}: {}", path, why)};
}

Error cannot_use(const std::string& path, int error) {
  return cannot_use(path, std::generic_category().message(error));
}

/// Everybody may make names below /tmp: what is there already could be a trap.
std::optional<Error> make_private(const std::string& path, unsigned uid) {
  constexpr mode_t kOthers = 077;
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return cannot_use(path, errno);
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return cannot_use(path, errno);
  if (!S_ISDIR(found.st_mode)) return cannot_use(path, "it is not a directory");
  if (found.st_uid != uid) return cannot_use(path, "it belongs to another user");
  if ((found.st_mode & kOthers) != 0) return cannot_use(path, "it is open to other users; chmod 700 it");
  return std::nullopt;
}

std::optional<Error> make_public(const std::string& path) {
  std::error_code failed;
  const auto parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, failed);
  if (failed) return cannot_use(path, failed.value());
  if (mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return cannot_use(path, errno);
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) return cannot_use(path, errno);
  return S_ISDIR(found.st_mode) ? std::nullopt : std::optional(cannot_use(path, "it is not a directory"));
}

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
  const std::string below_tmp = temporary(around);
  if (places.state_dir == below_tmp || places.runtime_dir == below_tmp) {
    if (auto error = make_private(below_tmp, around.uid)) return error;
  }
  return places.runtime_dir == below_tmp ? std::nullopt : make_public(places.runtime_dir);
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
