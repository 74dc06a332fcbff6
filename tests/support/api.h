#pragma once
/// The API without a socket: a snapshot made by hand, a history that tells what it was asked, replies as text.
#include <optional>
#include <string>
#include <vector>

#include "agent/api/api.h"

namespace signalbox::testing {

/// Taken at 2026-11-23T10:00:00Z, generation 42. claude is healthy and its claude-opus-4-6 unhealthy with a hold of
/// 41.2 s; openai is degraded, gemini recovering. A body is that of `api_body`.
Snapshot api_snapshot();
/// A body with the members that an inherited one replaces, and one that it keeps.
std::string api_body(const std::string& target, const std::string& provider, const std::string& model, State state);

/// What it was asked last, and what it answers.
class FakeHistory : public History {
 public:
  std::optional<TransitionQuery> asked_transitions;
  std::optional<IncidentQuery> asked_incidents;
  Result<HistoryPage<TransitionRecord>> transitions_page = HistoryPage<TransitionRecord>{};
  Result<HistoryPage<IncidentRecord>> incidents_page = HistoryPage<IncidentRecord>{};
  std::optional<CountQuery> asked_counts;
  std::optional<StateQuery> asked_states;
  std::optional<OverrideQuery> asked_overrides;
  Result<std::vector<CountStep>> count_steps = std::vector<CountStep>{};
  Result<StateSeries> state_series = StateSeries{};
  Result<std::vector<OverrideRecord>> override_rows = std::vector<OverrideRecord>{};

  Result<HistoryPage<TransitionRecord>> transitions(const TransitionQuery& query) override;
  Result<HistoryPage<IncidentRecord>> incidents(const IncidentQuery& query) override;
  Result<std::vector<CountStep>> counts(const CountQuery& query) override;
  Result<StateSeries> states(const StateQuery& query) override;
  Result<std::vector<OverrideRecord>> overrides(const OverrideQuery& query) override;
};

/// Takes everything, or what it is told to say, and remembers what it was given.
class FakeWrites final : public Writes {
 public:
  Taken how = Taken::stored;
  Millis retry_after = seconds(1);
  BatchVerdict verdict{.accepted = 1};
  int turned_away = 0;
  std::vector<ReportBatch> batches;
  SharedSeries memory{WallTime{}};  ///< every series is new to it
  std::vector<OverrideChange> changes;

  void turn_away_batch() override { ++turned_away; }
  void take(ReportBatch batch, BatchDone done) override;
  void take(OverrideChange change, OverrideDone done) override;
  SharedSeries& series() override { return memory; }
};

using Query = std::multimap<std::string, std::string>;

/// The route whose pattern is the whole path; null for none.
const ApiRoute* find_route(const std::string& path);

/// GET over the route table, as the front does it. Throws std::out_of_range when no route has the path.
ApiReply get(const ApiContext& context, const std::string& path, const Query& query = {},
             const std::string& if_none_match = "");

/// POST, PUT or DELETE over the route table. `caller` is who asks.
ApiReply write(const ApiContext& context, Writes& writes, const std::string& method, const std::string& path,
               const std::string& body = "", const Caller& caller = {});

/// The whole reply, a line each: status and type, the headers in their order, an empty line, the body.
std::string show(const ApiReply& reply);

}  // namespace signalbox::testing
