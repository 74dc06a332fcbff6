/// URLs of the configuration and of the environment, and addresses to listen at.
///
/// In: the text. Holds: a URL is the same written and read; what is refused is refused in a clean sentence; what is
/// shown of one has no user or password.
#include "lib/url.h"

#include <algorithm>

#include "agent/poll/proxy.h"
#include "lib/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_targets.h"

namespace signalbox::fuzz {
namespace {

void expect_one_meaning(const Url& url) {
  const std::string text = (url.scheme == UrlScheme::https ? "https://" : "http://") + authority(url) + url.target;
  const Result<Url> again = parse_url(text);
  expect(again && *again == url, "a URL is the same written and read");
  expect(std::ranges::none_of(url.host, [](char c) { return c >= 'A' && c <= 'Z'; }), "a host is in lower case");
  expect(url.host.find_first_of("/?#@[] ") == std::string::npos, "a host holds nothing else");
  expect(url.target.starts_with('/'), "a target is a path");
  expect(std::ranges::all_of(url.target, [](char c) { return c > ' ' && c < '\x7F'; }),
         "a target is visible ASCII");
  expect(authority(url).starts_with(host_header(url)), "the header of Host is the authority's");
}

}  // namespace

void url(std::string_view input) {
  constexpr size_t kMaxError = 1000;
  const std::string shown = host_of(input);
  expect_clean(shown, kMaxPageText, "what is shown of a URL");
  expect(shown.find('@') == std::string::npos, "what is shown of a URL has no password");
  const Result<Url> parsed = parse_url(input);
  if (parsed) expect_one_meaning(*parsed);
  if (!parsed) expect_clean(parsed.error().message, kMaxError, "why a URL is refused");
  if (const auto host = listen_host(input)) expect(is_ip_address(*host), "one listens at an address");

  // As a proxy's URL and as a list of exceptions.
  const Url page = *parse_url("https://status.example/api");
  ProxySettings settings;
  settings.https_proxy = input;
  const auto proxy = choose_proxy(settings, page);
  if (!proxy) expect_clean(proxy.error().message, kMaxError, "why a proxy is refused");
  if (proxy && *proxy) expect_one_meaning((*proxy)->at);
  bypasses_proxy(input, page);
}

}  // namespace signalbox::fuzz
