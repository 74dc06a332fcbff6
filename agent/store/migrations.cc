#include "agent/store/migrations.h"

#include <fmt/format.h>

namespace signalbox {
SqlError migrate(SqliteConnection& connection, std::span<const Migration> steps) {
  int64_t version = 0;
  if (SqlError error = connection.pragma("user_version", version)) return error;
  if (steps.empty() || steps.back().number <= version) return {};
  Transaction transaction(connection);
  if (SqlError error = transaction.begin()) return error;
  for (const Migration& step : steps) {
    if (step.number <= version) continue;
    if (SqlError error = connection.execute(std::string(step.sql))) return error;
  }
  const std::string stamp =
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, steps.back().number);
  if (SqlError error = connection.execute(stamp)) return error;
  return transaction.commit();
}

}  // namespace signalbox
