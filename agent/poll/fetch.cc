#include "agent/poll/fetch.h"

#include <fmt/format.h>

#include <system_error>

#include "agent/poll/connection.h"
#include "agent/poll/deadline.h"
#include "agent/poll/http_exchange.h"
#include "lib/url.h"

namespace signalbox {
namespace {

constexpr std::string_view kUserAgent =
    "signalbox/" SIGNALBOX_VERSION " (LLM provider health agent; polls status feeds)";
/// A proxy's answer to CONNECT has no body that we would read.
constexpr size_t kNoBody = 0;

struct Call {
  const FetchRequest& request;
  const FetchLimits& limits;
  Resolver& resolver;
  Deadline deadline;
  Url url;
  std::optional<Proxy> proxy;
};

using Step = std::optional<FetchFailure>;

Step reach(const Call& call, Connection& connection) {
  const Url& next = call.proxy ? call.proxy->at : call.url;
  const auto found = call.resolver.resolve(next.host, call.deadline);
  if (const auto* failure = std::get_if<FetchFailure>(&found)) return *failure;
  return connection.connect(authority(next), std::get<Addresses>(found), next.port, call.limits.connect);
}

/// Whatever goes wrong between us and the proxy is the proxy's, except time running out.
FetchFailure blame_proxy(FetchFailure failure) {
  if (failure.kind != FetchErrorKind::timeout) failure.kind = FetchErrorKind::proxy;
  failure.detail = "the proxy " + failure.detail;
  return failure;
}

Step open_tunnel(const Call& call, Connection& connection) {
  const std::string to = authority(call.url);
  HttpQuestion connect{
      .method = "CONNECT", .target = to, .headers = {{"Host", to}, {"User-Agent", std::string(kUserAgent)}}};
  if (!call.proxy->authorization.empty())
    connect.headers.emplace_back("Proxy-Authorization", call.proxy->authorization);
  const auto answer = exchange(connection, authority(call.proxy->at), connect, kNoBody);
  if (const auto* failure = std::get_if<FetchFailure>(&answer)) return blame_proxy(*failure);
  const int status = std::get<HttpAnswer>(answer).status;
  if (status / 100 == 2) return std::nullopt;
  return FetchFailure{FetchErrorKind::proxy,
                      fmt::format("the proxy {} refused the way to {}: {}", authority(call.proxy->at), to,
                                  status < 100 ? "not HTTP" : fmt::format("HTTP {}", status))};
}

Step open(const Call& call, Connection& connection) {
  if (Step failure = reach(call, connection)) return call.proxy ? blame_proxy(*failure) : *failure;
  if (call.url.scheme == UrlScheme::http) return std::nullopt;
  if (call.proxy) {
    if (Step failure = open_tunnel(call, connection)) return failure;
  }
  return connection.start_tls(authority(call.url), call.url.host, call.limits.ca_file);
}

HttpQuestion question_of(const Call& call) {
  const FetchRequest& request = call.request;
  HttpQuestion question{.method = request.post_body ? "POST" : "GET",
                        .target = call.url.target,
                        .headers = request.headers,
                        .body = request.post_body.value_or(""),
                        .body_matters = request.body_matters};
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) question.headers.emplace_back(name, value);
  };
  add("Host", host_header(call.url));
  add("User-Agent", kUserAgent);
  add("Accept-Encoding", "gzip");
  add("If-None-Match", request.etag);
  add("If-Modified-Since", request.last_modified);
  if (call.proxy && call.url.scheme == UrlScheme::http) {
    question.target = "http://" + authority(call.url) + call.url.target;
    add("Proxy-Authorization", call.proxy->authorization);
  }
  return question;
}

Step check_headers(const HttpQuestion& question) {
  for (const auto& [name, value] : question.headers) {
    if (!is_header_value(value)) {
      return FetchFailure{FetchErrorKind::protocol,
                          fmt::format("the header {} holds a character that no header may", name)};
    }
  }
  return std::nullopt;
}

/// A validator that cannot be sent back is none.
std::string validator(const HttpAnswer& answer, const std::string& header) {
  std::string value = answer.header(header);
  return is_header_value(value) ? value : std::string();
}

FetchAnswer as_fetch_answer(HttpAnswer answer) {
  HttpReply reply{.status = answer.status,
                  .body = std::move(answer.body),
                  .content_type = answer.header("content-type"),
                  .location = answer.header("location"),
                  .retry_after = answer.header("retry-after"),
                  .date = answer.header("date"),
                  .waf_action = answer.header("x-amzn-waf-action"),
                  .cf_mitigated = answer.header("cf-mitigated")};
  return {std::move(reply), validator(answer, "etag"), validator(answer, "last-modified")};
}

FetchAnswer ask(const Call& call, const HttpQuestion& question) {
  Connection connection(call.deadline);
  if (Step failure = open(call, connection)) return {.result = *failure};
  auto answer = exchange(connection, authority(call.url), question, call.limits.max_body);
  if (auto* failure = std::get_if<FetchFailure>(&answer)) return {.result = std::move(*failure)};
  return as_fetch_answer(std::move(std::get<HttpAnswer>(answer)));
}

}  // namespace

FetchAnswer fetch(const FetchRequest& request, const FetchLimits& limits, const ProxySettings& proxy,
                  Resolver& resolver, const std::stop_token& stop) {
  const auto url = parse_url(request.url);
  if (!url) return {.result = FetchFailure{FetchErrorKind::protocol, url.error().message}};
  const auto via = choose_proxy(proxy, *url);
  if (!via) return {.result = FetchFailure{FetchErrorKind::proxy, via.error().message}};
  const Call call{request, limits, resolver, {now().mono + limits.deadline, stop}, *url, *via};
  const HttpQuestion question = question_of(call);
  if (Step failure = check_headers(question)) return {.result = *failure};

  try {
    return ask(call, question);
  } catch (
      const std::system_error& error) {  // Asio's and the thread's constructors, without a descriptor or memory
    return {.result = FetchFailure{
                FetchErrorKind::connect,
                fmt::format("{}: no connection can be made: {}", authority(call.url), error.code().message())}};
  }
}

FetchAnswer fetch(const FetchRequest& request, const FetchLimits& limits, const ProxySettings& proxy) {
  Resolver resolver;
  return fetch(request, limits, proxy, resolver);
}

}  // namespace signalbox
