#pragma once
/// History from the database's file, read-only, beside a writer in this or another process.
///
/// Shape: `since` is inclusive, `until` is not; newest first by time, then by order of writing. A cursor stays good
/// while rows come and go. Opens at the first query, and again when another file stands at the path. On a
/// read-only disk it reads what is in the main file.
#include <functional>
#include <string>
#include <vector>

#include "agent/store/file_identity.h"
#include "agent/store/history.h"
#include "agent/store/sqlite.h"

namespace signalbox {

class SqliteHistory final : public History {
 public:
  /// `on_damage` is called when a query meets a damaged page.
  explicit SqliteHistory(
      std::string path, std::function<void()> on_damage = [] {});
  Result<HistoryPage<TransitionRecord>> transitions(const TransitionQuery& query) override;
  Result<HistoryPage<IncidentRecord>> incidents(const IncidentQuery& query) override;
  Result<std::vector<CountStep>> counts(const CountQuery& query) override;
  Result<StateSeries> states(const StateQuery& query) override;
  Result<std::vector<OverrideRecord>> overrides(const OverrideQuery& query) override;

  /// Every query's text, to look at its plan.
  static std::vector<std::string> queries();

 private:
  /// Bound to one connection, so made anew with it.
  struct Statements {
    explicit Statements(SqliteConnection& connection);
    Statement transitions_of_all;
    Statement transitions_of_provider;
    Statement transitions_of_target;
    Statement incidents_of_all;
    Statement incidents_of_provider;
    Statement fine_counts;
    Statement coarse_counts;
    Statement advice_before;
    Statement advice;
    Statement overrides_of_all;
    Statement overrides_of_provider;
    Statement overrides_of_target;
  };

  /// Empty when there is a connection to the file that stands at the path now.
  std::optional<Error> ensure_open();
  SqlError open(SqliteMode mode);
  void close();
  Error failed(const SqlError& error);

  const std::string path_;
  const std::function<void()> on_damage_;
  FileIdentity opened_;
  SqliteConnection connection_;
  std::optional<Statements> statements_;
};

}  // namespace signalbox
