/// What passive evidence costs on disk and in time, through the store itself.
///
/// The week: 50 reporters x 5 models x 1 batch a second for 7 days that end now. The same rows result as from
/// 151 million batches: the outcomes of a 10 s step come in one batch of five counts, except that in the last 65
/// minutes, of which keys are kept, each of the 250 batches a second comes by itself. Then, for comparison with the
/// bars: the size of the database, the time to open it, the slowest answers to timeline queries, and how many
/// batches of 20 counts 64 clients get acknowledged in a second.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>

#include "agent/clock.h"
#include "agent/store/store.h"

namespace signalbox {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kReporters = 50;
constexpr int kModels = 5;
constexpr Millis kKeysFrom = minutes(65);
constexpr int kClients = 64;
constexpr int kCountsInBatch = 20;
constexpr int kAsked = 20;

double millis_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

Target model(int number) { return {"claude", fmt::format("claude-model-{}", number)}; }

[[noreturn]] void fail(const std::string& why) {
  fmt::print(stderr, "{}\n", why);
  std::exit(1);
}

std::unique_ptr<Store> open_store(const std::string& directory, WallTime at, Restored* restored = nullptr) {
  auto opened = Store::open(directory, {}, at);
  if (!opened) fail(opened.error().message);
  if (restored != nullptr) *restored = std::move(opened->restored);
  return std::move(opened->store);
}

void keep(Store& store, std::vector<Record> records) {
  if (!store.wait(store.submit(std::move(records)), seconds(60))) fail("not stored: " + store.status().detail);
}

/// What `batches` batches met: 1 % failures of four kinds, throttles, mistakes of callers.
OutcomeCounts outcomes(std::mt19937_64& random, int64_t batches) {
  OutcomeCounts counts{};
  for (size_t i = 0; i < counts.size(); ++i) {
    const int64_t most = i == 0 ? 40 * batches : std::max<int64_t>(1, batches / 4);
    counts.at(i) = static_cast<int64_t>(random() % static_cast<uint64_t>(most + 1));
  }
  return counts;
}

/// One step of 10 s as one batch.
Record summed_step(std::mt19937_64& random, WallTime at) {
  BatchRecord batch{random(), at, {}};
  for (int i = 0; i < kModels; ++i) batch.rows.push_back({model(i), at, outcomes(random, 10 * kReporters)});
  return batch;
}

std::vector<Record> one_second(std::mt19937_64& random, WallTime at) {
  std::vector<Record> batches;
  for (int i = 0; i < kReporters * kModels; ++i) {
    batches.emplace_back(BatchRecord{random(), at, {{model(i % kModels), at, outcomes(random, 1)}}});
  }
  return batches;
}

void write_week(Store& store, WallTime end) {
  std::mt19937_64 random(20261123);
  std::vector<Record> waiting;
  for (WallTime at = end - hours(24 * 7); at < end - kKeysFrom; at += kFineStep) {
    waiting.push_back(summed_step(random, at));
    if (waiting.size() == 1000) keep(store, std::exchange(waiting, {}));
  }
  keep(store, std::move(waiting));
  for (WallTime at = end - kKeysFrom; at < end; at += seconds(1)) keep(store, one_second(random, at));
}

double megabytes(const std::string& directory) {
  uintmax_t bytes = 0;
  for (const auto& file : fs::directory_iterator(directory)) bytes += file.file_size();
  return static_cast<double>(bytes) / 1e6;
}

void print_slowest(Store& store, const char* what, const CountQuery& query) {
  double slowest = 0;
  size_t steps = 0;
  for (int i = 0; i < kAsked; ++i) {
    // A connection of its own: nothing of it is in SQLite's cache.
    auto history = std::move(*store.open_history());
    const auto start = Clock::now();
    const auto found = history->counts(query);
    slowest = std::max(slowest, millis_since(start));
    if (!found) fail(found.error().message);
    steps = found->size();
  }
  fmt::print("  {:<40} {:>6} steps  {:>7.1f} ms\n", what, steps, slowest);
}

void print_timelines(Store& store, WallTime end) {
  const Target provider{"claude", ""};
  fmt::print("slowest of {} answers (bar: 100 ms)\n", kAsked);
  print_slowest(store, "provider, 48 h by 10 s", {provider, end - hours(48), end, kFineStep});
  print_slowest(store, "model, 48 h by 10 s", {model(0), end - hours(48), end, kFineStep});
  print_slowest(store, "provider, 48 h by 1 min", {provider, end - hours(48), end, minutes(1)});
  print_slowest(store, "provider, the week by 5 min", {provider, end - hours(24 * 7), end, kCoarseStep});
  print_slowest(store, "provider, the week by 1 h", {provider, end - hours(24 * 7), end, hours(1)});
}

/// Batches a second that are acknowledged, and how long one waited.
void print_throughput(Store& store, WallTime at, seconds duration) {
  std::atomic<bool> going = true;
  std::vector<std::vector<double>> waited(kClients);
  std::vector<std::thread> clients;
  for (size_t client = 0; client < kClients; ++client) {
    clients.emplace_back([&, client] {
      std::mt19937_64 random(client + 1);
      while (going) {
        BatchRecord batch{random(), at, {}};
        for (int i = 0; i < kCountsInBatch; ++i) batch.rows.push_back({model(i), at, outcomes(random, 1)});
        const auto start = Clock::now();
        keep(store, {std::move(batch)});
        waited.at(client).push_back(millis_since(start));
      }
    });
  }
  std::this_thread::sleep_for(duration);
  going = false;
  for (std::thread& client : clients) client.join();
  std::vector<double> all;
  for (const auto& some : waited) all.insert(all.end(), some.begin(), some.end());
  std::ranges::sort(all);
  fmt::print("{} clients, batches of {} counts: {:.0f} batches/s, p50 {:.1f} ms, p99 {:.1f} ms (bar: 50 ms)\n",
             kClients, kCountsInBatch, static_cast<double>(all.size()) / static_cast<double>(duration.count()),
             all.at(all.size() / 2), all.at(all.size() * 99 / 100));
}

void run(const std::string& directory, seconds duration) {
  const WallTime end = now().wall;
  {
    const auto start = Clock::now();
    auto store = open_store(directory, end - hours(24 * 7));
    write_week(*store, end);
    fmt::print("written in {:.0f} s: {:.1f} MB with the log, before anything is deleted\n",
               millis_since(start) / 1000, megabytes(directory));
  }
  Restored restored;
  const auto start = Clock::now();
  auto store = open_store(directory, end, &restored);
  fmt::print("opened in {:.0f} ms with the keys of {} batches (bar: 1 s to the first answer)\n",
             millis_since(start), restored.batches.size());
  const auto first = Clock::now();
  keep(*store, {BatchRecord{1, end, {}}});
  fmt::print("the first batch after it: {:.0f} ms\n", millis_since(first));
  print_timelines(*store, end);
  print_throughput(*store, end, duration);
  store.reset();
  fmt::print("closed: {:.1f} MB (bar: 200 MB)\n", megabytes(directory));
}

}  // namespace
}  // namespace signalbox

int main(int argc, char** argv) {
  std::string directory;
  int duration_s = 10;
  CLI::App app{"A week of passive evidence through the store"};
  app.add_option("directory", directory, "an empty or missing directory on the disk to measure")->required();
  app.add_option("--seconds", duration_s, "how long clients submit")->check(CLI::Range(1, 600));
  CLI11_PARSE(app, argc, argv);
  if (std::filesystem::exists(directory) && !std::filesystem::is_empty(directory)) {
    fmt::print(stderr, "{}: not empty\n", directory);
    return 64;
  }
  signalbox::run(directory, std::chrono::seconds(duration_s));
  return 0;
}
