#pragma once
/// The one thread that decides. Gatherers post events, the engine folds them into the core, has the effects
/// stored, and publishes what readers may see.
///
/// Threads: `post` from any thread; `run` owns the core; `latest` from any thread.
/// Invariant: a change is published after its commit, or after `kCommitPatience` with persistence shown as failing.
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/store/store.h"
#include "lib/core.h"
#include "lib/engine_counts.h"
#include "lib/snapshot.h"

namespace signalbox {

class Engine {
 public:
  using Publish = std::function<void(const SnapshotPtr&)>;
  using Clock = std::function<Instant()>;

  /// `store` outlives the engine. The first snapshot is made here, so that there is an answer from the start.
  Engine(Core core, Store& store, std::string instance, Clock clock);

  /// Waits while the mailbox is full (1024 events): a gatherer that is faster than the engine is held back, not
  /// cut. False after `run` has ended.
  bool post(Event event);

  /// From the engine's thread, once the core has judged and the records are with the store; a ticket that is
  /// `Store::kRefused` will never be on disk.
  using BatchDone = std::function<void(const BatchVerdict&, Store::Ticket)>;
  using OverrideDone = std::function<void(Store::Ticket)>;

  /// For who must not wait: false, and nothing is taken, while the mailbox is full or after `run` has ended.
  bool offer(ReportBatch batch, BatchDone done);
  bool offer(OverrideChange change, OverrideDone done);

  SnapshotPtr latest() const;
  EngineCounts counts() const;

  /// Shown in `/readyz` until the next good reload.
  void set_config_error(std::string error);

  /// Called from the engine's thread when every source shall be fetched at once; set before `run`.
  void on_poll_now(std::function<void()> poll_now) { poll_now_ = std::move(poll_now); }

  /// Called likewise, with the providers whose clients see failures, whenever these are others.
  void on_doubt(std::function<void(const std::set<std::string>&)> doubt) { doubt_ = std::move(doubt); }

  /// Called after every turn, so at least once a second unless this thread is stuck; set before `run`.
  void on_beat(std::function<void(MonoTime)> beat) { beat_ = std::move(beat); }

  /// Called likewise, with what receivers of notifications are to be told, once it is with the store; set before
  /// `run`. What arose before is handed over at once.
  using Notify = std::function<void(std::vector<NoticeRecord>, Store::Ticket)>;
  void on_notices(Notify notify);

  /// Shown in `/readyz`: receivers that cannot be reached; empty: none.
  void set_notify_trouble(std::string trouble);

  /// Until `stop`. `publish` is called from here, at each change and once a second.
  void run(const std::stop_token& stop, const Publish& publish);

 private:
  /// The oldest submission that the disk has not confirmed.
  struct Unconfirmed {
    Store::Ticket ticket;
    MonoTime since;
    bool late = false;
  };

  /// What waits to be decided, and who is told what became of it.
  struct Mail {
    std::vector<Event> events;
    std::vector<BatchDone> batches;  ///< for the ReportBatches of `events`, in their order
    std::vector<OverrideDone> overrides;
  };

  Mail take(const std::stop_token& stop);
  void turn(const Mail& mail, const Publish& publish);
  void handle(const Mail& mail);
  Store::Ticket submit_batches(std::vector<Record>& effects);
  Store::Ticket submit(std::vector<Record> effects);
  void hand_over_notices(Store::Ticket stored_with);
  void look_at_disk();
  bool commit_is_late() const { return unconfirmed_ && unconfirmed_->late; }
  void note(const Observation& observation);
  template <class Count>
  void count(Count more);
  AgentStatus status() const;
  void refresh(Instant now);

  Store& store_;
  Clock clock_;
  std::string instance_;

  std::function<void()> poll_now_;
  std::function<void(const std::set<std::string>&)> doubt_;
  std::function<void(MonoTime)> beat_;
  Notify notify_;

  // The engine thread's own.
  Core core_;
  std::optional<MonoTime> wake_at_;
  MonoTime render_at_{};
  Store::Ticket last_ticket_ = 0;
  std::optional<Unconfirmed> unconfirmed_;
  std::set<std::string> doubted_;                     // providers whose clients see failures
  std::vector<NoticeRecord> notices_;                 // that nobody has taken over yet
  std::map<std::string, std::string> source_errors_;  // what was logged last, by provider/source

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable_any changed_;
  Mail mailbox_;
  bool ended_ = false;
  SnapshotPtr latest_;
  EngineCounts counts_;
  std::string config_error_;
  std::string notify_trouble_;
};

}  // namespace signalbox
