/// The bytes that a hostile web server sends for an answer, through cpp-httplib.
///
/// In: the answer as it goes over the wire. Holds: the body is within its bound, also after inflating; a failure is
/// a bounded clean sentence; and the answer does not depend on the pieces in which the bytes arrive.
#include <algorithm>
#include <cstring>

#include "agent/poll/http_exchange.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_targets.h"

namespace signalbox::fuzz {
namespace {

constexpr size_t kMaxBody = size_t{16} * 1024;

/// Takes the question and gives the answer, so many bytes at a time.
class Script final : public Wire {
 public:
  Script(std::string_view answer, size_t piece) : answer_(answer), piece_(piece) {}

  Transfer read(char* to, size_t size) override {
    const size_t count = std::min({size, piece_, answer_.size()});
    std::memcpy(to, answer_.data(), count);
    answer_.remove_prefix(count);
    return {count, std::nullopt};
  }
  Transfer write(const char*, size_t size) override { return {size, std::nullopt}; }

 private:
  std::string_view answer_;
  size_t piece_;
};

std::variant<HttpAnswer, FetchFailure> ask(std::string_view answer, size_t piece) {
  Script script(answer, piece);
  const HttpQuestion question{"GET", "/api/v2/summary.json", {{"Host", "status.example"}}, ""};
  return exchange(script, "status.example:443", question, kMaxBody);
}

}  // namespace

void exchange_reply(std::string_view input) {
  constexpr size_t kMaxError = 500;
  const auto whole = ask(input, input.size() + 1);
  if (const auto* answer = std::get_if<HttpAnswer>(&whole)) {
    expect(answer->body.size() <= kMaxBody, "a body is within its bound");
  } else {
    expect_clean(std::get<FetchFailure>(whole).detail, kMaxError, "a failure");
  }
  for (const size_t piece : {size_t{1}, 1 + Choices(input).below(input.size() + 1)}) {
    const auto other = ask(input, piece);
    expect(other.index() == whole.index(), "an answer is one however it arrives");
    const auto* answer = std::get_if<HttpAnswer>(&whole);
    if (answer == nullptr) continue;
    const auto& same = std::get<HttpAnswer>(other);
    expect(same.status == answer->status && same.headers == answer->headers && same.body == answer->body,
           "an answer is the same however it arrives");
  }
}

}  // namespace signalbox::fuzz
