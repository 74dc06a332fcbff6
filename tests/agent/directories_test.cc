#include "agent/directories.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <set>

#include "tests/support/scratch_directory.h"
#include "tests/support/text_file.h"

namespace signalbox {
namespace {

using Variables = std::map<std::string, std::string>;

Surroundings surroundings(const Variables& variables, unsigned uid) {
  return {.variable = [variables](const std::string& name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
          },
          .root = uid == 0,
          .uid = uid};
}

Surroundings user(const Variables& variables) { return surroundings(variables, 1000); }
Surroundings root(const Variables& variables) { return surroundings(variables, 0); }

/// No account of this test's machine has it, so that /tmp/signalbox-UID is this test's own.
unsigned unused_uid() { return 2'000'000'000U + static_cast<unsigned>(getpid()); }

/// /tmp/signalbox-UID of a uid that nobody has.
struct BelowTmp {
  unsigned uid = unused_uid();
  std::string path = fmt::format("/tmp/signalbox-{}", uid);
  ~BelowTmp() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

mode_t mode_of(const std::string& path) {
  struct stat found {};
  REQUIRE(lstat(path.c_str(), &found) == 0);
  return found.st_mode & 07777;
}

std::string failure(const std::optional<Error>& error) { return error ? error->message : "none"; }

TEST_CASE("directories: the configuration, systemd, root's, the user's, below /tmp") {
  ServerConfig configured;
  configured.state_dir = "/srv/state";
  configured.runtime_dir = "/srv/run";
  ServerConfig with_socket;
  with_socket.unix_socket = "/srv/s.sock";
  const Variables systemd = {{"STATE_DIRECTORY", "/var/lib/one:/var/lib/two"}, {"RUNTIME_DIRECTORY", "/run/one"}};
  const Variables xdg = {
      {"XDG_STATE_HOME", "/h/state"}, {"XDG_RUNTIME_DIR", "/run/user/7"}, {"HOME", "/home/dana"}};

  struct {
    const char* what;
    ServerConfig server;
    Surroundings around;
    Places expected;
  } const rows[] = {
      {"configured over systemd's",
       configured,
       root(systemd),
       {"/srv/state", "/srv/run", "/srv/run/signalbox.sock"}},
      {"the socket alone", with_socket, root({}), {"/var/lib/signalbox", "/run/signalbox", "/srv/s.sock"}},
      {"systemd's first", {}, user(systemd), {"/var/lib/one", "/run/one", "/run/one/signalbox.sock"}},
      {"root's", {}, root(xdg), {"/var/lib/signalbox", "/run/signalbox", "/run/signalbox/signalbox.sock"}},
      {"the user's",
       {},
       user(xdg),
       {"/h/state/signalbox", "/run/user/7/signalbox", "/run/user/7/signalbox/signalbox.sock"}},
      {"the user's home",
       {},
       user({{"HOME", "/home/dana"}}),
       {"/home/dana/.local/state/signalbox", "/tmp/signalbox-1000", "/tmp/signalbox-1000/signalbox.sock"}},
      {"relative ones count for nothing",
       {},
       user({{"XDG_STATE_HOME", "state"}, {"XDG_RUNTIME_DIR", "run"}, {"HOME", "home"}}),
       {"/tmp/signalbox-1000", "/tmp/signalbox-1000", "/tmp/signalbox-1000/signalbox.sock"}},
      {"empty ones count for nothing",
       {},
       root({{"STATE_DIRECTORY", ""}, {"RUNTIME_DIRECTORY", ""}}),
       {"/var/lib/signalbox", "/run/signalbox", "/run/signalbox/signalbox.sock"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(choose_places(row.server, row.around) == row.expected);
  }
}

TEST_CASE("the configuration file: the one that is given, the system's, the user's, none") {
  const std::string etc = "/etc/signalbox/signalbox.toml";
  const std::string home = "/home/dana/.config/signalbox/signalbox.toml";
  const std::string xdg = "/x/signalbox/signalbox.toml";
  const Variables at_home = {{"HOME", "/home/dana"}};
  const Variables elsewhere = {{"HOME", "/home/dana"}, {"XDG_CONFIG_HOME", "/x"}};
  struct {
    std::string given;
    Variables variables;
    std::set<std::string> present;
    std::string expected;
  } const rows[] = {
      {"given.toml", at_home, {etc, home}, "given.toml"},
      {"", at_home, {etc, home}, etc},
      {"", at_home, {home}, home},
      {"", elsewhere, {home, xdg}, xdg},
      {"", elsewhere, {home}, ""},
      {"", at_home, {}, ""},
      {"", {}, {"/signalbox/signalbox.toml", "/signalbox.toml"}, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.expected);
    const auto exists = [&](const std::string& path) { return row.present.contains(path); };
    CHECK(choose_config(row.given, user(row.variables), exists) == row.expected);
  }
}

TEST_CASE("the runtime directory is made with its parents, for everybody to read, once") {
  const ScratchDirectory directory;
  const Places places = {.state_dir = directory.file("state"), .runtime_dir = directory.file("a/b")};
  const mode_t before = umask(022);
  CHECK(failure(make_runtime_dir(places, user({}))) == "none");
  umask(before);
  CHECK(mode_of(places.runtime_dir) == 0755);
  CHECK_FALSE(std::filesystem::exists(places.state_dir));
  CHECK(failure(make_runtime_dir(places, user({}))) == "none");
}

TEST_CASE("a runtime directory that cannot be made is an error with its path") {
  const ScratchDirectory directory;
  const std::string file = testing::write_text(directory.file("file"), "");
  CHECK(failure(make_runtime_dir({.runtime_dir = file}, user({}))) ==
        "cannot use " + file + ": it is not a directory");
  CHECK(failure(make_runtime_dir({.runtime_dir = file + "/below"}, user({}))) ==
        "cannot use " + file + "/below: Not a directory");
  CHECK(failure(make_runtime_dir({.runtime_dir = "/proc/signalbox/run"}, user({}))) ==
        "cannot use /proc/signalbox/run: No such file or directory");
}

TEST_CASE("below /tmp the directory is private, and must be ours") {
  const BelowTmp tmp;
  Surroundings around = user({});
  around.uid = tmp.uid;
  const Places places = {.state_dir = tmp.path, .runtime_dir = tmp.path};

  CHECK(failure(make_runtime_dir(places, around)) == "cannot use " + tmp.path + ": it belongs to another user");
  CHECK(mode_of(tmp.path) == 0700);
  std::filesystem::remove(tmp.path);

  std::filesystem::create_directory_symlink("/var", tmp.path);
  CHECK(failure(make_runtime_dir(places, around)) == "cannot use " + tmp.path + ": it is not a directory");
}

TEST_CASE("a state directory below /tmp is held to the same, whatever the runtime directory is") {
  const ScratchDirectory directory;
  const BelowTmp tmp;
  Surroundings around = user({});
  around.uid = tmp.uid;
  const Places places = {.state_dir = tmp.path, .runtime_dir = directory.file("run")};
  CHECK(failure(make_runtime_dir(places, around)) == "cannot use " + tmp.path + ": it belongs to another user");
}

TEST_CASE("our own directory below /tmp is used while it is closed to others") {
  // The real uid's directory may be in use on this machine: only a process of a uid of its own may touch it.
  const BelowTmp tmp;
  if (geteuid() != 0) return;
  Surroundings around = user({});
  around.uid = tmp.uid;
  const Places places = {.state_dir = tmp.path, .runtime_dir = tmp.path};
  REQUIRE(mkdir(tmp.path.c_str(), 0700) == 0);
  REQUIRE(chown(tmp.path.c_str(), tmp.uid, static_cast<gid_t>(-1)) == 0);
  CHECK(failure(make_runtime_dir(places, around)) == "none");
  REQUIRE(chmod(tmp.path.c_str(), 0755) == 0);
  CHECK(failure(make_runtime_dir(places, around)) ==
        "cannot use " + tmp.path + ": it is open to other users; chmod 700 it");
}

}  // namespace
}  // namespace signalbox
