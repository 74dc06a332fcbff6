#pragma once
/// What the agent answers to who reports and overrides, as values; read as in answers.h.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/ask/answers.h"
#include "lib/result.h"

namespace signalbox {

/// The 200 to `POST /v1/reports`.
struct ReceiptView {
  int64_t accepted = 0;  ///< reports
  bool duplicate = false;
  std::vector<std::pair<std::string, std::string>> ignored;  ///< JSON pointer and why
};

struct OverrideRowView {
  std::string target;
  OverrideView terms;
};

/// One line of the history of overrides.
struct OverrideChangeView {
  std::optional<WallTime> at;
  std::string target;
  std::string action;  ///< set, cleared, expired
  std::string by;
  OverrideView terms;
};

struct OverridesView {
  std::vector<OverrideRowView> in_force;
  std::vector<OverrideChangeView> history;  ///< newest first
};

Result<ReceiptView> read_receipt(const std::string& body);
/// The answer to `PUT /v1/overrides/...`.
Result<OverrideView> read_override(const std::string& body);
Result<OverridesView> read_overrides(const std::string& body);

}  // namespace signalbox
