#include "agent/cli/notify_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>

#include "agent/cli/setup.h"
#include "agent/render/layout.h"
#include "agent/store/notice_rows.h"
#include "agent/store/store.h"
#include "lib/rfc3339.h"
#include "lib/url.h"

namespace signalbox {
namespace {

constexpr int kNotTold = 1;
constexpr Millis kBusyTimeout = seconds(2);

/// Where it goes, without what is secret in it.
std::string place_of(const NotifyConfig& receiver) {
  return receiver.url.empty() ? "the URL in " + receiver.url_file : host_of(receiver.url);
}

std::string wants_of(const NotifyConfig& receiver) {
  std::vector<std::string_view> words;
  for (const State state : receiver.states) words.push_back(to_string(state));
  if (receiver.overrides) words.emplace_back("overrides");
  if (receiver.observer) words.emplace_back("observer");
  const std::string targets =
      receiver.targets.empty() ? std::string("all") : fmt::format("{}", fmt::join(receiver.targets, ", "));
  return fmt::format("{} of {}", fmt::join(words, ", "), targets);
}

Result<std::vector<StoredNotice>> waiting_in(const std::string& path) {
  std::vector<StoredNotice> notices;
  if (access(path.c_str(), F_OK) != 0) return notices;
  SqliteConnection connection;
  SqlError error = connection.open(path, SqliteMode::read_only, kBusyTimeout);
  if (!error) error = read_notices(connection, notices);
  if (error) return Error{fmt::format("{}: {}", path, error.message)};
  return notices;
}

/// "2", "2, tried 3 times, next at 2026-11-24T10:00:05.000Z".
std::string waiting_words(const std::string& receiver, const std::vector<StoredNotice>& notices) {
  size_t count = 0;
  const StoredNotice* sending = nullptr;
  for (const StoredNotice& one : notices) {
    if (one.receiver != receiver) continue;
    ++count;
    if (!one.message.empty()) sending = &one;
  }
  std::string words = std::to_string(count);
  if (sending != nullptr && sending->tries > 0)
    words += fmt::format(", tried {} times, next at {}", sending->tries, format_rfc3339(sending->not_before));
  return words;
}

}  // namespace

int notify_test_command(const Console& console, const LocalOptions& options, const std::string& name,
                        const Deliver& deliver) {
  const auto setup = load_setup(console, options);
  if (!setup) return EX_CONFIG;
  const std::vector<NotifyConfig>& all = setup->config.notify;
  if (all.empty()) {
    complain(console, "no receiver is configured: see [[notify]] in the configuration file");
    return EX_CONFIG;
  }
  if (!name.empty() && std::ranges::count(all, name, &NotifyConfig::name) == 0) {
    complain(console, fmt::format("no receiver is called {}", name));
    return kExitUsage;
  }
  int code = 0;
  for (const NotifyConfig& receiver : all) {
    if (!name.empty() && receiver.name != name) continue;
    const Delivering what{receiver, test_message(now().wall), "cli", setup->config.server.public_url};
    const Delivered delivered = deliver(what, {});
    const bool told = delivered.delivery == Delivery::done;
    if (!told) code = kNotTold;
    console.out << fmt::format("{}: {}: {}{}\n", receiver.name, told ? "took it" : "did not take it",
                               delivered.said, delivered.body.empty() ? "" : fmt::format(" \"{}\"", delivered.body))
                << std::flush;
  }
  return code;
}

int notify_list_command(const Console& console, const LocalOptions& options) {
  const auto setup = load_setup(console, options);
  if (!setup) return EX_CONFIG;
  if (setup->config.notify.empty()) {
    console.out << "no receiver is configured: see [[notify]] in the configuration file\n";
    return 0;
  }
  const auto waiting = waiting_in(database_path(setup->places.state_dir));
  if (!waiting) complain(console, "what waits cannot be read: " + waiting.error().message);
  Table table{{{"RECEIVER"}, {"KIND"}, {"WHERE"}, {"WAITING"}, {"IS TOLD"}}, {}};
  for (const NotifyConfig& receiver : setup->config.notify) {
    const std::string waits = waiting ? waiting_words(receiver.name, *waiting) : "?";
    table.rows.push_back({{{receiver.name},
                           {std::string(to_string(receiver.kind))},
                           {place_of(receiver)},
                           {waits},
                           {wants_of(receiver)}},
                          {}});
  }
  console.out << lay_out(table, console.view());
  return waiting ? 0 : kNotTold;
}

}  // namespace signalbox
