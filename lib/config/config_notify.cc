#include <fmt/format.h>

#include <algorithm>

#include "lib/config/config_sections.h"
#include "lib/ids.h"
#include "lib/notify/receiver_url.h"

namespace signalbox {
namespace {

/// Each has a thread and a part of the outbox.
constexpr size_t kMaxReceivers = 16;
constexpr const char* kTable = "[[notify]]";

std::string check_url(const std::string& text) {
  const auto url = receiver_url(text);
  return url ? "" : url.error().message;
}

std::string check_state(const std::string& text) {
  return parse_state(text)
             ? ""
             : fmt::format("{} is not one of degraded, unhealthy, recovering, healthy, unknown", quoted(text));
}

void read_kind(ConfigReader& reader, NotifyConfig& receiver) {
  std::string kind(to_string(receiver.kind));
  reader.choice("kind", kind, {"webhook", "slack"});
  receiver.kind = kind == "slack" ? NotifyKind::slack : NotifyKind::webhook;
}

void read_states(ConfigReader& reader, NotifyConfig& receiver) {
  std::vector<std::string> words;
  if (!reader.has("states")) return;
  reader.texts("states", words, check_state);
  receiver.states.clear();
  for (const std::string& word : words) receiver.states.push_back(*parse_state(word));
}

/// Mistakes with a secret in their line are noted elsewhere: what is said of a line shows the line.
void check_address(ConfigReader& reader, const NotifyConfig& receiver) {
  if (receiver.kind == NotifyKind::slack && !receiver.url.empty()) {
    reader.error("kind",
                 "a Slack URL is a secret: write it into a file that only the agent can read, and name that as "
                 "url_file instead of url");
  } else if (!receiver.url.empty() && !receiver.url_file.empty()) {
    reader.error("url_file", "url_file: one of url and url_file");
  } else if (receiver.url.empty() && receiver.url_file.empty() && !reader.is_wrong("url_file")) {
    reader.missing("url", receiver.kind == NotifyKind::slack
                              ? "url_file is missing: the file that holds the URL of Slack's incoming webhook"
                              : "url is missing, or url_file: where the messages go");
  }
  if (receiver.kind == NotifyKind::slack && !receiver.secret_file.empty()) {
    reader.error("secret_file", "secret_file is for kind = \"webhook\": Slack knows nothing of signatures");
  }
  if (receiver.kind == NotifyKind::webhook && receiver.secret_file.empty() && !reader.is_wrong("secret_file")) {
    reader.warning("name",
                   "without secret_file the messages are not signed, and the receiver cannot tell who sent them");
  }
}

NotifyConfig read_receiver(ConfigReader reader, const ConfigReader::Check& check_target) {
  NotifyConfig receiver;
  reader.text("name", receiver.name, [](const std::string& name) {
    return is_provider_name(name) ? "" : fmt::format("must be 1-64 of a-z 0-9 _ -; it is {}", quoted(name));
  });
  if (receiver.name.empty())
    reader.missing("name", "name is missing: how the receiver is called in logs and commands");
  read_kind(reader, receiver);
  reader.text("url", receiver.url, check_url);
  reader.text("url_file", receiver.url_file);
  reader.text("secret_file", receiver.secret_file);
  reader.texts("targets", receiver.targets, check_target);
  read_states(reader, receiver);
  reader.boolean("overrides", receiver.overrides);
  reader.boolean("observer", receiver.observer);
  reader.duration("min_interval_s", receiver.min_interval, Millis(0), hours(24));
  check_address(reader, receiver);
  reader.finish();
  return receiver;
}

}  // namespace

std::string_view to_string(NotifyKind kind) { return kind == NotifyKind::slack ? "slack" : "webhook"; }

void read_notify(const std::vector<const toml::table*>& tables, const std::vector<ProviderConfig>& providers,
                 std::vector<NotifyConfig>& notify, ConfigProblems& problems) {
  const ConfigReader::Check check_target = target_of(providers);
  for (const toml::table* table : tables) {
    NotifyConfig receiver = read_receiver({*table, kTable, problems}, check_target);
    ConfigReader reader(*table, kTable, problems);
    if (std::ranges::count(notify, receiver.name, &NotifyConfig::name) > 0 && !receiver.name.empty()) {
      reader.error("name", fmt::format("{} is there twice", quoted(receiver.name)));
    } else if (notify.size() == kMaxReceivers) {
      reader.error("name", fmt::format("more than {} receivers", kMaxReceivers));
    } else {
      notify.push_back(std::move(receiver));
    }
  }
}

}  // namespace signalbox
