#include "agent/demo/demo_traffic.h"

#include <fmt/format.h>

#include <array>

#include "lib/rfc3339.h"

namespace signalbox {
namespace {

constexpr std::array<const char*, 3> kReporters = {"web", "mobile", "batch-jobs"};
constexpr int kFewest = 6;  ///< requests a second of one client
constexpr int kMost = 11;
constexpr double kFallbackFailing = 0.005;
/// Of the failures: the rest is overloaded.
constexpr double kTimeouts = 0.1;

struct Met {
  int ok = 0;
  int overloaded = 0;
  int timeout = 0;
};

Json report(const char* provider, const Met& met) {
  return {{"provider", provider},
          {"outcomes", {{"ok", met.ok}, {"overloaded", met.overloaded}, {"timeout", met.timeout}}}};
}

}  // namespace

std::vector<Json> DemoTraffic::next_second(double failing, int primary_weight, WallTime now) {
  std::vector<Json> batches;
  for (const char* reporter : kReporters) batches.push_back(next_batch(reporter, failing, primary_weight, now));
  return batches;
}

Json DemoTraffic::next_batch(const char* reporter, double failing, int primary_weight, WallTime now) {
  Met primary;
  Met fallback;
  for (int i = std::uniform_int_distribution(kFewest, kMost)(random_); i > 0; --i) {
    const bool moved = !happens(primary_weight / 100.0);
    const bool would_fail = happens(failing);
    const bool slow = happens(kTimeouts);
    const bool fails = moved ? happens(kFallbackFailing) : would_fail;
    Met& met = moved ? fallback : primary;
    ++(!fails ? met.ok : slow ? met.timeout : met.overloaded);
    ++totals_.requests;
    totals_.moved += moved ? 1 : 0;
    totals_.failed += !moved && fails ? 1 : 0;
    totals_.failed_unled += would_fail ? 1 : 0;
  }
  return {{"reporter", reporter},
          {"batch_id", fmt::format("demo-{}", ++batches_)},
          {"sent_at", format_rfc3339(now)},
          {"reports", {report("claude", primary), report("openai", fallback)}}};
}

}  // namespace signalbox
