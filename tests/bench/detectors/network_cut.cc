/// Who is at fault when everything fails at once? All clients of three providers report that nothing connects, and
/// no page answers: it is us, and nobody is called unhealthy for it. The same with one page that answers: it is
/// them.
#include "tests/bench/detectors/rows.h"
#include "tests/bench/detectors/stories.h"
#include "tests/bench/detectors/virtual_agent.h"

namespace signalbox::bench {
namespace {

constexpr int64_t kCut_s = 30 * 60;
constexpr int64_t kCutLasts_s = 600;
constexpr int64_t kAfter_s = 300;
constexpr Millis kPollTakes(400);  ///< until it has an answer, or has none
const std::vector<std::string> kProviders = {"claude", "openai", "gemini"};

class Network {
 public:
  Network(uint64_t seed, bool one_page_answers)
      : chance_(seed), one_page_answers_(one_page_answers), agent_(config_of(kProviders)) {}

  void run() {
    for (at_ = 0; at_ < kCut_s + kCutLasts_s + kAfter_s; ++at_) {
      agent_.advance(seconds(at_));
      if (at_ % 30 == 0) poll(seconds(at_));
      if (agent_.take_poll_wish()) poll(seconds(at_) + kPollTakes);
      report();
    }
  }

  /// Providers that became unhealthy during the cut.
  int unhealthy() const {
    int count = 0;
    for (const TransitionRecord& transition : agent_.transitions()) {
      const double at = in_seconds(agent_.since_start(transition.at));
      count += transition.to == State::unhealthy && transition.target.is_provider() && at >= kCut_s ? 1 : 0;
    }
    return count;
  }

  double first_unhealthy_after() const {
    for (const TransitionRecord& transition : agent_.transitions()) {
      const double at = in_seconds(agent_.since_start(transition.at));
      if (transition.to == State::unhealthy && at >= kCut_s) return at - kCut_s;
    }
    return kNever;
  }

 private:
  bool cut() const { return at_ >= kCut_s && at_ < kCut_s + kCutLasts_s; }

  void poll(Millis when) {
    std::vector<Event> events;
    const Config& config = *agent_.core().config;
    for (const std::string& provider : kProviders) {
      const bool answers = !cut() || (one_page_answers_ && provider == "openai");
      const Instant at = agent_.instant(when);
      events.emplace_back(answers ? page_at(config, provider, OfficialLevel::none, at)
                                  : page_fails(config, provider, at));
    }
    agent_.feed(events, when);
  }

  /// Three clients, 2/s for each provider.
  void report() {
    const Millis arrives = seconds(at_ + 1);
    std::vector<Event> events;
    for (const std::string& provider : kProviders) {
      for (const char* client : {"a", "b", "c"}) {
        const int64_t all = chance_.poisson(2.0 / 3);
        const int64_t bad = chance_.binomial(all, cut() ? 1 : 0.01);
        if (all == 0) continue;
        OutcomeCounts counts{};
        counts[static_cast<size_t>(Outcome::ok)] = all - bad;
        counts[static_cast<size_t>(Outcome::connect_error)] = bad;
        ReportBatch batch = batch_of(provider, client, counts, seconds(1), agent_.instant(arrives));
        batch.batch_id += provider;
        events.emplace_back(std::move(batch));
      }
    }
    agent_.feed(events, arrives);
  }

  Chance chance_;
  bool one_page_answers_;
  VirtualAgent agent_;
  int64_t at_ = 0;
};

}  // namespace

std::vector<Story> network_stories() {
  constexpr double kVerdictWithin_s = 15;
  return {{"our network is cut for 10 min: providers called unhealthy",
           "0",
           [](uint64_t seed) {
             Network network(seed, false);
             network.run();
             return Told{static_cast<double>(network.unhealthy()), network.unhealthy() == 0};
           },
           0,
           {}},
          {"the same, one page answers: unhealthy after",
           "15 s",
           [](uint64_t seed) {
             Network network(seed, true);
             network.run();
             const double after = network.first_unhealthy_after();
             return Told{after, after <= kVerdictWithin_s};
           },
           0.05,
           {}}};
}

}  // namespace signalbox::bench
