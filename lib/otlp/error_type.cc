#include "lib/otlp/error_type.h"

#include <algorithm>
#include <array>
#include <string>

namespace signalbox::otlp {
namespace {

struct Name {
  std::string_view stem;  ///< without the package, and without "Error" or "Exception" at the end
  Outcome outcome;
};

constexpr std::array kNames = {
    Name{"_OTHER", Outcome::client_error},
    // Anthropic's and OpenAI's SDKs: Python, TypeScript (Error), Java and Kotlin (Exception).
    Name{"Overloaded", Outcome::overloaded},
    Name{"ServiceUnavailable", Outcome::overloaded},
    Name{"InternalServer", Outcome::server_error},
    Name{"DeadlineExceeded", Outcome::timeout},
    Name{"API", Outcome::server_error},  // the bare class: an error inside a stream
    Name{"APITimeout", Outcome::timeout},
    Name{"APIConnectionTimeout", Outcome::timeout},
    Name{"APIConnection", Outcome::connect_error},
    Name{"OpenAIIo", Outcome::connect_error},
    Name{"AnthropicIo", Outcome::connect_error},
    Name{"RateLimit", Outcome::throttled},
    Name{"APIUserAbort", Outcome::cancelled},
    Name{"BadRequest", Outcome::client_error},
    Name{"Authentication", Outcome::client_error},
    Name{"Unauthorized", Outcome::client_error},
    Name{"PermissionDenied", Outcome::client_error},
    Name{"NotFound", Outcome::client_error},
    Name{"Conflict", Outcome::client_error},
    Name{"UnprocessableEntity", Outcome::client_error},
    Name{"RequestTooLarge", Outcome::client_error},
    Name{"LengthFinishReason", Outcome::client_error},
    Name{"ContentFilterFinishReason", Outcome::client_error},
    // Google: google.genai.errors, whose ClientError is every 4xx, and google.api_core.exceptions.
    Name{"Server", Outcome::server_error},
    Name{"Client", Outcome::client_error},
    Name{"BadGateway", Outcome::server_error},
    Name{"GatewayTimeout", Outcome::server_error},
    Name{"TooManyRequests", Outcome::throttled},
    Name{"ResourceExhausted", Outcome::throttled},
    Name{"InvalidArgument", Outcome::client_error},
    Name{"FailedPrecondition", Outcome::client_error},
    Name{"Unauthenticated", Outcome::client_error},
    Name{"Forbidden", Outcome::client_error},
    // Time passed: Python's, httpx's, requests', aiohttp's; the JDK's; undici's and Node's codes; Go's.
    Name{"timeout", Outcome::timeout},
    Name{"Timeout", Outcome::timeout},
    Name{"ReadTimeout", Outcome::timeout},
    Name{"WriteTimeout", Outcome::timeout},
    Name{"ConnectTimeout", Outcome::timeout},
    Name{"PoolTimeout", Outcome::timeout},
    Name{"ConnectionTimeout", Outcome::timeout},
    Name{"ServerTimeout", Outcome::timeout},
    Name{"SocketTimeout", Outcome::timeout},
    Name{"HttpTimeout", Outcome::timeout},
    Name{"HttpConnectTimeout", Outcome::timeout},
    Name{"InterruptedIO", Outcome::timeout},
    Name{"HeadersTimeout", Outcome::timeout},
    Name{"BodyTimeout", Outcome::timeout},
    Name{"deadlineExceeded", Outcome::timeout},
    Name{"ETIMEDOUT", Outcome::timeout},
    Name{"ESOCKETTIMEDOUT", Outcome::timeout},
    Name{"UND_ERR_CONNECT_TIMEOUT", Outcome::timeout},
    Name{"UND_ERR_HEADERS_TIMEOUT", Outcome::timeout},
    Name{"UND_ERR_BODY_TIMEOUT", Outcome::timeout},
    // No HTTP answer. The last five are .NET's (HttpRequestError, as its instrumentation writes it) and the example
    // of the conventions.
    Name{"Connect", Outcome::connect_error},
    Name{"Connection", Outcome::connect_error},
    Name{"ConnectionRefused", Outcome::connect_error},
    Name{"ConnectionReset", Outcome::connect_error},
    Name{"ConnectionAborted", Outcome::connect_error},
    Name{"BrokenPipe", Outcome::connect_error},
    Name{"ClientConnector", Outcome::connect_error},
    Name{"ClientConnection", Outcome::connect_error},
    Name{"ClientConnectorDNS", Outcome::connect_error},
    Name{"ClientOS", Outcome::connect_error},
    Name{"ServerDisconnected", Outcome::connect_error},
    Name{"RemoteProtocol", Outcome::connect_error},
    Name{"Network", Outcome::connect_error},
    Name{"Read", Outcome::connect_error},
    Name{"Write", Outcome::connect_error},
    Name{"Proxy", Outcome::connect_error},
    Name{"SSL", Outcome::connect_error},
    Name{"SSLCertVerification", Outcome::connect_error},
    Name{"SSLHandshake", Outcome::connect_error},
    Name{"gai", Outcome::connect_error},
    Name{"UnknownHost", Outcome::connect_error},
    Name{"NoRouteToHost", Outcome::connect_error},
    Name{"Socket", Outcome::connect_error},
    Name{"OpError", Outcome::connect_error},
    Name{"DNS", Outcome::connect_error},
    Name{"ECONNREFUSED", Outcome::connect_error},
    Name{"ECONNRESET", Outcome::connect_error},
    Name{"ECONNABORTED", Outcome::connect_error},
    Name{"ENOTFOUND", Outcome::connect_error},
    Name{"EAI_AGAIN", Outcome::connect_error},
    Name{"EHOSTUNREACH", Outcome::connect_error},
    Name{"ENETUNREACH", Outcome::connect_error},
    Name{"EPIPE", Outcome::connect_error},
    Name{"UND_ERR_SOCKET", Outcome::connect_error},
    Name{"name_resolution_error", Outcome::connect_error},
    Name{"connection_error", Outcome::connect_error},
    Name{"secure_connection_error", Outcome::connect_error},
    Name{"response_ended", Outcome::connect_error},
    Name{"server_certificate_invalid", Outcome::connect_error},
    // The caller went away.
    Name{"cancelled", Outcome::cancelled},
    Name{"canceled", Outcome::cancelled},
    Name{"Cancelled", Outcome::cancelled},
    Name{"Cancellation", Outcome::cancelled},
    Name{"TaskCanceled", Outcome::cancelled},
    Name{"OperationCanceled", Outcome::cancelled},
    Name{"Abort", Outcome::cancelled},
};

/// "RateLimitError" of "openai.RateLimitError", "OpError" of "*net.OpError".
std::string_view last_part(std::string_view name) {
  const size_t end = name.find_last_of(".:/$*");
  return end == std::string_view::npos ? name : name.substr(end + 1);
}

std::string_view stem_of(std::string_view name) {
  for (const std::string_view ending : {"Error", "Exception"}) {
    if (name.size() > ending.size() && name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  }
  return name;
}

std::optional<Outcome> outcome_of_name(std::string_view name) {
  const auto* found = std::ranges::find(kNames, name, &Name::stem);
  if (found == kNames.end()) return std::nullopt;
  return found->outcome;
}

/// A success has no `error.type`: only 400 to 599 can be meant.
std::optional<Outcome> outcome_of_status(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != 3 || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  const int status = std::stoi(std::string(text));
  if (status < 400 || status > 599) return std::nullopt;
  return classify_status(status);
}

}  // namespace

std::optional<Outcome> outcome_of_error_type(std::string_view error_type) {
  if (const auto outcome = outcome_of_status(error_type)) return outcome;
  if (const auto outcome = classify_error(error_type)) return outcome;
  if (const auto outcome = parse_outcome(error_type); outcome && outcome != Outcome::ok) return outcome;
  const std::string_view name = last_part(error_type);
  if (const auto outcome = classify_error(name)) return outcome;
  if (const auto outcome = outcome_of_name(name)) return outcome;
  return outcome_of_name(stem_of(name));
}

}  // namespace signalbox::otlp
