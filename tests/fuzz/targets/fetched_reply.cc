/// An HTTP answer that is no page: redirects, challenges, refusals, HTML.
///
/// In: status, Content-Type, Location, Retry-After, x-amzn-waf-action, cf-mitigated, body, apart by bytes 0. Holds:
/// only a 200 is read; an error is a bounded clean sentence; the pause until the next poll is bounded and never
/// shorter than 0.9 of the interval.
#include <algorithm>
#include <charconv>

#include "lib/pages/status_page.h"
#include "lib/schedule.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_targets.h"

namespace signalbox::fuzz {

void fetched_reply(std::string_view input) {
  constexpr size_t kParts = 7;
  constexpr size_t kMaxError = 1000;
  std::vector<std::string_view> parts = split(input, kParts);
  parts.resize(kParts);
  HttpReply reply;
  std::from_chars(parts[0].data(), parts[0].data() + parts[0].size(), reply.status);
  reply.content_type = parts[1];
  reply.location = parts[2];
  reply.retry_after = parts[3];
  reply.waf_action = parts[4];
  reply.cf_mitigated = parts[5];
  reply.body = parts[6];
  const int status = reply.status;
  const std::vector<FetchedDocument> documents = {{"summary", "https://status.example/", std::move(reply)}};

  const ProviderConfig& owner = provider("claude");
  const Result<PageReading> reading = read_source(owner, owner.sources.front(), documents);
  if (reading) expect(status == 200, "only a 200 is a page");
  if (!reading) expect_clean(reading.error().message, kMaxError, "an error");

  const Millis interval = seconds(30);
  for (const double jitter : {0.0, 0.5, 1.0}) {
    const NextPoll next = next_poll({.refusals = 3}, interval, documents, now().wall, jitter);
    expect(next.pause >= interval * 9 / 10 && next.pause <= hours(1), "the next poll comes in good time");
    expect(next.schedule.refusals <= kMaxRefusals, "refusals are counted up to a bound");
  }
}

}  // namespace signalbox::fuzz
