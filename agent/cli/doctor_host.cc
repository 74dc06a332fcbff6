#include "agent/cli/doctor_host.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

#include "agent/ask/answers.h"
#include "agent/store/backup.h"
#include "agent/store/store.h"

namespace signalbox {
namespace {

/// The kept payloads alone may take 64 MiB.
constexpr uintmax_t kLittleSpace = uintmax_t{200} << 20;
constexpr uintmax_t kNoSpace = uintmax_t{20} << 20;

constexpr const char* kRunAsAgent = "run doctor as root or as the user signalbox to check it";

std::string reason(int error) { return std::generic_category().message(error); }

struct FileState {
  struct stat stat {};
  int error = 0;  ///< errno of stat(); 0: it is there
};

FileState look_at(const std::string& path) {
  FileState state;
  if (stat(path.c_str(), &state.stat) != 0) state.error = errno;
  return state;
}

Diagnosis check_space(const std::string& subject, const std::string& path) {
  std::error_code failed;
  const auto space = std::filesystem::space(path, failed);
  if (failed) return {Finding::warn, subject, "free space unknown: " + failed.message(), kRunAsAgent};
  const std::string text = fmt::format("{} MiB free", space.available >> 20);
  if (space.available >= kLittleSpace) return {Finding::ok, subject, text, ""};
  return {space.available < kNoSpace ? Finding::fail : Finding::warn, subject, text,
          "make room: on a full disk no report is acknowledged"};
}

Diagnosis check_directory(const std::string& subject, const std::string& path) {
  const FileState state = look_at(path);
  if (state.error == ENOENT) return {Finding::ok, subject, path + " is not there yet: the agent makes it", ""};
  if (state.error != 0) return {Finding::warn, subject, path + ": " + reason(state.error), kRunAsAgent};
  if (!S_ISDIR(state.stat.st_mode)) {
    return {Finding::fail, subject, path + " is not a directory", "move it away, or configure another"};
  }
  if ((state.stat.st_mode & S_IWOTH) != 0) {
    return {Finding::fail, subject, path + " can be written by everybody", "chmod o-w " + path};
  }
  return {Finding::ok, subject, path, ""};
}

std::optional<Diagnosis> check_socket(const std::string& path) {
  const FileState state = look_at(path);
  if (state.error != 0 || (state.stat.st_mode & S_IWOTH) == 0) return std::nullopt;
  return Diagnosis{Finding::fail, "unix socket", path + " is open to everybody, and whoever opens it may override",
                   "chmod 0660 " + path};
}

Diagnosis check_secret(const std::string& key, const std::string& path) {
  const FileState state = look_at(path);
  if (state.error != 0) {
    const bool missing = state.error == ENOENT;
    return {missing ? Finding::fail : Finding::warn, key, path + ": " + reason(state.error),
            missing ? "make the file, or take the key out of the configuration" : kRunAsAgent};
  }
  if ((state.stat.st_mode & (S_IROTH | S_IWOTH)) != 0) {
    return {Finding::fail, key, path + " is open to everybody on this host", "chmod 0640 " + path};
  }
  return {Finding::ok, key, path, ""};
}

}  // namespace

std::vector<Diagnosis> check_directories(const Places& places) {
  std::vector<Diagnosis> diagnoses = {check_directory("state directory", places.state_dir),
                                      check_directory("runtime directory", places.runtime_dir)};
  if (look_at(places.state_dir).error == 0) diagnoses.push_back(check_space("disk", places.state_dir));
  if (const auto socket = check_socket(places.unix_socket)) diagnoses.push_back(*socket);
  return diagnoses;
}

std::vector<Diagnosis> check_stored(const std::string& state_dir) {
  const std::string path = database_path(state_dir);
  const int error = look_at(path).error;
  if (error == ENOENT) return {{Finding::ok, "database", path + " is not there yet: the agent makes it", ""}};
  if (error != 0) return {{Finding::warn, "database", path + ": " + reason(error), kRunAsAgent}};
  const auto faults = check_database(path);
  if (!faults) return {{Finding::warn, "database", faults.error().message, kRunAsAgent}};
  if (faults->empty()) return {{Finding::ok, "database", path + " is whole", ""}};
  std::vector<Diagnosis> diagnoses;
  for (const std::string& fault : *faults) {
    diagnoses.push_back({Finding::fail, "database", path + ": " + fault,
                         "restart the agent: it sets a corrupt database aside and begins a new one; or restore a "
                         "backup while it is stopped"});
  }
  return diagnoses;
}

std::vector<Diagnosis> check_secrets(const ServerConfig& server) {
  std::vector<std::pair<std::string, std::string>> files = {{"reader_token_file", server.reader_token_file},
                                                            {"operator_token_file", server.operator_token_file},
                                                            {"tls_key_file", server.tls_key_file}};
  for (const auto& [reporter, path] : server.reporter_token_files) {
    files.emplace_back("reporter_token_files." + reporter, path);
  }
  std::vector<Diagnosis> diagnoses;
  for (const auto& [key, path] : files) {
    // A name without a slash is one of systemd's credentials, which only the agent sees.
    if (path.find('/') != std::string::npos) diagnoses.push_back(check_secret(key, path));
  }
  return diagnoses;
}

std::vector<Diagnosis> check_agent(const Result<AgentClient>& client) {
  if (!client) return {{Finding::fail, "agent", client.error().message, ""}};
  const auto reply = client->get("/readyz");
  const std::string subject = "agent at " + client->address().text;
  if (!reply) {
    return {{Finding::fail, subject, reply.error().message, "systemctl start signalbox, or: signalbox serve"}};
  }
  const auto checks = read_failing_checks(reply->body);
  if (!checks) return {{Finding::fail, subject, checks.error().message, "see what listens there: ss -ltnp"}};
  std::vector<Diagnosis> diagnoses = {{Finding::ok, subject, fmt::format("answers, HTTP {}", reply->status), ""}};
  for (const CheckView& check : *checks) {
    diagnoses.push_back({check.status == "warn" ? Finding::warn : Finding::fail, "agent",
                         check.name + ": " + (check.output.empty() ? check.status : check.output), ""});
  }
  return diagnoses;
}

}  // namespace signalbox
