#include "agent/store/migrations.h"

#include <fmt/format.h>

namespace signalbox {
namespace {

SqlError apply(SqliteConnection& connection, const Migration& step) {
  Transaction transaction(connection);
  if (SqlError error = transaction.begin()) return error;
  if (SqlError error = connection.execute(std::string(step.sql))) return error;
  const std::string stamp =
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, step.number);
  if (SqlError error = connection.execute(stamp)) return error;
  return transaction.commit();
}

}  // namespace

SqlError migrate(SqliteConnection& connection, std::span<const Migration> steps) {
  int64_t version = 0;
  if (SqlError error = connection.pragma("user_version", version)) return error;
  for (const Migration& step : steps) {
    if (step.number <= version) continue;
    if (SqlError error = apply(connection, step)) return error;
  }
  return {};
}

}  // namespace signalbox
