#include "lib/notify/message_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lib/rfc3339.h"

namespace signalbox {
namespace {

constexpr std::array kWorstFirst = {State::unhealthy, State::degraded, State::recovering, State::unknown,
                                    State::healthy};

/// "2026-11-24 10:00:07Z".
std::string at_text(WallTime at) {
  std::string text = format_rfc3339(at);
  text.at(10) = ' ';
  return text.substr(0, 19) + "Z";
}

/// "again" for who is well, and for what the receiver was told before and did not hear the end of.
std::string state_word(const TargetNews& change) {
  const bool again = change.last.to == State::healthy || change.last.to == change.before.said;
  return std::string(to_string(change.last.to)) + (again ? " again" : "");
}

/// "claude", "claude and openai", "claude and 3 others".
std::string names(const std::vector<std::string>& targets) {
  if (targets.size() == 1) return targets.front();
  if (targets.size() == 2) return targets.front() + " and " + targets.back();
  return fmt::format("{} and {} others", targets.front(), targets.size() - 1);
}

std::string states_headline(const Message& message) {
  std::string line;
  for (const State state : kWorstFirst) {
    std::vector<std::string> targets;
    std::string word;
    for (const TargetNews& change : message.changes) {
      if (change.last.to != state) continue;
      targets.push_back(to_string(change.last.target));
      word = state_word(change);
    }
    if (targets.empty()) continue;
    line += fmt::format("{}{} {} {}", line.empty() ? "" : "; ", names(targets), targets.size() == 1 ? "is" : "are",
                        word);
  }
  return line;
}

std::string override_headline(const Notice& notice) {
  const std::string target = to_string(notice.target);
  if (notice.kind == NoticeKind::override_set)
    return fmt::format("{} is overridden to {} by {}", target, to_string(notice.to), notice.by);
  if (notice.kind == NoticeKind::override_cleared)
    return fmt::format("the override of {} was cleared by {}", target, notice.by);
  return fmt::format("the override of {} has expired", target);
}

std::string observer_headline(const TargetNews& change) {
  return change.last.to == State::unhealthy ? "signalbox suspects its own network: no provider is judged by it"
                                            : "signalbox trusts its own network again";
}

bool is_observer(const Message& message) {
  return !message.changes.empty() && message.changes.front().last.kind == NoticeKind::observer;
}

std::string advice_line(const Notice& notice) {
  const std::string retries =
      notice.retry_budget == Millis(0)
          ? "one attempt"
          : fmt::format("retries for {:g} s", std::chrono::duration<double>(notice.retry_budget).count());
  return fmt::format("Routers were told: {}, {} % of sessions here, {}", notice.action, notice.primary_weight,
                     retries);
}

/// What the receiver heard last: "healthy", "unhealthy since 2026-11-24 10:00:07Z".
std::string before_words(const Heard& before) {
  const std::string state(to_string(before.said));
  return before.since ? state + " since " + at_text(*before.since) : state;
}

Paragraph paragraph_of(const TargetNews& change) {
  const Notice& last = change.last;
  const std::string summed =
      change.changes > 1 ? fmt::format("; {} changes summed up", change.changes) : std::string();
  if (last.kind == NoticeKind::observer)
    return {fmt::format("{} (since {}{})", observer_headline(change), at_text(last.at), summed),
            last.why.empty() ? std::vector<std::string>{} : std::vector<std::string>{"Why: " + last.why}};
  Paragraph paragraph{fmt::format("{} is {} since {} (was {}{})", to_string(last.target), state_word(change),
                                  at_text(last.at), before_words(change.before), summed),
                      {"Why: " + last.why}};
  if (!last.action.empty()) paragraph.more.push_back(advice_line(last));
  return paragraph;
}

Paragraph paragraph_of(const Notice& override) {
  Paragraph paragraph{fmt::format("{} ({})", override_headline(override), at_text(override.at)),
                      {"Reason: " + override.why}};
  if (override.kind == NoticeKind::override_set)
    paragraph.more.push_back(
        fmt::format("{} % of sessions here, until {}", override.primary_weight, at_text(override.expires_at)));
  return paragraph;
}

}  // namespace

std::string headline(const Message& message, const std::string& receiver) {
  if (message.test) return fmt::format("This is a test of the receiver {}: nothing has changed", receiver);
  if (is_observer(message)) return observer_headline(message.changes.front());
  if (!message.changes.empty()) return states_headline(message);
  return override_headline(message.overrides.back());
}

std::vector<Paragraph> paragraphs(const Message& message) {
  std::vector<const TargetNews*> worst_first;
  for (const TargetNews& change : message.changes) worst_first.push_back(&change);
  std::ranges::stable_sort(worst_first, [](const TargetNews* a, const TargetNews* b) {
    return severity(a->last.to) > severity(b->last.to);
  });
  std::vector<Paragraph> all;
  for (const Notice& override : message.overrides) all.push_back(paragraph_of(override));
  for (const TargetNews* change : worst_first) all.push_back(paragraph_of(*change));
  if (all.size() <= kMaxListed) return all;
  const size_t more = all.size() - kMaxListed;
  all.resize(kMaxListed);
  all.push_back({fmt::format("and {} more", more), {}});
  return all;
}

std::string message_text(const Message& message, const std::string& receiver, const std::string& link) {
  std::string text = headline(message, receiver);
  for (const Paragraph& paragraph : paragraphs(message)) {
    text += "\n" + paragraph.what;
    for (const std::string& line : paragraph.more) text += "\n  " + line;
  }
  if (!link.empty()) text += "\n" + link;
  return text;
}

}  // namespace signalbox
