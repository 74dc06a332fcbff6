#include "lib/notify/message_body.h"

#include <fmt/format.h>

#include "lib/json.h"
#include "lib/notify/message_text.h"
#include "lib/rfc3339.h"
#include "lib/text.h"

namespace signalbox {
namespace {

/// Slack refuses a header over 150 characters and a section over 3000. A section is a bold line and at most two
/// more.
constexpr size_t kMaxHeader = 150;
constexpr size_t kMaxBold = 300;
constexpr size_t kMaxLine = 1300;

OrderedJson text_or_null(const std::string& text) { return text.empty() ? OrderedJson() : OrderedJson(text); }

OrderedJson target_json(const Target& target) {
  return {{"target", to_string(target)}, {"provider", target.provider}, {"model", text_or_null(target.model)}};
}

OrderedJson change_json(const TargetNews& change) {
  OrderedJson json = target_json(change.last.target);
  json["state"] = to_string(change.last.to);
  json["was"] = to_string(change.before.said);
  json["was_since"] = change.before.since ? OrderedJson(format_rfc3339(*change.before.since)) : OrderedJson();
  json["since"] = format_rfc3339(change.last.at);
  json["changes"] = change.changes;
  json["why"] = change.last.why;
  json["advice"] = {{"action", change.last.action},
                    {"primary_weight", change.last.primary_weight},
                    {"retry_budget_ms", change.last.retry_budget.count()}};
  return json;
}

OrderedJson override_json(const Notice& notice) {
  OrderedJson json = target_json(notice.target);
  json["action"] = notice.kind == NoticeKind::override_set       ? "set"
                   : notice.kind == NoticeKind::override_cleared ? "cleared"
                                                                 : "expired";
  json["at"] = format_rfc3339(notice.at);
  json["state"] = to_string(notice.to);
  json["primary_weight"] = notice.primary_weight;
  json["reason"] = notice.why;
  json["by"] = text_or_null(notice.by);
  json["expires_at"] = format_rfc3339(notice.expires_at);
  return json;
}

OrderedJson observer_json(const TargetNews& change) {
  return {{"suspect", change.last.to == State::unhealthy},
          {"since", format_rfc3339(change.last.at)},
          {"why", text_or_null(change.last.why)}};
}

std::string_view type_of(const Message& message) {
  if (message.test) return "test";
  return message.provider.empty() ? "observer.changed" : "health.changed";
}

OrderedJson mrkdwn(const std::string& text) { return {{"type", "mrkdwn"}, {"text", text}, {"verbatim", true}}; }

/// Escaped, and cut where that makes it longer than `max_bytes`.
std::string fitted(const std::string& text, size_t max_bytes) {
  size_t whole = max_bytes;
  std::string escaped = slack_text(clean_text(text, whole));
  while (escaped.size() > max_bytes) {
    whole = whole * 3 / 4;
    escaped = slack_text(clean_text(text, whole));
  }
  return escaped;
}

OrderedJson section(const Paragraph& paragraph) {
  std::string text = "*" + fitted(paragraph.what, kMaxBold) + "*";
  for (const std::string& line : paragraph.more) text += "\n" + fitted(line, kMaxLine);
  return {{"type", "section"}, {"text", mrkdwn(text)}};
}

}  // namespace

std::string webhook_body(const Message& message, const std::string& receiver, const std::string& link) {
  OrderedJson changes = OrderedJson::array();
  OrderedJson overrides = OrderedJson::array();
  OrderedJson observer;
  for (const TargetNews& change : message.changes) {
    if (change.last.kind == NoticeKind::observer) {
      observer = observer_json(change);
    } else {
      changes.push_back(change_json(change));
    }
  }
  for (const Notice& notice : message.overrides) overrides.push_back(override_json(notice));
  return dump_json(OrderedJson{{"type", type_of(message)},
                               {"timestamp", format_rfc3339(message.at)},
                               {"data",
                                {{"receiver", receiver},
                                 {"provider", text_or_null(message.provider)},
                                 {"text", message_text(message, receiver, "")},
                                 {"link", text_or_null(link)},
                                 {"changes", std::move(changes)},
                                 {"overrides", std::move(overrides)},
                                 {"observer", std::move(observer)}}}});
}

std::string slack_body(const Message& message, const std::string& receiver, const std::string& link) {
  const std::string title = fitted(headline(message, receiver), kMaxHeader);
  OrderedJson blocks = OrderedJson::array();
  blocks.push_back({{"type", "header"}, {"text", {{"type", "plain_text"}, {"text", title}, {"emoji", false}}}});
  for (const Paragraph& paragraph : paragraphs(message)) blocks.push_back(section(paragraph));
  std::string context = "signalbox";
  if (!link.empty()) context += fmt::format(" · <{}|dashboard>", link);
  blocks.push_back({{"type", "context"}, {"elements", OrderedJson::array({mrkdwn(context)})}});
  return dump_json(OrderedJson{{"text", title},
                               {"parse", "none"},
                               {"link_names", false},
                               {"unfurl_links", false},
                               {"unfurl_media", false},
                               {"blocks", std::move(blocks)}});
}

std::string slack_text(std::string_view text) {
  constexpr std::string_view kNothing = "\xE2\x80\x8B";  // U+200B
  std::string escaped;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else {
      escaped += c;
      if (c == '@' || (c == ':' && text.substr(i).starts_with("://"))) escaped += kNothing;
    }
  }
  return escaped;
}

}  // namespace signalbox
