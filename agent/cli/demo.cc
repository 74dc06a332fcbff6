#include "agent/cli/demo.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "agent/ask/requests.h"
#include "agent/cli/signals.h"
#include "agent/demo/demo_agent.h"
#include "agent/demo/demo_pages.h"
#include "agent/demo/demo_story.h"
#include "agent/demo/demo_traffic.h"
#include "agent/log.h"
#include "agent/render/words.h"

namespace signalbox {
namespace {

constexpr int kGlanceMs = 250;
constexpr Millis kReportEvery = seconds(1);
constexpr size_t kClockWidth = 4;  ///< "0:15"
/// The story is the same each time.
constexpr unsigned kSeed = 529;

/// "0:15".
std::string clock_text(Millis since_start) {
  const auto whole = std::chrono::duration_cast<seconds>(since_start).count();
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

/// Prints what happens, and when.
class Narrator {
 public:
  Narrator(const Console& console, MonoTime start) : console_(console), start_(start) {}

  Millis elapsed() const { return now().mono - start_; }

  void tell(const TableCell& what) {
    console_.out << labelled({clock_text(elapsed()), Style::dim}, kClockWidth, what, console_.view()) << std::flush;
  }

  void scene(const DemoScene& scene) {
    if (&scene == scene_) return;
    scene_ = &scene;
    tell({std::string(scene.says), Style::bold});
  }

  /// What the agent says now, where it differs from what it said before.
  void agent(const HealthView& health) {
    for (const TargetView& target : health.targets) {
      Told& last = told_[target.target];
      const Told told{target.state, target.weight};
      if (told == last) continue;
      const std::string what = fmt::format("{} {}, {} % of sessions use it", target.target,
                                           state_cell(target.state).text, target.weight);
      tell({told.state == last.state ? what : what + ": " + target.why, state_style(target.state)});
      last = told;
    }
  }

 private:
  struct Told {
    State state = State::unknown;
    int weight = 100;
    bool operator==(const Told&) const = default;
  };

  const Console& console_;
  MonoTime start_;
  const DemoScene* scene_ = nullptr;
  std::map<std::string, Told> told_;
};

void introduce(const Console& console, const DemoAgent& agent) {
  const View view = console.view();
  console.out << paragraph({"A two-minute outage, played on this host: two status pages, three clients and the "
                            "real agent, all in this process. No internet; nothing is left behind. Its holds are "
                            "short and its canary is large: after an outage the agent waits for a minute, this one "
                            "for 15 seconds."},
                           0, view)
              << "\nIn a browser:\n"
              << paint("  " + agent.url() + "/", Style::bold, console.colour) << "\nIn another terminal:\n"
              << paint("  signalbox status --watch --url " + agent.url(), Style::bold, console.colour) << "\n"
              << paint("  signalbox why claude --url " + agent.url(), Style::bold, console.colour) << "\n"
              << "Take over from it by hand:\n"
              << paint("  signalbox override set claude healthy --ttl 30s --reason try --url " + agent.socket_url(),
                       Style::bold, console.colour)
              << "\nCtrl-C ends it.\n\n"
              << std::flush;
}

void sum_up(const Console& console, const DemoTotals& totals) {
  const int64_t spared = totals.failed_unled - totals.failed;
  console.out << "\n"
              << paragraph(
                     {fmt::format("{} requests in all; {} met a failure at claude first. With nobody listening "
                                  "{} would have, each after retries of up to 8 s: the signal spared {}.",
                                  totals.requests, totals.failed, totals.failed_unled, spared)},
                     0, console.view());
}

const TargetView* find_claude(const HealthView& health) {
  const auto found = std::ranges::find(health.targets, "claude", &TargetView::target);
  return found == health.targets.end() ? nullptr : &*found;
}

/// Why the batches of a second were not taken; empty: they were.
std::string post_all(const AgentClient& client, const std::vector<Json>& batches) {
  for (const Json& batch : batches) {
    const auto reply = client.send({"POST", "/v1/reports", dump_json(batch)});
    if (!reply) return reply.error().message;
    if (reply->status != kHttpOk) return describe_refusal(client, *reply);
  }
  return {};
}

bool was_interrupted(const Signals& signals) {
  pollfd wait{signals.fd(), POLLIN, 0};
  poll(&wait, 1, kGlanceMs);
  return signals.take() != 0;  // taken: what is left pending would end us when the signals are given back
}

/// Everything but the signals, which outlive it.
class Demo {
 public:
  Demo(const Console& console, const Signals& signals, DemoPages& pages, const AgentClient& client)
      : console_(console), signals_(signals), pages_(pages), client_(client), narrator_(console, now().mono) {}

  int play() {
    Millis next_reports{0};
    while (!demo_is_over(narrator_.elapsed(), all_healthy_)) {
      if (was_interrupted(signals_)) {
        sum_up(console_, traffic_.totals());
        return 0;
      }
      const DemoScene& scene = demo_scene_at(narrator_.elapsed());
      narrator_.scene(scene);
      pages_.show(scene.page);
      std::string trouble = look();
      if (trouble.empty() && narrator_.elapsed() >= next_reports) {
        next_reports += kReportEvery;
        trouble = post_all(client_, traffic_.next_second(scene.failing, weight_, now().wall));
      }
      if (!trouble.empty()) {
        complain(console_, trouble);
        return kExitUnavailable;
      }
    }
    narrator_.tell({"that was it", Style::bold});
    sum_up(console_, traffic_.totals());
    return 0;
  }

 private:
  /// What the routers of the three clients read; why there was no answer, or empty.
  std::string look() {
    const Answer answer = ask(client_, health_path(""));
    if (answer.refusal) return answer.refusal->message;
    const auto health = read_health(answer.body);
    if (!health) return health.error().message;
    narrator_.agent(*health);
    const TargetView* claude = find_claude(*health);
    weight_ = claude == nullptr ? weight_ : claude->weight;
    all_healthy_ = exit_code(health->targets) == kExitOk;
    return {};
  }

  const Console& console_;
  const Signals& signals_;
  DemoPages& pages_;
  const AgentClient& client_;
  Narrator narrator_;
  DemoTraffic traffic_{kSeed};
  int weight_ = 100;
  bool all_healthy_ = false;
};

int fail(const Console& console, const std::string& why) {
  complain(console, "the demo cannot start: " + why);
  return kExitUnavailable;
}

}  // namespace

int demo_command(const Console& console) {
  const Signals signals({SIGINT, SIGTERM, SIGHUP});
  setenv("no_proxy", "127.0.0.1", 1);  // NOLINT(concurrency-mt-unsafe): before any thread
  start_logging("error", "text");

  const auto pages = DemoPages::start();
  if (!pages) return fail(console, pages.error().message);
  const auto agent = DemoAgent::start(demo_config((*pages)->url()));
  if (!agent) return fail(console, agent.error().message);
  const auto address = parse_agent_address((*agent)->url());
  const auto client = address ? AgentClient::make(*address) : Result<AgentClient>(address.error());
  if (!client) return fail(console, client.error().message);

  introduce(console, **agent);
  return Demo(console, signals, **pages, *client).play();
}

}  // namespace signalbox
