#pragma once
/// What came back from the network for one document, before anybody has understood it.
#include <string>
#include <variant>
#include <vector>

namespace signalbox {

enum class FetchErrorKind { dns, connect, tls, proxy, timeout, too_large, protocol };

struct FetchFailure {
  FetchErrorKind kind = FetchErrorKind::connect;
  std::string detail;  ///< one sentence for people, without secrets
  bool operator==(const FetchFailure&) const = default;
};

/// An HTTP answer. Header fields are raw and empty when absent.
struct HttpReply {
  int status = 0;
  std::string body;  ///< decompressed
  std::string content_type;
  std::string location;
  std::string retry_after;
  std::string date;          ///< the server's clock, for `doctor`
  std::string waf_action;    ///< `x-amzn-waf-action`: "captcha" or "challenge"
  std::string cf_mitigated;  ///< `cf-mitigated`: "challenge"
  bool operator==(const HttpReply&) const = default;
};

/// Whether something in front of the page asks for a browser: AWS WAF (405 or an empty 202, mostly with
/// `x-amzn-waf-action`) or Cloudflare (`cf-mitigated`). A page that is served does not answer a GET with 405.
bool is_bot_challenge(const HttpReply& reply);

struct FetchedDocument {
  std::string name;  ///< "summary" for a source with `urls`, else its key in `documents`
  std::string url;   ///< where it was asked for
  std::variant<HttpReply, FetchFailure> result;
};

}  // namespace signalbox
