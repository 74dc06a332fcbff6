#pragma once
/// A store in a few words, for tests.
#include <doctest/doctest.h>

#include <vector>

#include "agent/store/store.h"
#include "tests/support/records.h"

namespace signalbox {

/// Longer than any commit takes on a busy machine: a test that needs it has failed.
inline constexpr Millis kDeadline = seconds(30);

inline Store::Opened open_store(const std::string& directory, const Retention& retention = {},
                                WallTime now = kMorning) {
  auto opened = Store::open(directory, retention, now);
  REQUIRE_MESSAGE(opened, opened.error().message);
  return std::move(*opened);
}

inline std::string open_error(const std::string& directory) {
  const auto opened = Store::open(directory, {}, kMorning);
  REQUIRE(!opened);
  return opened.error().message;
}

/// Stores and returns when it is on disk.
inline void keep(Store& store, std::vector<Record> records) {
  REQUIRE(store.wait(store.submit(std::move(records)), kDeadline));
}

inline std::vector<TransitionRecord> all_transitions(Store& store) {
  auto history = store.open_history();
  REQUIRE(history);
  auto page = (*history)->transitions({.limit = 1000});
  REQUIRE_MESSAGE(page, page.error().message);
  return page->rows;
}

inline std::vector<IncidentRecord> all_incidents(Store& store) {
  auto history = store.open_history();
  REQUIRE(history);
  auto page = (*history)->incidents({.limit = 1000});
  REQUIRE_MESSAGE(page, page.error().message);
  return page->rows;
}

}  // namespace signalbox
