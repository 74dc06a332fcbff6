#include "agent/notify/notifier.h"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <set>

#include "agent/clock.h"
#include "agent/notify/signature.h"
#include "lib/json.h"
#include "tests/support/fake_page.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/store.h"
#include "tests/support/text_file.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

NoticeRecord notice(const std::string& id, const std::string& target, State to,
                    const std::string& receiver = "ops") {
  const Notice made{.id = id, .at = now().wall, .target = *parse_target(target), .to = to, .why = "why"};
  return {receiver, id, made.at, notice_to_json(made)};
}

/// A deliverer that says what a test wants, and remembers.
struct FakeDeliveries {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::vector<std::string> told;                         ///< "ops 1-1 claude=unhealthy"
  std::map<std::string, std::vector<Delivery>> answers;  ///< by receiver; then done
  std::set<std::string> hang;

  Deliver port() {
    return [this](const Delivering& what, const std::stop_token& stop) {
      std::unique_lock lock(mutex);
      std::string line = what.receiver.name + " " + what.message.id;
      for (const TargetNews& news : what.message.changes)
        line += " " + to_string(news.last.target) + "=" + std::string(to_string(news.last.to));
      told.push_back(line);
      changed.notify_all();
      if (hang.contains(what.receiver.name)) {
        changed.wait(lock, stop, [] { return false; });
        return Delivered{.delivery = Delivery::again, .said = "stopped"};
      }
      auto& next = answers[what.receiver.name];
      Delivered delivered{.delivery = Delivery::done, .said = "HTTP 200"};
      if (!next.empty()) {
        delivered = {.delivery = next.front(), .said = "HTTP 500"};
        next.erase(next.begin());
      }
      return delivered;
    };
  }
  /// Until `count` tries were made.
  std::vector<std::string> wait(size_t count) {
    std::unique_lock lock(mutex);
    CHECK(changed.wait_for(lock, kDeadline, [&] { return told.size() >= count; }));
    return told;
  }
};

Config config_of(std::vector<NotifyConfig> receivers) {
  Config config;
  config.notify = std::move(receivers);
  return config;
}

NotifyConfig receiver(const std::string& name) { return {.name = name, .url = "http://127.0.0.1:9/"}; }

/// Stored as the engine does it: the notice with what it speaks of.
void tell(Notifier& notifier, Store& store, std::vector<NoticeRecord> notices) {
  std::vector<Record> records;
  for (const NoticeRecord& one : notices) records.emplace_back(one);
  const Store::Ticket ticket = store.submit(std::move(records));
  notifier.take(notices, ticket);
}

template <class Condition>
void wait_until(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + kDeadline;
  while (!condition() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  CHECK(condition());
}

size_t stored_notices(const std::string& directory) { return open_store(directory).restored.notices.size(); }

}  // namespace

TEST_CASE("a notice is told once, and a restart does not tell it again") {
  const ScratchDirectory directory;
  FakeDeliveries network;
  {
    Store::Opened opened = open_store(directory.path());
    Notifier notifier({network.port(), [](const std::string&) {}}, *opened.store, config_of({receiver("ops")}),
                      opened.restored, 1);
    tell(notifier, *opened.store, {notice("1-1", "claude", State::unhealthy)});
    CHECK(network.wait(1) == std::vector<std::string>{"ops 1-1 claude=unhealthy"});
    wait_until([&] { return notifier.status().front().counts.sent == 1; });
  }
  Store::Opened opened = open_store(directory.path());
  CHECK(opened.restored.notices.empty());
  const Heard& told = opened.restored.told_states.at("ops").at({"claude", ""});
  CHECK((told.known == State::unhealthy && told.said == State::unhealthy && told.since));
  Notifier notifier({network.port(), [](const std::string&) {}}, *opened.store, config_of({receiver("ops")}),
                    opened.restored, 1);
  tell(notifier, *opened.store,
       {notice("2-1", "claude", State::unhealthy), notice("3-1", "openai", State::degraded)});
  CHECK(network.wait(2).back() == "ops 3-1 openai=degraded");
}

TEST_CASE("what was not told before a crash is told after it, under the same id") {
  const ScratchDirectory directory;
  FakeDeliveries network;
  network.hang = {"ops"};
  {
    Store::Opened opened = open_store(directory.path());
    Notifier notifier({network.port(), [](const std::string&) {}}, *opened.store, config_of({receiver("ops")}),
                      opened.restored, 1);
    tell(notifier, *opened.store, {notice("1-1", "claude", State::unhealthy)});
    network.wait(1);
    tell(notifier, *opened.store, {notice("2-1", "claude", State::healthy)});
  }
  network.hang.clear();
  Store::Opened opened = open_store(directory.path());
  REQUIRE(opened.restored.notices.size() == 2);
  CHECK(opened.restored.notices.front().message == "1-1");
  Notifier notifier({network.port(), [](const std::string&) {}}, *opened.store, config_of({receiver("ops")}),
                    opened.restored, 1);
  const auto told = network.wait(2);
  CHECK(told.at(0) == told.at(1));
}

TEST_CASE("a receiver that hangs delays neither another one nor who hands over") {
  const ScratchDirectory directory;
  FakeDeliveries network;
  network.hang = {"dead"};
  Store::Opened opened = open_store(directory.path());
  Notifier notifier({network.port(), [](const std::string&) {}}, *opened.store,
                    config_of({receiver("dead"), receiver("ops")}), opened.restored, 1);
  tell(notifier, *opened.store, {notice("1-1", "claude", State::unhealthy, "dead")});
  network.wait(1);
  for (int i = 0; i < 5000; ++i)
    tell(notifier, *opened.store, {notice("2-" + std::to_string(i), "claude", State::healthy, "dead")});
  tell(notifier, *opened.store, {notice("3-1", "claude", State::unhealthy)});
  CHECK(network.wait(2).back() == "ops 3-1 claude=unhealthy");
  CHECK(notifier.status().front().waiting == kMaxWaiting);
}

TEST_CASE("trouble is told when it comes and when it goes, and the counts add up") {
  const ScratchDirectory directory;
  FakeDeliveries network;
  network.answers["ops"] = {Delivery::refused};
  std::mutex mutex;
  std::vector<std::string> troubles;
  Store::Opened opened = open_store(directory.path());
  Notifier notifier({network.port(),
                     [&](const std::string& trouble) {
                       const std::lock_guard lock(mutex);
                       troubles.push_back(trouble);
                     }},
                    *opened.store, config_of({receiver("ops")}), opened.restored, 1);
  tell(notifier, *opened.store, {notice("1-1", "claude", State::unhealthy)});
  wait_until([&] {
    const std::lock_guard lock(mutex);
    return troubles.size() == 1;
  });
  tell(notifier, *opened.store, {notice("2-1", "claude", State::unhealthy)});
  wait_until([&] {
    const std::lock_guard lock(mutex);
    return troubles.size() == 2;
  });
  CHECK(troubles == std::vector<std::string>{"ops: HTTP 500, 0 waiting", ""});
  CHECK(notifier.status().front().counts == OutboxCounts{.sent = 1, .failures = 1, .refused = 1});
}

TEST_CASE("a receiver that is taken out is forgotten, one that is put in is told from then on") {
  const ScratchDirectory directory;
  FakeDeliveries network;
  network.hang = {"old"};
  {
    Store::Opened opened = open_store(directory.path());
    Notifier notifier({network.port(), [](const std::string&) {}}, *opened.store, config_of({receiver("old")}),
                      opened.restored, 1);
    tell(notifier, *opened.store, {notice("1-1", "claude", State::unhealthy, "old")});
    network.wait(1);
    notifier.reconfigure(config_of({receiver("new")}));
    tell(notifier, *opened.store, {notice("2-1", "claude", State::unhealthy, "new")});
    CHECK(network.wait(2).back() == "new 2-1 claude=unhealthy");
    wait_until([&] { return notifier.status().front().counts.sent == 1; });
  }
  CHECK(stored_notices(directory.path()) == 0);
}

namespace {

/// A real post to a fake receiver.
struct Posting {
  ScratchDirectory directory;
  FakePage page;
  Surroundings around{[](const std::string&) { return std::nullopt; }};
  Delivering what{.receiver = {.name = "ops"}, .message = test_message(now().wall), .instance = "abc"};

  Posting() { what.receiver.url = page.url("/hook"); }
  void sign() {
    write_text(directory.file("secret"), kSecret);
    what.receiver.secret_file = directory.file("secret");
  }
  Delivered post(FakeAnswer answer) {
    page.on("/hook", std::move(answer));
    return deliver_through({}, around)(what, {});
  }
};

}  // namespace

TEST_CASE("a message is posted with its id and a signature that its receiver can verify") {
  Posting posting;
  posting.sign();
  CHECK(posting.post(reply(204)).delivery == Delivery::done);
  const FakeRequest request = posting.page.requests().front();
  CHECK(request.method == "POST");
  CHECK(request.header("content-type") == "application/json");
  const std::string id = request.header("webhook-id");
  CHECK(id == "msg_abc_" + posting.what.message.id);
  const int64_t at = std::stoll(request.header("webhook-timestamp"));
  CHECK(std::abs(at - std::chrono::floor<seconds>(now().wall).time_since_epoch().count()) < 60);
  CHECK(request.header("webhook-signature") == sign_webhook(*parse_webhook_secret(kSecret), id, at, request.body));
  CHECK(string_field(*parse_json(request.body), "type") == "test");
}

TEST_CASE("what a receiver answers, and what becomes of the message") {
  Posting posting;
  const auto post = [&](FakeAnswer answer) {
    const Delivered delivered = posting.post(std::move(answer));
    return std::pair(delivered.delivery, delivered.said + "|" + delivered.body);
  };
  using Expected = std::pair<Delivery, std::string>;
  CHECK(post(reply(200, "ok")) == Expected{Delivery::done, "HTTP 200|ok"});
  CHECK(post(reply(400, "invalid_\x1b[31mpayload")) ==
        Expected{Delivery::refused, "HTTP 400|invalid_ [31mpayload"});
  CHECK(post(reply(307, "", {{"Location", posting.page.url("/elsewhere")}})) ==
        Expected{Delivery::refused, "HTTP 307: redirects are not followed, configure the final address|"});
  CHECK(posting.page.requests().size() == 3);
  CHECK(post(reply(500)).first == Delivery::again);
  CHECK(posting.post(reply(429, "", {{"Retry-After", "77"}})).retry_after == seconds(77));
  CHECK(post(cut(reply(200, "ok"), 9)).first == Delivery::again);
}

TEST_CASE("a receiver that took the message has taken it, whatever becomes of the rest of its answer") {
  Posting posting;
  CHECK(posting.post(reply(200, std::string(100'000, 'x'))).delivery == Delivery::done);
  CHECK(posting.post(cut(reply(200, "0123456789"), reply(200, "0123456789").bytes.size() - 5)).delivery ==
        Delivery::done);
  CHECK(posting.post(reply(200, "no gzip", {{"Content-Encoding", "gzip"}})).delivery == Delivery::done);
}

TEST_CASE("secrets are read anew at each try, and are nobody's business when they cannot be used") {
  Posting posting;
  posting.what.receiver.url.clear();
  posting.what.receiver.url_file = posting.directory.file("url");
  CHECK(posting.post(reply(200)).said.find("No such file") != std::string::npos);
  write_text(posting.directory.file("url"), "http://hooks.example/SECRET\n");
  Delivered delivered = posting.post(reply(200));
  CHECK(delivered.delivery == Delivery::again);
  CHECK(delivered.said.find("plain http is for loopback only") != std::string::npos);
  CHECK(delivered.said.find("SECRET") == std::string::npos);
  write_text(posting.directory.file("url"), posting.page.url("/hook") + "\n");
  CHECK(posting.post(reply(200)).delivery == Delivery::done);
  write_text(posting.directory.file("secret"), "SECRET");
  posting.what.receiver.secret_file = posting.directory.file("secret");
  delivered = posting.post(reply(200));
  CHECK(delivered.said.find("it is not whsec_") != std::string::npos);
  CHECK(delivered.said.find("SECRET") == std::string::npos);
  posting.what.receiver.secret_file = "a-credential";
  CHECK(posting.post(reply(200)).said.find("$CREDENTIALS_DIRECTORY") != std::string::npos);
  CHECK(posting.page.requests().size() == 1);
}
