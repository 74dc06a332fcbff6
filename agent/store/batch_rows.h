#pragma once
/// Clients' batches as rows: each key once, as long as it may be sent again, and the outcomes in two tiers of
/// steps.
///
/// Invariant: a batch and its outcomes are committed together, and a key that is stored adds none: a group whose
/// commit seemed to fail and is written again counts once. The keys are looked up in memory, since an index over
/// random numbers would cost a page of the log for each batch.
#include <map>
#include <optional>
#include <string>

#include "agent/store/count_sums.h"
#include "agent/store/sqlite.h"
#include "lib/config/config.h"
#include "lib/passive/batch_ids.h"
#include "lib/records.h"

namespace signalbox {

/// How long a client may send a batch again (api.md, "Reporting").
inline constexpr Millis kBatchesKept = hours(1);

class BatchRows {
 public:
  BatchRows(SqliteConnection& connection, const Retention& retention);

  /// Takes in a batch; its outcomes are on their way until `write_sums`.
  SqlError store(const BatchRecord& batch);
  /// Adds what was taken in since the last call to the stored steps.
  SqlError write_sums();
  /// One bounded step of deleting what is over its age; sets `more` when there may be more of it.
  SqlError prune(WallTime now, bool& more);
  /// A transaction was rolled back: what was remembered of it is not there.
  void rolled_back();

 private:
  /// A tier of steps.
  struct Tier {
    Tier(SqliteConnection& connection, const std::string& table);
    Statement add;
    Statement delete_old;
    Statement any;
  };
  SqlError load_known();
  SqlError write(Tier& tier, const std::map<Target, CountSums::Steps>& sums);
  SqlError id_of(const Target& target, int64_t& id);
  SqlError prune_target(int64_t id, WallTime now, bool& more);
  SqlError delete_old(Tier& tier, int64_t id, int64_t first_kept, bool& more);

  SqliteConnection& connection_;
  const Retention retention_;
  std::optional<BatchIds> known_;      ///< the keys that are stored; read when first needed
  std::map<Target, int64_t> targets_;  ///< their ids, as far as they were needed
  CountSums sums_;
  int64_t pruned_target_ = 0;  ///< the last id that was looked at
  Statement insert_;
  Statement keys_;
  Statement delete_old_;
  Tier fine_;
  Tier coarse_;
  Statement find_target_;
  Statement insert_target_;
  Statement next_targets_;
  Statement delete_target_;
};

}  // namespace signalbox
