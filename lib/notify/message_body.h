#pragma once
/// A message as it goes over the wire: signalbox's own JSON (schema/openapi.json, `webhooks`), or Slack's.
#include <string>
#include <string_view>

#include "lib/notify/message.h"

namespace signalbox {

/// `link` is the dashboard's, empty: there is none.
std::string webhook_body(const Message& message, const std::string& receiver, const std::string& link);

/// A line of text and blocks (docs.slack.dev, "Block Kit"). What reads like Slack's markup in it has no power.
std::string slack_body(const Message& message, const std::string& receiver, const std::string& link);

/// Text from outside for Slack's `text` and mrkdwn: `&`, `<` and `>` as entities, so that `<!channel>`, `<@U1>` and
/// `<url|text>` are letters; a zero-width space behind `@` and inside `://`, so that neither a mention nor a link
/// is found in it, also by those who read Slack's format with rules of their own (Mattermost, Rocket.Chat).
std::string slack_text(std::string_view text);

}  // namespace signalbox
