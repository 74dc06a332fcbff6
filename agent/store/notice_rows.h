#pragma once
/// The outbox of notifications as rows. No transactions here: the caller draws their bounds.
#include <map>
#include <string>
#include <vector>

#include "agent/store/sqlite.h"
#include "lib/notify/outbox.h"
#include "lib/records.h"

namespace signalbox {

/// What was last said of a target that is well is forgotten after this, so that targets that are gone are as well.
inline constexpr Millis kLastToldKept = hours(24 * 30);

class NoticeRows {
 public:
  explicit NoticeRows(SqliteConnection& connection);

  SqlError store(const NoticeRecord& record);
  SqlError store(const NoticeTryRecord& record);
  SqlError store(const NoticeEndRecord& record);
  /// What nobody has claimed for twice the time in which a message is given up, and what was said long ago.
  SqlError prune(WallTime now);

 private:
  Statement insert_;
  Statement try_;
  Statement end_;
  Statement tell_;
  Statement forget_;
  Statement old_;
  Statement old_told_;
};

/// In the order in which they were stored. What cannot be understood is left out.
SqlError read_notices(SqliteConnection& connection, std::vector<StoredNotice>& notices);

/// By receiver.
SqlError read_told_states(SqliteConnection& connection, std::map<std::string, ToldStates>& told);

}  // namespace signalbox
