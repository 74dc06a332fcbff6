/// The body of `PUT /v1/overrides/{target}`.
///
/// In: the body. Holds: the terms are within their bounds and read the same when written again; a refusal is a 400
/// whose body is JSON.
#include "agent/api/override_body.h"

#include "lib/json.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_targets.h"

namespace signalbox::fuzz {

void override_body(std::string_view input) {
  const auto read = parse_override(input, now());
  if (const auto* refusal = std::get_if<ApiReply>(&read)) {
    expect(refusal->status == 400, "a body that is wrong is a 400");
    expect(Json::accept(refusal->body), "a problem is JSON");
    return;
  }
  const auto& terms = std::get<Override>(read);
  expect(terms.state == State::healthy || terms.state == State::degraded || terms.state == State::unhealthy,
         "a person can set three states");
  expect(terms.primary_weight >= 0 && terms.primary_weight <= 100, "a weight is in percent");
  expect(!terms.reason.empty(), "an override has a reason");
  expect_clean(terms.reason, 4 * kMaxReason, "the reason");
  expect_clean(terms.by, 4 * kMaxOverrider, "who");
  const Millis ttl = terms.expires_at.mono - terms.set_at.mono;
  expect(ttl >= seconds(1) && ttl <= kLongestOverride, "an override ends within a week");

  Json body = {{"state", to_string(terms.state)},
               {"primary_weight", terms.primary_weight},
               {"reason", terms.reason},
               {"ttl_s", ttl / seconds(1)}};
  if (!terms.by.empty()) body["by"] = terms.by;
  const auto again = parse_override(body.dump(), now());
  const auto* same = std::get_if<Override>(&again);
  expect(same != nullptr && *same == terms, "an override is the same written and read");
}

}  // namespace signalbox::fuzz
