/// Where a request's head ends (agent/http/http_framer.h).
///
/// In: the bytes of a connection. Holds: the verdict does not depend on how the bytes were split; what is accepted
/// is within its bounds, wholly inside the bytes, and holds nothing that another server could read in another way.
#include <algorithm>

#include "agent/http/http_framer.h"
#include "agent/http/http_host.h"
#include "lib/url.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_targets.h"

namespace signalbox::fuzz {
namespace {

struct Verdict {
  Framed framed;
  RequestHead head;
};

Verdict frame(std::string_view bytes) {
  Verdict verdict;
  verdict.framed = frame_request(bytes, verdict.head);
  return verdict;
}

bool is_final(const Verdict& verdict) { return !std::holds_alternative<NeedMore>(verdict.framed); }

void expect_same(const Verdict& one, const Verdict& other) {
  expect(one.framed.index() == other.framed.index(), "a verdict is one however the bytes were split");
  if (const auto* refusal = std::get_if<HttpRefusal>(&one.framed)) {
    const auto& same = std::get<HttpRefusal>(other.framed);
    expect(refusal->status == same.status && refusal->detail == same.detail,
           "a refusal is the same however the bytes were split");
  } else if (std::holds_alternative<Complete>(one.framed)) {
    expect(one.head.size == other.head.size && one.head.target == other.head.target &&
               one.head.fields == other.head.fields && one.head.content_length == other.head.content_length &&
               one.head.chunked == other.head.chunked,
           "a head is the same however the bytes were split");
  }
}

/// As the connection meets it: the first verdict as the bytes come in, `next` giving how many there are.
template <class Next>
Verdict frame_growing(std::string_view input, Next next) {
  NeedMore missing;
  size_t seen = 0;
  for (size_t size = next(0); size < input.size(); size = next(size)) {
    const auto bytes = input.substr(0, size);
    if (seen > 0 && !may_say_more(bytes, seen, missing)) continue;
    Verdict verdict = frame(bytes);
    if (is_final(verdict)) return verdict;
    missing = std::get<NeedMore>(verdict.framed);
    seen = size;
  }
  return frame(input);
}

bool lies_in(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

bool is_visible(std::string_view text, std::string_view and_these = "") {
  return std::ranges::all_of(text, [&](char c) {
    return (c > ' ' && c != '\x7F') || (c & 0x80) != 0 || and_these.find(c) != std::string_view::npos;
  });
}

void expect_one_meaning(const RequestHead& head, std::string_view input) {
  const std::string_view bytes = input.substr(0, head.size);
  expect(head.size <= input.size() && head.size <= kMaxHeadBytes, "a head is within the bytes and its bound");
  expect(bytes.ends_with("\r\n\r\n"), "a head ends with an empty line");
  const auto lines = std::ranges::count(bytes, '\n');
  expect(std::ranges::count(bytes, '\r') == lines, "every CR is before a LF");
  expect(static_cast<size_t>(lines) - (bytes.starts_with("\r\n") ? 3U : 2U) == head.fields.size(),
         "every line is a field");
  expect(bytes.find('\0') == std::string_view::npos, "there is no NUL");
  expect(lies_in(head.method, bytes) && lies_in(head.target, bytes), "views lie in the bytes");
  expect(head.target.starts_with('/') && is_visible(head.target), "a target is a path");
  expect(head.fields.size() <= kMaxHeaders, "headers are bounded");
  expect(head.content_length <= kMaxBodyBytes, "a body is bounded");
  size_t lengths = 0;
  size_t codings = 0;
  size_t hosts = 0;
  for (const auto& [name, value] : head.fields) {
    expect(lies_in(name, bytes) && (value.empty() || lies_in(value, bytes)), "views lie in the bytes");
    expect(!name.empty() && is_visible(name) && name.find(':') == std::string_view::npos, "a name is a word");
    expect(is_visible(value, " \t"), "a value has no control character");
    if (equal_ignoring_case(name, "transfer-encoding")) {
      ++codings;
      expect(equal_ignoring_case(value, "chunked"), "there is no other coding");
    }
    if (equal_ignoring_case(name, "content-length")) {
      ++lengths;
      expect(std::stoul(std::string(value)) == head.content_length, "a length is what it says");
    }
    if (equal_ignoring_case(name, "host")) ++hosts;
  }
  expect(hosts <= 1, "there is one host");
  expect(lengths + codings <= 1 && codings == (head.chunked ? 1U : 0U), "there is one framing");
  expect(!head.chunked || (!head.http_1_0 && (head.method == "POST" || head.method == "PUT")),
         "chunks come with what has a body, from who speaks HTTP/1.1");
  expect(lengths == 1 || head.content_length == 0, "without a length there is no body");
}

/// A name that a browser would look up, and that is not ours, must not pass.
void expect_no_rebinding(std::string_view host) {
  static const HostPolicy kPolicy({"127.0.0.1", "::1"}, {"signalbox.internal"});
  const Result<Url> url = parse_url("http://" + std::string(host) + "/");
  if (!url || !kPolicy.allows(host)) return;
  std::string name = url->host;
  if (name.ends_with('.')) name.pop_back();
  expect(is_loopback(name) || name == "signalbox.internal", "a foreign host is refused");
}

}  // namespace

void request_head(std::string_view input) {
  constexpr size_t kEveryByte = 600;  // beyond it every prefix would cost too much
  const Verdict whole = frame(input);
  if (input.size() <= kEveryByte) {
    expect_same(frame_growing(input, [](size_t size) { return size + 1; }), whole);
  }
  Choices choices(input);
  expect_same(frame_growing(input, [&](size_t size) { return size + 1 + choices.below(1 + input.size() / 4); }),
              whole);
  // In the middle of each line's end.
  expect_same(frame_growing(input, [&](size_t size) { return std::min(input.find('\n', size + 1), input.size()); }),
              whole);
  if (!std::holds_alternative<Complete>(whole.framed)) return;
  expect_one_meaning(whole.head, input);
  expect_no_rebinding(whole.head.host);
}

}  // namespace signalbox::fuzz
