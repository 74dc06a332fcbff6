/// Recordings: lines through the very core, in virtual time.
///
/// In: JSON Lines. Holds: what comes out is lines of JSON with states, weights and sentences within their bounds; a
/// line that is refused says why in a clean sentence; the same lines give the same bytes.
#include <memory>

#include "lib/json.h"
#include "lib/replay.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_targets.h"

namespace signalbox::fuzz {
namespace {

constexpr size_t kMaxSentence = 4000;

void expect_advice(const Json& advice) {
  for (const auto& [target, told] : advice.items()) {
    const int64_t weight = told.at("primary_weight").get<int64_t>();
    expect(weight >= 1 && weight <= 100, "the agent never takes the canary away");
    expect(parse_state(told.at("state").get<std::string>()).has_value(), "a state is one of the states");
    expect(parse_target(target).has_value(), "a target has a name");
  }
}

void expect_lines(std::string_view out) {
  while (!out.empty()) {
    const size_t end = out.find('\n');
    expect(end != std::string_view::npos, "every line ends");
    const Result<Json> line = parse_json(out.substr(0, end));
    expect(static_cast<bool>(line), "every line is JSON");
    if (line->contains("advice")) {
      expect_advice(line->at("advice"));
    } else {
      expect_clean(line->at("why").get<std::string>(), kMaxSentence, "the sentence why");
      expect(line->at("from") != line->at("to"), "a change changes something");
    }
    out.remove_prefix(end + 1);
  }
}

std::string play(std::string_view input) {
  constexpr int kMaxLines = 100;
  // One line may pass at most this much virtual time: a second costs a judgement, and a year would take minutes.
  static const auto kConfig = std::make_shared<const Config>(config());
  Replay replay(kConfig);
  std::string all;
  std::optional<WallTime> last;
  for (int i = 0; i < kMaxLines && !input.empty(); ++i) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(input.size(), line.size() + 1));
    const Result<ReplayLine> parsed = parse_replay_line(line, *kConfig);
    if (parsed && last && parsed->time.at > *last + hours(2)) return all;
    if (parsed) last = parsed->time.at;
    const Result<std::string> out = replay.take(line);
    if (!out) {
      expect_clean(out.error().message, kMaxSentence, "why a line is refused");
      return all + out.error().message;
    }
    expect_lines(*out);
    all += *out;
  }
  return all;
}

}  // namespace

void replay_lines(std::string_view input) {
  expect(play(input) == play(input), "the same lines give the same bytes");
}

}  // namespace signalbox::fuzz
