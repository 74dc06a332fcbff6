#pragma once
/// The database: one file, one writing connection, one thread that commits in groups.
///
/// Threads: `submit`, `wait` and `status` from any thread; everything else from the one that opened it.
/// Invariant: a group is committed whole or not at all, in the order of `submit`; what could not be written is
/// kept (bounded) and tried again until it can, so that a disk that comes back loses nothing.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/history.h"
#include "lib/config.h"
#include "lib/records.h"
#include "lib/result.h"
#include "lib/time.h"

namespace signalbox {

/// What was stored before: the state to resume.
struct Restored {
  std::string instance;
  uint64_t generation = 0;
  std::vector<HealthRecord> healths;
  std::vector<SourceRecord> sources;
  std::vector<PayloadRecord> payloads;  ///< the newest of each document
  std::vector<IncidentRecord> open_incidents;
};

struct StoreStatus {
  bool ok = true;
  std::string detail;     ///< why not
  std::string set_aside;  ///< a corrupt database was moved there at start; empty: none
  uint64_t dropped = 0;   ///< records given up because the queue was full
};

class Store {
 public:
  using Ticket = uint64_t;

  struct Opened {
    std::unique_ptr<Store> store;
    Restored restored;
  };

  /// Opens or creates `<state_dir>/signalbox.db`, migrates it, reads what was stored, starts the writer. A corrupt
  /// file is moved aside under a dated name and a new one is made. Errors (fatal at start): the directory cannot be
  /// written, the database is of a newer version, it is in use by another agent.
  static Result<Opened> open(const std::string& state_dir, const Retention& retention, WallTime now);

  virtual ~Store() = default;
  virtual Ticket submit(std::vector<Record> records) = 0;
  /// Whether everything up to `ticket` is on disk, waiting for it at most `timeout`.
  virtual bool wait(Ticket ticket, Millis timeout) = 0;
  virtual StoreStatus status() const = 0;
  /// A connection for history answers.
  virtual Result<std::unique_ptr<History>> open_history() = 0;
};

std::string database_path(const std::string& state_dir);

}  // namespace signalbox
