#pragma once
/// What the fuzz targets share. A target is a function of bytes from outside that does with them what the agent
/// would, and throws `Broken` when a property does not hold. libFuzzer calls it with what it makes up (driver.cc);
/// the everyday test calls it with every input that once broke one, and with the seeds (fuzz_test.cc).
///
/// Invariant: a target depends on its input only: no clock, no file, no state that outlives the call.
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/config.h"
#include "lib/time.h"

namespace signalbox::fuzz {

struct Broken : std::logic_error {
  using std::logic_error::logic_error;
};

/// `property` is the sentence that should have been true.
void expect(bool holds, std::string_view property);

/// Valid UTF-8 on one line, at most `longest` bytes, without control characters and without what reorders or hides
/// text. Written without a look at `clean_text`, which it judges.
bool is_clean(std::string_view text, size_t longest);
void expect_clean(std::string_view text, size_t longest, std::string_view what);

/// Whether it can be written as RFC 3339: years 0000 to 9999.
bool is_writable(WallTime at);

/// The parts between bytes 0, at most `most`: the last one keeps the rest. JSON and headers cannot hold that byte.
std::vector<std::string_view> split(std::string_view input, size_t most);

/// Numbers that follow from the input, for choices that need no byte of it.
class Choices {
 public:
  explicit Choices(std::string_view input);
  /// 0 to `end` - 1. Precondition: `end` is not 0.
  size_t below(size_t end);

 private:
  uint64_t state_;
};

/// 2026-11-23T10:00:00Z: when everything happens.
Instant now();

/// The built-in configuration with a source of AI Studio, which is off by default.
const Config& config();
const ProviderConfig& provider(std::string_view name);

/// No log lines: millions of them would be of refused input.
void be_quiet();

using Function = void (*)(std::string_view input);
/// By name.
const std::map<std::string, Function>& targets();

}  // namespace signalbox::fuzz
