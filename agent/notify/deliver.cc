#include "agent/notify/deliver.h"

#include <fmt/format.h>

#include <memory>

#include "agent/access/secret_file.h"
#include "agent/clock.h"
#include "agent/notify/signature.h"
#include "lib/notify/message_body.h"
#include "lib/notify/receiver_url.h"
#include "lib/schedule.h"
#include "lib/text.h"

namespace signalbox {
namespace {

/// Slack's longest answer is a line.
constexpr size_t kMaxAnswer = size_t{16} * 1024;

Result<std::string> text_of_file(const std::string& name, const Surroundings& around) {
  const auto path = secret_path(name, around);
  if (!path) return path.error();
  auto file = read_secret(*path);
  if (!file) return file.error();
  return std::move(file->text);
}

Result<std::string> url_of(const NotifyConfig& receiver, const Surroundings& around) {
  std::string url = receiver.url;
  if (!receiver.url_file.empty()) {
    auto text = text_of_file(receiver.url_file, around);
    if (!text) return text.error();
    url = text->substr(0, text->find_last_not_of(" \t\r\n") + 1);
  }
  if (const auto checked = receiver_url(url); !checked) {
    return Error{
        fmt::format("{}: {}", receiver.url_file.empty() ? "url" : receiver.url_file, checked.error().message)};
  }
  return url;
}

using Headers = std::vector<std::pair<std::string, std::string>>;

std::optional<Error> sign(const Delivering& what, const std::string& body, const Surroundings& around,
                          Headers& headers) {
  const std::string id = fmt::format("msg_{}_{}", what.instance, what.message.id);
  const int64_t timestamp = std::chrono::floor<seconds>(now().wall).time_since_epoch().count();
  headers.emplace_back("webhook-id", id);
  headers.emplace_back("webhook-timestamp", std::to_string(timestamp));
  if (what.receiver.secret_file.empty()) return std::nullopt;
  auto text = text_of_file(what.receiver.secret_file, around);
  if (!text) return text.error();
  auto key = parse_webhook_secret(*text);
  wipe(*text);
  if (!key) return Error{fmt::format("{}: {}", what.receiver.secret_file, key.error().message)};
  headers.emplace_back("webhook-signature", sign_webhook(*key, id, timestamp, body));
  wipe(*key);
  return std::nullopt;
}

/// What cannot be sent for a mistake of ours may be mended: it is tried again.
Delivered cannot_send(const Error& error) { return {.delivery = Delivery::again, .said = error.message}; }

Delivered as_delivered(const FetchAnswer& answer) {
  Delivered delivered{.delivery = judge_delivery(answer.result)};
  if (const auto* failure = std::get_if<FetchFailure>(&answer.result)) {
    delivered.said = failure->detail;
    return delivered;
  }
  const auto& reply = std::get<HttpReply>(answer.result);
  delivered.said = fmt::format("HTTP {}", reply.status);
  if (reply.status / 100 == 3) delivered.said += ": redirects are not followed, configure the final address";
  delivered.body = clean_text(reply.body, 200);
  delivered.retry_after = parse_retry_after(reply.retry_after, now().wall);
  return delivered;
}

Delivered deliver(const Delivering& what, const FetchLimits& limits, const ProxySettings& proxy,
                  const Surroundings& around, Resolver& resolver, const std::stop_token& stop) {
  const NotifyConfig& receiver = what.receiver;
  const auto url = url_of(receiver, around);
  if (!url) return cannot_send(url.error());
  const bool slack = receiver.kind == NotifyKind::slack;
  FetchRequest request{.url = *url,
                       .headers = {{"Content-Type", "application/json"}},
                       .post_body = slack ? slack_body(what.message, receiver.name, what.public_url)
                                          : webhook_body(what.message, receiver.name, what.public_url),
                       .body_matters = false};
  if (!slack) {
    if (const auto error = sign(what, *request.post_body, around, request.headers)) return cannot_send(*error);
  }
  return as_delivered(fetch(request, limits, proxy, resolver, stop));
}

}  // namespace

Deliver deliver_through(const ProxySettings& proxy, const Surroundings& around, FetchLimits limits) {
  limits.deadline = kDeliveryDeadline;
  limits.max_body = kMaxAnswer;
  const auto resolver = std::make_shared<Resolver>();
  return [=](const Delivering& what, const std::stop_token& stop) {
    return deliver(what, limits, proxy, around, *resolver, stop);
  };
}

}  // namespace signalbox
