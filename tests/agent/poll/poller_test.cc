#include "agent/poll/poller.h"

#include <doctest/doctest.h>

#include <condition_variable>
#include <optional>

#include "agent/clock.h"
#include "tests/support/fake_page.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

constexpr Millis kPatience = seconds(10);
/// What "prompt" means for a stop.
constexpr Millis kPrompt = seconds(1);

/// The engine's end of the wire: keeps what was delivered.
class Inbox {
 public:
  void take(Observation observation) {
    const std::lock_guard lock(mutex_);
    observations_.push_back(std::move(observation));
    changed_.notify_all();
  }

  /// Whether so many observations of the provider came in time.
  bool wait_for(const std::string& provider, size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return count_of(provider) >= count; });
  }

  size_t count(const std::string& provider) {
    const std::lock_guard lock(mutex_);
    return count_of(provider);
  }

  Observation last(const std::string& provider) {
    const std::lock_guard lock(mutex_);
    for (size_t i = observations_.size(); i-- > 0;) {
      if (observations_[i].provider == provider) return observations_[i];
    }
    return {};
  }

 private:
  size_t count_of(const std::string& provider) const {
    return static_cast<size_t>(std::ranges::count(observations_, provider, &Observation::provider));
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Observation> observations_;
};

/// Whatever is a 200 is a page; its id is the body.
Result<PageReading> read(const ProviderConfig&, const SourceConfig&,
                         const std::vector<FetchedDocument>& documents) {
  PageReading reading;
  for (const FetchedDocument& document : documents) {
    if (const auto* failure = std::get_if<FetchFailure>(&document.result)) return Error{failure->detail};
    const auto& reply = std::get<HttpReply>(document.result);
    if (reply.status != 200) return Error{"HTTP " + std::to_string(reply.status)};
    reading.page_id += reply.body;
  }
  return reading;
}

PollerPorts ports_of(Inbox& inbox) {
  return {.deliver = [&inbox](Observation observation) { inbox.take(std::move(observation)); },
          .fetch = fetch_through({}),
          .read = read};
}

/// The interval is far longer than any test: what polls again was told to.
ProviderConfig provider(const std::string& name, const std::vector<std::string>& urls) {
  SourceConfig source;
  source.name = "statuspage";
  source.urls = urls;
  source.interval = minutes(10);
  return {.name = name, .sources = {source}};
}

Config config_of(std::vector<ProviderConfig> providers) {
  Config config;
  config.providers = std::move(providers);
  return config;
}

}  // namespace

TEST_CASE("every source is polled at once, and one that hangs delays no other") {
  FakePage page;
  page.on("/claude", silence());
  page.on("/openai", reply(200, "fine"));
  page.on("/gemini", reply(503));
  Inbox inbox;
  Poller poller(ports_of(inbox), 1);
  poller.reconfigure(
      config_of({provider("claude", {page.url("/claude")}), provider("openai", {page.url("/openai")}),
                 provider("gemini", {page.url("/gemini")})}));
  REQUIRE(inbox.wait_for("openai", 1));
  REQUIRE(inbox.wait_for("gemini", 1));
  CHECK(inbox.last("openai").reading->page_id == "fine");
  CHECK(inbox.last("gemini").reading.error() == Error{"HTTP 503"});
  CHECK(inbox.count("claude") == 0);
}

TEST_CASE("poll_now wakes every source, and 304 comes as the body it stands for") {
  FakePage page;
  page.on("/claude", with_etag("\"1\"", "fine"));
  page.on("/openai", reply(200, "too"));
  Inbox inbox;
  Poller poller(ports_of(inbox), 1);
  poller.reconfigure(
      config_of({provider("claude", {page.url("/claude")}), provider("openai", {page.url("/openai")})}));
  REQUIRE(inbox.wait_for("claude", 1));
  REQUIRE(inbox.wait_for("openai", 1));
  poller.poll_now();
  REQUIRE(inbox.wait_for("claude", 2));
  REQUIRE(inbox.wait_for("openai", 2));
  CHECK(inbox.last("claude").reading->page_id == "fine");
  CHECK(inbox.last("claude").changed.empty());
  size_t conditional = 0;
  for (const FakeRequest& request : page.requests())
    conditional += request.header("if-none-match") == "\"1\"" ? 1 : 0;
  CHECK(conditional == 1);
}

TEST_CASE("a poll_now in the middle of a poll is not lost") {
  std::promise<void> go_on;
  FakePage page;
  FakeAnswer held = reply(200, "old");
  held.after = go_on.get_future().share();
  page.on("/", in_turn({held, reply(200, "new")}));
  Inbox inbox;
  Poller poller(ports_of(inbox), 1);
  poller.reconfigure(config_of({provider("claude", {page.url()})}));
  REQUIRE(page.wait_for_requests(1));
  poller.poll_now();
  go_on.set_value();
  REQUIRE(inbox.wait_for("claude", 2));
  CHECK(inbox.last("claude").reading->page_id == "new");
}

TEST_CASE("each pause is told: the interval with jitter, and a refusal's backoff") {
  FakePage page;
  page.on("/claude", reply(200, "fine"));
  page.on("/openai", reply(429, "", {{"Retry-After", "1800"}}));
  Inbox inbox;
  std::mutex mutex;
  std::condition_variable told;
  std::map<std::string, std::vector<Millis>> pauses;
  PollerPorts ports = ports_of(inbox);
  ports.scheduled = [&](const std::string& name, const std::string& source, Millis pause) {
    CHECK(source == "statuspage");
    const std::lock_guard lock(mutex);
    pauses[name].push_back(pause);
    told.notify_all();
  };
  {
    Poller poller(std::move(ports), 1);
    poller.reconfigure(
        config_of({provider("claude", {page.url("/claude")}), provider("openai", {page.url("/openai")})}));
    for (const size_t polls : {1, 2, 3}) {
      std::unique_lock lock(mutex);
      REQUIRE(told.wait_for(lock, seconds(30),
                            [&] { return pauses["claude"].size() >= polls && pauses["openai"].size() >= polls; }));
      lock.unlock();
      poller.poll_now();
    }
  }
  REQUIRE(pauses["claude"].size() >= 3);
  for (const Millis pause : pauses["claude"]) {
    CHECK(pause >= minutes(9));
    CHECK(pause <= minutes(10));
  }
  CHECK(pauses["claude"][0] != pauses["claude"][1]);
  for (const Millis pause : pauses["openai"]) CHECK(pause == minutes(30));
}

TEST_CASE("a provider in doubt is polled every 10 s where that costs a 304, and no other") {
  FakePage page;
  page.on("/claude", with_etag("\"1\"", "fine"));
  page.on("/openai", reply(200, "no validator"));
  page.on("/gemini", with_etag("\"1\"", "not in doubt"));
  Inbox inbox;
  std::mutex mutex;
  std::condition_variable told;
  std::map<std::string, std::vector<Millis>> pauses;
  PollerPorts ports = ports_of(inbox);
  ports.scheduled = [&](const std::string& name, const std::string&, Millis pause) {
    const std::lock_guard lock(mutex);
    pauses[name].push_back(pause);
    told.notify_all();
  };
  const auto pause = [&](const std::string& name, size_t index) {
    std::unique_lock lock(mutex);
    const bool came = told.wait_for(lock, kPatience, [&] { return pauses[name].size() > index; });
    return came ? pauses[name][index] : Millis(-1);
  };
  Poller poller(std::move(ports), 1);
  poller.reconfigure(
      config_of({provider("claude", {page.url("/claude")}), provider("openai", {page.url("/openai")}),
                 provider("gemini", {page.url("/gemini")})}));
  for (const char* name : {"claude", "openai", "gemini"}) CHECK(pause(name, 0) >= minutes(9));
  poller.hurry({"claude", "openai"});
  CHECK(pause("claude", 1) >= seconds(9));
  CHECK(pause("claude", 1) <= seconds(10));
  CHECK(pause("openai", 1) == pause("openai", 0));
  poller.hurry({});
  CHECK(pause("claude", 2) == pause("claude", 0));
  CHECK(pause("openai", 2) == pause("openai", 0));
  const std::lock_guard lock(mutex);
  CHECK(pauses["gemini"].size() == 1);
}

TEST_CASE("documents of a source are fetched one after the other and read together") {
  FakePage page;
  page.on("/components", reply(200, "c"));
  page.on("/incidents", reply(200, "i"));
  ProviderConfig openai = provider("openai", {});
  openai.sources[0].documents = {{"components", page.url("/components")}, {"incidents", page.url("/incidents")}};
  Inbox inbox;
  Poller poller(ports_of(inbox), 1);
  poller.reconfigure(config_of({openai}));
  REQUIRE(inbox.wait_for("openai", 1));
  CHECK(inbox.last("openai").reading->page_id == "ci");
  CHECK(inbox.last("openai").changed.size() == 2);
  REQUIRE(page.requests().size() == 2);
  CHECK(page.requests()[0].target == "/components");
  CHECK(page.requests()[1].target == "/incidents");
}

TEST_CASE("a new configuration starts what is new, stops what is gone and leaves the rest alone") {
  FakePage page;
  page.on("/claude", with_etag("\"1\"", "fine"));
  page.on("/openai", reply(200, "fine"));
  page.on("/gemini", reply(200, "fine"));
  Inbox inbox;
  Poller poller(ports_of(inbox), 1);
  const ProviderConfig claude = provider("claude", {page.url("/claude")});
  ProviderConfig openai = provider("openai", {page.url("/openai")});
  poller.reconfigure(config_of({claude, openai}));
  REQUIRE(inbox.wait_for("claude", 1));
  REQUIRE(inbox.wait_for("openai", 1));

  poller.reconfigure(config_of({claude, provider("gemini", {page.url("/gemini")})}));
  REQUIRE(inbox.wait_for("gemini", 1));
  poller.poll_now();
  REQUIRE(inbox.wait_for("claude", 2));
  REQUIRE(inbox.wait_for("gemini", 2));
  CHECK(inbox.count("claude") == 2);  // was not polled by the change, and kept its cache
  CHECK(inbox.last("claude").changed.empty());
  CHECK(inbox.count("openai") == 1);

  ProviderConfig changed = claude;
  changed.models = {"claude-opus-4-6"};
  poller.reconfigure(config_of({changed}));
  REQUIRE(inbox.wait_for("claude", 3));
  CHECK(inbox.last("claude").changed.size() == 1);
  CHECK(inbox.count("gemini") == 2);
}

TEST_CASE("a stop is prompt in the middle of a fetch, and says nothing of it") {
  FakePage page;
  page.on("/claude", silence());
  page.on("/openai", dribble_headers(reply(200, "x", {{"X-Long", std::string(5000, 'x')}})));
  Inbox inbox;
  std::optional<Poller> poller(std::in_place, ports_of(inbox), 1);
  poller->reconfigure(config_of(
      {provider("claude", {page.url("/claude"), page.url("/claude")}), provider("openai", {page.url("/openai")})}));
  REQUIRE(page.wait_for_requests(2));
  const MonoTime start = now().mono;
  poller.reset();
  CHECK(now().mono - start < kPrompt);
  CHECK(inbox.count("claude") == 0);
  CHECK(inbox.count("openai") == 0);
  CHECK(page.requests().size() == 2);
}

TEST_CASE("the real ports fetch and read") {
  FakePage page;
  page.on("/", reply(404));
  Inbox inbox;
  PollerPorts ports = real_ports([&](Observation observation) { inbox.take(std::move(observation)); });
  ports.fetch = fetch_through({});
  Poller poller(std::move(ports), 1);
  poller.reconfigure(config_of({provider("claude", {page.url()})}));
  REQUIRE(inbox.wait_for("claude", 1));
  CHECK_FALSE(inbox.last("claude").reading);
}
