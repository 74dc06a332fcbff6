#include "agent/store/notice_rows.h"

namespace signalbox {

NoticeRows::NoticeRows(SqliteConnection& connection)
    : insert_(connection, "INSERT OR IGNORE INTO notices (receiver, id, at, body) VALUES (?, ?, ?, ?)"),
      try_(connection,
           "UPDATE notices SET message = ?3, tries = ?4, not_before = ?5 WHERE receiver = ?1 AND id = ?2"),
      end_(connection, "DELETE FROM notices WHERE receiver = ? AND id = ?"),
      tell_(connection,
            "INSERT OR REPLACE INTO told_states (receiver, provider, model, state) VALUES (?, ?, ?, ?)"),
      forget_(connection, "DELETE FROM told_states WHERE receiver = ? AND provider = ? AND model = ?"),
      old_(connection, "DELETE FROM notices WHERE at < ?") {}

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
  for (const ToldState& told : record.told) {
    const auto& [provider, model] = told.target;
    SqlError error = told.state == State::healthy
                         ? forget_.run(record.receiver, provider, model)
                         : tell_.run(record.receiver, provider, model, to_string(told.state));
    if (error) return error;
  }
  return {};
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
  Statement all(connection, "SELECT receiver, provider, model, state FROM told_states");
  return all.rows([&](const SqlRow& row) {
    if (const auto state = parse_state(row.text(3))) told[row.text(0)][{row.text(1), row.text(2)}] = *state;
  });
}

}  // namespace signalbox
