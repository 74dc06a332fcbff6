#pragma once
/// The database: one file, one writing connection, one thread that commits in groups.
///
/// Threads: `submit`, `wait`, `committed`, `listen`, `status` and `counts` from any thread; everything else from
/// the one that opened it. Invariant: a group is committed whole or not at all, in the order of `submit`; what
/// could not be written is kept (bounded) and tried again until it can, so that a disk that comes back loses
/// nothing.
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "agent/store/history.h"
#include "agent/store/store_counts.h"
#include "lib/config/config.h"
#include "lib/notify/outbox.h"
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
  std::vector<PayloadRecord> payloads;            ///< the newest of each document
  std::vector<OverrideRecord> overrides;          ///< those in force: set, not cleared, not over
  std::vector<BatchRecord> batches;               ///< keys and times of the last hour, without rows
  std::vector<StoredNotice> notices;              ///< what receivers are still to be told, in their order
  std::map<std::string, ToldStates> told_states;  ///< by receiver
};

struct StoreStatus {
  bool ok = true;
  std::string detail;     ///< why not, without a path
  std::string set_aside;  ///< where a corrupt database was moved, at start or later; empty: none
  uint64_t dropped = 0;   ///< records given up because the queue was full
};

class Store {
 public:
  using Ticket = uint64_t;

  struct Opened {
    std::unique_ptr<Store> store;
    Restored restored;
  };

  /// `submit` gave up a transition or an incident, or did not take batches; `wait` for it is false at once. A
  /// payload that is given up does not refuse the rest.
  static constexpr Ticket kRefused = std::numeric_limits<Ticket>::max();

  /// Opens or creates `<state_dir>/signalbox.db` (and the directory, 0750), migrates it, reads what was stored,
  /// starts the writer. What is no database of ours or is corrupt is moved aside under a dated name and a new one
  /// is made; the checkpoints that could still be read are carried over.
  ///
  /// Errors, fatal at start, with path and reason: a mistake in permissions or configuration (EACCES, ENOTDIR,
  /// ...), a database of a newer version (nothing is touched), a directory that another agent uses. Everything else
  /// (disk full, read-only file system, input/output error, locked) opens a store whose status is failing and that
  /// keeps trying; what can be read of an existing database without writing is restored. The log may be left out of
  /// it on a read-only file system; where nothing can be read, the instance is a new one.
  static Result<Opened> open(const std::string& state_dir, const Retention& retention, WallTime now);

  /// Tries to commit what is left once more, empties the log into the main file, closes: two seconds at most,
  /// as far as the disk answers.
  virtual ~Store() = default;
  /// Never waits for the disk. Bounded: 100,000 records or 64 MiB; past that payloads go first, then what does not
  /// fit is given up; both are counted. Health, source and generation are kept one a key and are never given up.
  ///
  /// Batches are taken or refused, never given up: a submission with batches is refused whole, and nothing of it is
  /// kept, while the last attempt to write failed and when it would fill more than half of the bound. What was
  /// taken stays, also over failed attempts, until it is on disk. A batch whose key is stored already is stored no
  /// more and adds no counts.
  virtual Ticket submit(std::vector<Record> records) = 0;
  /// Whether everything up to `ticket` is on disk, waiting for it at most `timeout`.
  virtual bool wait(Ticket ticket, Millis timeout) = 0;
  /// Everything up to this ticket is on disk. Rises only.
  virtual Ticket committed() const = 0;
  /// `on_attempt` is called after every attempt to commit, from the store's thread and without its lock:
  /// `committed` and `status` tell how it went. It must be quick, since the next group waits for it, and must not
  /// call `listen`. One listener; an empty one ends it. The one before is not called any more once this returns,
  /// and the last one must be ended before what it uses: closing the store still commits.
  virtual void listen(std::function<void()> on_attempt) = 0;
  virtual StoreStatus status() const = 0;
  /// For those who measure it; any thread.
  virtual StoreCounts counts() const { return {}; }
  /// A connection for history answers.
  virtual Result<std::unique_ptr<History>> open_history() = 0;
};

std::string database_path(const std::string& state_dir);

}  // namespace signalbox
