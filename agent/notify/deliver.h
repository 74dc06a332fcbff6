#pragma once
/// One try to tell one receiver one message: renders, signs, posts.
///
/// Invariant: at most `kDeliveryDeadline`; no redirect is followed; the URL and the secret are read from their
/// files at each try, so that new ones hold at once, and stand in no result, error or log.
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "agent/directories.h"
#include "agent/poll/fetch.h"
#include "lib/notify/message.h"
#include "lib/notify/retry.h"

namespace signalbox {

inline constexpr Millis kDeliveryDeadline = seconds(10);

struct Delivered {
  Delivery delivery = Delivery::again;
  std::string said;  ///< for people: "HTTP 200", "127.0.0.1:9: connection refused"
  std::string body;  ///< what came back with it, cleaned and cut
  std::optional<Millis> retry_after;
};

struct Delivering {
  NotifyConfig receiver;
  Message message;
  std::string instance;    ///< of the database: makes the message's id the world's
  std::string public_url;  ///< for the link; empty: none
};

using Deliver = std::function<Delivered(const Delivering&, const std::stop_token&)>;

/// Through the network, with one Resolver for all copies of the function. `limits.ca_file` is for tests.
Deliver deliver_through(const ProxySettings& proxy, const Surroundings& around, FetchLimits limits = {});

}  // namespace signalbox
