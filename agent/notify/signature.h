#pragma once
/// Who sent a message, and that nobody changed it: an HMAC over it.
///
/// The scheme is that of Standard Webhooks: its libraries verify it in a dozen languages, it signs the message's id
/// and the time of the try with the body, so that an old message cannot be played again, and a receiver may know
/// two secrets while one takes the other's place. Source: github.com/standard-webhooks/standard-webhooks, the
/// specification.
#include <optional>
#include <string>
#include <string_view>

#include "lib/result.h"
#include "lib/time.h"

namespace signalbox {

/// The key of "whsec_" and base64, with white space around it; 24 to 64 bytes. Errors never show the text.
Result<std::string> parse_webhook_secret(std::string_view text);

/// The header `webhook-signature`: "v1," and base64 of HMAC-SHA256(key, "id.timestamp.body"); the timestamp is in
/// seconds, as in the header `webhook-timestamp`.
std::string sign_webhook(const std::string& key, std::string_view id, int64_t timestamp, std::string_view body);

}  // namespace signalbox
