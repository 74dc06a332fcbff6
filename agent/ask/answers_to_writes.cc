#include "agent/ask/answers_to_writes.h"

#include "agent/ask/answer_fields.h"

namespace signalbox {
namespace {

OverrideView terms(const Json& value) {
  return {.state = text_in(value, "state"),
          .weight = number_in(value, "primary_weight"),
          .reason = text_in(value, "reason"),
          .by = text_in(value, "by"),
          .set_at = time_field(value, "set_at"),
          .expires_at = time_field(value, "expires_at")};
}

OverrideRowView row(const Json& value) { return {text_in(value, "target"), terms(value)}; }

OverrideChangeView change(const Json& value) {
  return {.at = time_field(value, "at"),
          .target = text_in(value, "target"),
          .action = text_in(value, "action"),
          .by = text_in(value, "by"),
          .terms = terms(value)};
}

}  // namespace

Result<ReceiptView> read_receipt(const std::string& body) {
  const auto json = parse_json(body);
  if (!json) return not_ours(json.error().message);
  if (!field(*json, "accepted").is_number()) return not_ours("no number \"accepted\"");
  const auto pair = [](const Json& value) { return std::pair(text_in(value, "pointer"), text_in(value, "why")); };
  return ReceiptView{.accepted = whole_in(*json, "accepted"),
                     .duplicate = flag_in(*json, "duplicate"),
                     .ignored = list_in(*json, "ignored", pair)};
}

Result<OverrideView> read_override(const std::string& body) {
  const auto json = parse_json(body);
  if (!json) return not_ours(json.error().message);
  if (!field(*json, "state").is_string()) return not_ours("no \"state\"");
  return terms(*json);
}

Result<OverridesView> read_overrides(const std::string& body) {
  const auto json = with_list(body, "overrides");
  if (!json) return json.error();
  return OverridesView{list_in(*json, "overrides", row), list_in(*json, "history", change)};
}

}  // namespace signalbox
