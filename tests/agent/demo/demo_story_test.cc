#include "agent/demo/demo_story.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "agent/demo/demo_traffic.h"
#include "lib/core.h"
#include "lib/pages/status_page.h"
#include "lib/rfc3339.h"

namespace signalbox {
namespace {

TEST_CASE("the scenes follow each other from the start") {
  CHECK(demo_scenes().front().at == seconds(0));
  CHECK(std::ranges::is_sorted(demo_scenes(), {}, &DemoScene::at));
  CHECK(&demo_scene_at(Millis(0)) == &demo_scenes()[0]);
  CHECK(&demo_scene_at(Millis(14'999)) == &demo_scenes()[0]);
  CHECK(&demo_scene_at(Millis(15'000)) == &demo_scenes()[1]);
  CHECK(&demo_scene_at(minutes(10)) == &demo_scenes().back());
}

TEST_CASE("it is over when all is well after two minutes, and after three in any case") {
  CHECK_FALSE(demo_is_over(seconds(90), true));
  CHECK(demo_is_over(seconds(120), true));
  CHECK_FALSE(demo_is_over(seconds(120), false));
  CHECK(demo_is_over(seconds(180), false));
}

/// The story through the real core, with clients that obey: what the demo shows, without its two minutes.
struct Play {
  std::shared_ptr<const Config> config = std::make_shared<const Config>(demo_config("http://127.0.0.1:1"));
  Instant now{*parse_rfc3339("2026-11-23T10:00:00Z"), MonoTime(hours(1))};
  Core core = start_core(config, {}, now);
  DemoTraffic traffic{529};
  std::vector<std::pair<seconds, State>> states;  ///< of claude, and when it came

  void send(const std::vector<Event>& events, seconds since_start) {
    core = update(std::move(core), events, now).core;
    const State state = core.targets.at({"claude", ""}).health.state;
    if (states.empty() || states.back().second != state) states.emplace_back(since_start, state);
  }
  Observation poll(const std::string& provider, std::string_view status) const {
    const ProviderConfig& configured = *find_provider(*config, provider);
    Observation observation{.provider = provider, .source = "statuspage", .at = now, .answered = true};
    observation.reading =
        decode_page(configured, configured.sources.front(), {{"summary", demo_page(provider, status, now.wall)}});
    return observation;
  }
  void play() {
    for (seconds at{0}; at < seconds(150); ++at) {
      const DemoScene& scene = demo_scene_at(at);
      if (at.count() % 2 == 0) send({poll("claude", scene.page), poll("openai", "operational")}, at);
      const int weight = core.targets.at({"claude", ""}).health.weight;
      std::vector<Event> batches;
      for (const Json& batch : traffic.next_second(scene.failing, weight, now.wall)) {
        batches.emplace_back(std::get<ReportBatch>(report_batch_from_json(batch, now)));
      }
      send(batches, at);
      for (int quarter = 0; quarter < 4; ++quarter) {
        now = now + Millis(250);
        send({}, at);
      }
    }
  }
  seconds when(State state) const {
    const auto found = std::ranges::find(states, state, &std::pair<seconds, State>::second);
    REQUIRE(found != states.end());
    return found->first;
  }
};

TEST_CASE("the story shows what it says: seconds, not minutes; back when claude is; all well at the end") {
  Play play;
  play.play();
  CHECK(play.when(State::unhealthy) >= seconds(15));
  CHECK(play.when(State::unhealthy) <= seconds(30));
  CHECK(play.when(State::recovering) >= seconds(75));
  CHECK(play.when(State::recovering) <= seconds(110));
  CHECK(play.states.back().second == State::healthy);
  CHECK(play.states.back().first <= seconds(140));
  CHECK(play.core.targets.at({"openai", ""}).health.state == State::healthy);
  CHECK(play.traffic.totals().failed * 3 < play.traffic.totals().failed_unled);
}

}  // namespace
}  // namespace signalbox
