#include "lib/notify/notice.h"

#include <array>

#include "lib/json.h"
#include "lib/rfc3339.h"

namespace signalbox {
namespace {

constexpr std::array<std::string_view, 5> kKinds = {"state", "override_set", "override_cleared", "override_expired",
                                                    "observer"};

int64_t read_integer(const Json& json, std::string_view key) {
  const Json& member = field(json, key);
  return member.is_number_integer() ? member.get<int64_t>() : 0;
}

}  // namespace

bool is_override(const Notice& notice) {
  return notice.kind != NoticeKind::state && notice.kind != NoticeKind::observer;
}

std::string notice_to_json(const Notice& notice) {
  return dump_json(Json{{"id", notice.id},
                        {"at", format_rfc3339(notice.at)},
                        {"kind", kKinds.at(static_cast<size_t>(notice.kind))},
                        {"provider", notice.target.provider},
                        {"model", notice.target.model},
                        {"from", to_string(notice.from)},
                        {"to", to_string(notice.to)},
                        {"why", notice.why},
                        {"action", notice.action},
                        {"primary_weight", notice.primary_weight},
                        {"retry_budget_ms", notice.retry_budget.count()},
                        {"by", notice.by},
                        {"expires_at", format_rfc3339(notice.expires_at)}});
}

Result<Notice> notice_from_json(std::string_view text) {
  const Result<Json> json = parse_json(text);
  if (!json) return json.error();
  const auto at = time_field(*json, "at");
  const auto from = parse_state(string_field(*json, "from"));
  const auto to = parse_state(string_field(*json, "to"));
  const std::string kind = string_field(*json, "kind");
  size_t number = 0;
  while (number < kKinds.size() && kKinds.at(number) != kind) ++number;
  if (!at || !from || !to || number == kKinds.size()) return Error{"stored notice: not one that we know"};
  return Notice{.id = string_field(*json, "id"),
                .at = *at,
                .kind = static_cast<NoticeKind>(number),
                .target = {string_field(*json, "provider"), string_field(*json, "model")},
                .from = *from,
                .to = *to,
                .why = string_field(*json, "why"),
                .action = string_field(*json, "action"),
                .primary_weight = static_cast<int>(read_integer(*json, "primary_weight")),
                .retry_budget = Millis(read_integer(*json, "retry_budget_ms")),
                .by = string_field(*json, "by"),
                .expires_at = time_field(*json, "expires_at").value_or(WallTime{})};
}

}  // namespace signalbox
