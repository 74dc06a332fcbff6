#pragma once
/// The outbox of notifications as rows. No transactions here: the caller draws their bounds.
#include <map>
#include <string>
#include <vector>

#include "agent/store/sqlite.h"
#include "lib/notify/outbox.h"
#include "lib/records.h"

namespace signalbox {

class NoticeRows {
 public:
  explicit NoticeRows(SqliteConnection& connection);

  SqlError store(const NoticeRecord& record);
  SqlError store(const NoticeTryRecord& record);
  SqlError store(const NoticeEndRecord& record);
  /// What nobody has claimed for twice the time in which a message is given up.
  SqlError prune(WallTime now) { return old_.run(WallTime(now - 2 * kGiveUpAfter)); }

 private:
  Statement insert_;
  Statement try_;
  Statement end_;
  Statement tell_;
  Statement forget_;
  Statement old_;
};

/// In the order in which they were stored. What cannot be understood is left out.
SqlError read_notices(SqliteConnection& connection, std::vector<StoredNotice>& notices);

/// By receiver.
SqlError read_told_states(SqliteConnection& connection, std::map<std::string, ToldStates>& told);

}  // namespace signalbox
