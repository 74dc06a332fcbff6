/// Bodies in chunks (agent/http/chunked_body.h).
///
/// In: the bytes that follow a head. Holds: what is taken does not depend on how they were cut; what came out, put
/// into chunks again, is what was taken but for leading zeros, the case of digits and where the chunks end.
#include "agent/http/chunked_body.h"

#include <fmt/format.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_targets.h"

namespace signalbox::fuzz {
namespace {

struct Taken {
  std::string body;
  size_t size = 0;  ///< of the bytes that were its own
  bool whole = false;
  int refused = 0;  ///< the status, or 0

  bool operator==(const Taken&) const = default;
};

/// `next` gives the size of the next piece.
template <class Next>
Taken take(std::string_view input, Next next) {
  Taken taken;
  ChunkedBody chunks;
  for (size_t at = 0; at < input.size();) {
    const std::string_view piece = input.substr(at, next());
    std::string_view rest = piece;
    if (const auto refusal = chunks.take(rest, taken.body)) {
      taken.refused = refusal->status;
      taken.size = 0;  // the connection ends there
      return taken;
    }
    taken.size += piece.size() - rest.size();
    if (!rest.empty()) {
      expect(chunks.is_whole(), "only what follows a whole body is left");
      break;
    }
    at += piece.size();
  }
  taken.whole = chunks.is_whole();
  return taken;
}

}  // namespace

void chunked_body(std::string_view input) {
  const Taken at_once = take(input, [&] { return input.size(); });
  expect(at_once.body.size() <= input.size() && at_once.size <= input.size(), "nothing comes of nothing");
  expect(at_once.body.size() <= kMaxBodyBytes, "a body is bounded");
  expect(take(input, [] { return size_t{1}; }) == at_once, "a body is the same byte by byte");
  Choices choices(input);
  expect(take(input, [&] { return 1 + choices.below(1 + input.size() / 3); }) == at_once,
         "a body is the same however it was cut");
  if (!at_once.whole) return;
  const std::string end = "0\r\n\r\n";
  const std::string again =
      at_once.body.empty() ? end : fmt::format("{:x}\r\n{}\r\n{}", at_once.body.size(), at_once.body, end);
  const Taken same = take(again, [&] { return again.size(); });
  expect(same.whole && same.body == at_once.body && same.size == again.size(), "a body is the same in one chunk");
}

}  // namespace signalbox::fuzz
