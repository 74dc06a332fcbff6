#include "agent/store/notice_rows.h"

namespace signalbox {

NoticeRows::NoticeRows(SqliteConnection& connection)
    : insert_(connection, "INSERT OR IGNORE INTO notices (receiver, id, at, body) VALUES (?, ?, ?, ?)"),
      try_(connection,
           "UPDATE notices SET message = ?3, tries = ?4, not_before = ?5 WHERE receiver = ?1 AND id = ?2"),
      end_(connection, "DELETE FROM notices WHERE receiver = ? AND id = ?"),
      tell_(connection,
            "INSERT OR REPLACE INTO told_states (receiver, provider, model, state, said, since) "
            "VALUES (?, ?, ?, ?, ?, ?)"),
      forget_(connection, "DELETE FROM told_states WHERE receiver = ? AND provider = ? AND model = ?"),
      old_(connection, "DELETE FROM notices WHERE at < ?"),
      old_told_(connection, "DELETE FROM told_states WHERE state = 'healthy' AND (since IS NULL OR since < ?)") {}

SqlError NoticeRows::store(const NoticeRecord& record) {
  return insert_.run(record.receiver, record.id, record.at, record.body);
}

SqlError NoticeRows::store(const NoticeTryRecord& record) {
  for (const std::string& id : record.ids) {
    if (SqlError error = try_.run(record.receiver, id, record.message, int64_t{record.tries}, record.not_before))
      return error;
  }
  return {};
}

SqlError NoticeRows::store(const NoticeEndRecord& record) {
  for (const std::string& id : record.ids) {
    if (SqlError error = end_.run(record.receiver, id)) return error;
  }
  for (const auto& [target, told] : record.told) {
    const auto& [provider, model] = target;
    SqlError error = told == Heard{} ? forget_.run(record.receiver, provider, model)
                                     : tell_.run(record.receiver, provider, model, to_string(told.known),
                                                 to_string(told.said), told.since);
    if (error) return error;
  }
  return {};
}

SqlError NoticeRows::prune(WallTime now) {
  if (SqlError error = old_.run(WallTime(now - 2 * kGiveUpAfter))) return error;
  return old_told_.run(WallTime(now - kLastToldKept));
}

SqlError read_notices(SqliteConnection& connection, std::vector<StoredNotice>& notices) {
  Statement all(connection, "SELECT receiver, body, message, tries, not_before FROM notices ORDER BY seq");
  return all.rows([&](const SqlRow& row) {
    const Result<Notice> notice = notice_from_json(row.text(1));
    if (!notice) return;
    notices.push_back({row.text(0), *notice, row.text(2), static_cast<int>(row.integer(3)), row.time(4)});
  });
}

SqlError read_told_states(SqliteConnection& connection, std::map<std::string, ToldStates>& told) {
  Statement all(connection, "SELECT receiver, provider, model, state, said, since FROM told_states");
  return all.rows([&](const SqlRow& row) {
    const auto known = parse_state(row.text(3));
    const auto said = parse_state(row.text(4));
    if (known && said) told[row.text(0)][{row.text(1), row.text(2)}] = {*known, *said, row.time_or_null(5)};
  });
}

}  // namespace signalbox
