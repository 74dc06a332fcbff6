#include "agent/store/database.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "agent/store/migrations.h"
#include "agent/store/record_rows.h"

namespace signalbox {
namespace {

namespace fs = std::filesystem;

/// Long enough for a person's look with the sqlite3 shell, short enough that closing stays within two seconds.
constexpr Millis kBusyTimeout = seconds(1);

/// quick_check reads every page: 8 MB take about 20 ms, which a start after a crash can afford. Larger files are
/// trusted until a query meets the damage.
constexpr uintmax_t kMaxCheckedAtStart = 8'000'000;

constexpr Millis kBetweenSetAside = hours(1);

/// The database, its log, the log's index.
constexpr std::array<const char*, 3> kSuffixes = {"", "-wal", "-shm"};

/// FULL: what was committed survives a power cut. The log is cut back to 16 MB after a burst. A megabyte of pages
/// is kept in memory: what is written now lies together, and a cache of SQLite's default size fills in half an hour
/// and looks like a leak. Deleted pages hold public data only, so that overwriting them would be work for nothing.
constexpr const char* kSettings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16000000; "
    "PRAGMA cache_size = -1024; PRAGMA secure_delete = OFF; PRAGMA foreign_keys = ON";

int64_t last_known_version() { return migrations().back().number; }

uintmax_t size_or_zero(const std::string& path) {
  std::error_code error;
  const uintmax_t size = fs::file_size(path, error);
  return error ? 0 : size;
}

/// The version in the file's header, where the file is ours; 0 otherwise. Reads bytes only, so that a newer
/// agent's database is left exactly as it is. Precondition: this process has no connection to it (closing any
/// descriptor of a file drops all of a process's locks on it).
int64_t version_in_header(const std::string& path) {
  // https://www.sqlite.org/fileformat2.html#the_database_header
  constexpr size_t kHeader = 100;
  constexpr size_t kUserVersion = 60;
  constexpr size_t kApplication = 68;
  std::array<char, kHeader> header{};
  std::ifstream file(path, std::ios::binary);
  if (!file.read(header.data(), header.size())) return 0;
  const auto number_at = [&](size_t at) {
    int64_t number = 0;
    for (size_t i = 0; i < 4; ++i) number = number * 256 + static_cast<unsigned char>(header.at(at + i));
    return number;
  };
  return number_at(kApplication) == kApplicationId ? number_at(kUserVersion) : 0;
}

/// `<path>.corrupt-2026-11-23T101500Z`, numbered where that is taken.
std::string free_name(const std::string& path, std::string_view why, WallTime now) {
  const std::string dated =
      fmt::format("{}.{}-{:%Y-%m-%dT%H%M%SZ}", path, why, std::chrono::time_point_cast<std::chrono::seconds>(now));
  std::string name = dated;
  for (int number = 2; fs::exists(name); ++number) name = fmt::format("{}-{}", dated, number);
  return name;
}

std::string text_of(int system_error) { return std::generic_category().message(system_error); }

}  // namespace

std::string database_path(const std::string& state_dir) { return state_dir + "/signalbox.db"; }

void sync_directory(const std::string& directory) {
  const int descriptor = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  // Where a file system cannot do it there is nothing better to do.
  fsync(descriptor);
  close(descriptor);
}

Database::Database(std::string state_dir) : state_dir_(std::move(state_dir)), path_(database_path(state_dir_)) {}

std::optional<OpenFailure> Database::open(WallTime now, Restored* restored) {
  connection_.close();
  if (auto failure = lock_.acquire(state_dir_)) return failure;
  if (restored != nullptr) {
    const int64_t version = version_in_header(path_);
    if (version > last_known_version()) return newer(version).failure;
    remove_partial_files();
  }
  auto obstacle = connect(now, restored);
  if (obstacle && obstacle->corrupt) {
    if (auto failure = set_aside(now)) return failure;
    obstacle = connect(now, nullptr);
  }
  if (!obstacle) return std::nullopt;
  connection_.close();
  return obstacle->failure;
}

std::optional<Database::Obstacle> Database::connect(WallTime now, Restored* restored) {
  const bool was_clean = size_or_zero(path_ + "-wal") == 0;
  is_new_ = false;
  if (SqlError error = connection_.open(path_, SqliteMode::create, kBusyTimeout)) return obstacle(error);
  // Until it is known to be ours, it is not touched.
  connection_.keep_log_on_close(true);
  if (auto problem = check_identity()) return problem;
  if (auto problem = prepare(was_clean)) return problem;
  if (restored != nullptr) {
    if (SqlError error = read_stored(connection_, now, *restored)) return obstacle(error);
  }
  connection_.keep_log_on_close(false);
  if (is_new_) salvaged_ = {};  // what an earlier file had
  is_new_ = is_new_ || std::exchange(is_salvaged_, false);
  files_ = identities();
  return std::nullopt;
}

std::optional<Database::Obstacle> Database::check_identity() {
  int64_t application = 0;
  int64_t version = 0;
  int64_t tables = 0;
  if (SqlError error = connection_.pragma("application_id", application)) return obstacle(error);
  if (SqlError error = connection_.pragma("user_version", version)) return obstacle(error);
  if (SqlError error = Statement(connection_, "SELECT count(*) FROM sqlite_schema").rows([&](const SqlRow& row) {
        tables = row.integer(0);
      })) {
    return obstacle(error);
  }
  is_new_ = application == 0 && version == 0 && tables == 0;
  if (is_new_) return std::nullopt;
  if (application != kApplicationId) return Obstacle{{path_, "a database of another program"}, true};
  if (version > last_known_version()) return newer(version);
  return std::nullopt;
}

std::optional<Database::Obstacle> Database::prepare(bool was_clean) {
  if (connection_.is_read_only()) {
    const int system_error = eaccess(path_.c_str(), W_OK) == 0 ? EROFS : errno;
    return Obstacle{{path_, text_of(system_error), is_mistake(system_error)}};
  }
  if (SqlError error = connection_.execute(kSettings)) return obstacle(error);
  if (!was_clean && size_or_zero(path_) < kMaxCheckedAtStart) {
    SqlError error;
    const bool sound = is_sound(connection_, error);
    if (error) return obstacle(error);
    if (!sound) return Obstacle{{path_, "the database is corrupt"}, true};
  }
  if (SqlError error = migrate(connection_, migrations())) return obstacle(error);
  if (is_new_) sync_directory(state_dir_);
  return std::nullopt;
}

Database::Obstacle Database::obstacle(const SqlError& error) const {
  return {{path_, error.message, is_mistake(error.system_error)}, error.is_corruption()};
}

Database::Obstacle Database::newer(int64_t version) const {
  const std::string reason = fmt::format(
      "the database is of version {}, this signalbox knows up to {}: upgrade signalbox or move the file away",
      version, last_known_version());
  return {{path_, reason, true}};
}

std::optional<OpenFailure> Database::set_aside(WallTime now) {
  // A clock that was set back does not count as an hour that has yet to pass.
  const bool again = set_aside_at_ && now >= *set_aside_at_ && now - *set_aside_at_ < kBetweenSetAside;
  PartialFile fresh;
  salvaged_ = {};
  const SqlError unsaved =
      connection_.is_open() && !again ? salvage_beside(connection_, path_, fresh, salvaged_) : SqlError{};
  // Closing writes nothing more into what is corrupt.
  if (connection_.is_open()) connection_.keep_log_on_close(true);
  connection_.close();
  if (again) return OpenFailure{path_, "the database is corrupt again"};
  // Without room for what can be read it stays where it is, for the next try.
  if (unsaved && !unsaved.is_corruption()) return OpenFailure{path_, unsaved.message};
  const std::string name = free_name(path_, "corrupt", now);
  if (auto failure = move_away(name, true)) return failure;
  is_salvaged_ = !unsaved && !salvaged_.carried.empty() && fresh.replace(path_) == 0;
  if (!is_salvaged_) salvaged_.carried.clear();
  sync_directory(state_dir_);
  set_aside_path_ = name;
  set_aside_at_ = now;
  spdlog::error("the database was corrupt and is now {}; the new one has {} of it", name,
                !is_salvaged_            ? "nothing but the present state"
                : salvaged_.lost.empty() ? "everything that could be read"
                                         : fmt::format("everything but {}", fmt::join(salvaged_.lost, ", ")));
  return std::nullopt;
}

bool Database::carried(const std::string& table) const { return std::ranges::count(salvaged_.carried, table) > 0; }

std::optional<OpenFailure> Database::move_away(const std::string& name, bool ours_as_well) {
  const Identities there = identities();
  for (size_t i = 0; i < kSuffixes.size(); ++i) {
    // A log is never left beside a file that it does not belong to.
    if (!there.at(i) || (!ours_as_well && there.at(i) == files_.at(i))) continue;
    std::error_code error;
    fs::rename(path_ + kSuffixes.at(i), name + kSuffixes.at(i), error);
    if (error) return OpenFailure{path_, "cannot be moved aside: " + error.message(), is_mistake(error.value())};
  }
  return std::nullopt;
}

void Database::remove_partial_files() const {
  std::error_code ignored;
  const std::string start = fs::path(path_).filename().string() + ".partial-";
  for (const auto& entry : fs::directory_iterator(state_dir_, ignored)) {
    if (entry.path().filename().string().starts_with(start)) fs::remove(entry.path(), ignored);
  }
}

SqlError Database::check_files(bool& sound) const {
  SqliteConnection reader;
  SqlError error = reader.open(path_, SqliteMode::read_only, kBusyTimeout);
  if (!error) sound = is_sound(reader, error);
  if (!error.is_corruption()) return error;
  sound = false;
  return {};
}

Database::Identities Database::identities() const {
  Identities found;
  for (size_t i = 0; i < kSuffixes.size(); ++i) found.at(i) = identity_of(path_ + kSuffixes.at(i));
  return found;
}

bool Database::is_displaced() const { return connection_.is_open() && identities() != files_; }

/// The copy has the pages where the old file has them. So if the machine dies between the renaming and the removal
/// of the old log, reading that log again writes what is there already.
std::optional<OpenFailure> Database::put_back(WallTime now) {
  if (auto failure = lock_.acquire(state_dir_)) return failure;
  PartialFile fresh;
  if (const SqlError error = copy_beside(connection_, path_, fresh)) {
    if (!error.is_corruption()) return OpenFailure{path_, error.message};
    if (auto failure = set_aside(now)) return failure;
    return reopen(now);
  }
  const FileIdentity there = identity_of(path_);
  if (there && there != files_.front()) {
    const std::string name = free_name(path_, "replaced", now);
    if (auto failure = move_away(name, false)) return failure;
    spdlog::warn("another file was put in the database's place, and is now {}", name);
  }
  if (const int code = fresh.replace(path_)) return OpenFailure{path_, text_of(code)};
  connection_.keep_log_on_close(true);
  connection_.close();
  std::error_code ignored;
  for (const char* suffix : {"-wal", "-shm"}) fs::remove(path_ + suffix, ignored);
  sync_directory(state_dir_);
  spdlog::warn("the database was removed or replaced while it was in use; all of it is written anew");
  return reopen(now);
}

std::optional<OpenFailure> Database::reopen(WallTime now) {
  const auto obstacle = connect(now, nullptr);
  if (!obstacle) return std::nullopt;
  connection_.close();
  return obstacle->failure;
}

void Database::read_in_place(WallTime now, Restored& restored) const {
  // With the log, its index in memory: needs the lock but no space. Then without the log.
  for (const SqliteMode mode : {SqliteMode::existing, SqliteMode::immutable}) {
    SqliteConnection connection;
    Restored found;
    if (connection.open(path_, mode, Millis(0))) continue;
    connection.keep_log_on_close(true);
    if (connection.execute("PRAGMA locking_mode = EXCLUSIVE") || read_stored(connection, now, found)) continue;
    restored = std::move(found);
    return;
  }
}

}  // namespace signalbox
