#include "agent/cli/watch.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <map>
#include <memory>
#include <tuple>

#include "agent/ask/requests.h"
#include "agent/cli/lookout.h"
#include "agent/cli/signals.h"
#include "agent/render/render_status.h"
#include "agent/render/render_target.h"
#include "agent/render/terminal.h"
#include "agent/render/words.h"
#include "lib/rfc3339.h"

namespace signalbox {
namespace {

/// Ages are shown in seconds.
constexpr int kTickMs = 1000;

/// Shows what was seen. `show` is false when nobody can see it any more.
class Display {
 public:
  virtual ~Display() = default;
  virtual bool show(const Sight& sight) = 0;
  virtual void suspend() {}
  virtual void resume() {}
};

/// The alternate screen, left as soon as this ends.
class Screen final : public Display {
 public:
  Screen(const Console& console, const AgentClient& client, const WatchOptions& options)
      : console_(console), client_(client), options_(options) {
    resume();
  }
  ~Screen() override { suspend(); }

  void resume() override { console_.out << "\x1b[?1049h\x1b[?25l" << std::flush; }
  void suspend() override { console_.out << "\x1b[?25h\x1b[?1049l" << std::flush; }

  bool show(const Sight& sight) override {
    const View view{terminal_width(options_.out_fd), wants_colour(options_.out_fd, options_.no_color), now().wall};
    std::string frame = "\x1b[H";
    for (const std::string& line : fitting_lines(text(sight, view))) frame += line + "\x1b[K\r\n";
    console_.out << frame << "\x1b[J" << std::flush;
    return console_.out.good();
  }

 private:
  std::string text(const Sight& sight, const View& view) const {
    const std::string title =
        fmt::format("signalbox at {}, {}, Ctrl-C ends", client_.address().text, format_moment(view.now, view.now));
    std::string page = paragraph({title, Style::dim}, 0, view);
    if (!sight.trouble.empty()) page += paragraph({"!! " + lost_words(sight, view.now), Style::alarm}, 0, view);
    if (!sight.health) return sight.trouble.empty() ? page + "\nwaiting for the agent\n" : page;
    if (options_.target.empty()) return page + render_status(*sight.health, sight.checks, view);
    return page + "\n" + render_target(sight.health->targets.front(), view);
  }

  static std::string lost_words(const Sight& sight, WallTime now) {
    if (!sight.seen_at) return sight.trouble;
    return fmt::format("no answer since {}, below is the last one: {}", format_since(sight.seen_at, now),
                       sight.trouble);
  }

  /// The last line of the screen stays free, so that writing it does not scroll.
  std::vector<std::string> fitting_lines(const std::string& page) const {
    std::vector<std::string> lines;
    for (size_t start = 0; start < page.size();) {
      const size_t end = std::min(page.find('\n', start), page.size());
      lines.push_back(page.substr(start, end - start));
      start = end + 1;
    }
    const size_t room = std::max<size_t>(terminal_height(options_.out_fd), 3) - 1;
    if (lines.size() <= room) return lines;
    const size_t hidden = lines.size() - room + 1;
    lines.resize(room - 1);
    lines.push_back(fmt::format("... {}", count_of(static_cast<int64_t>(hidden), "more line", "more lines")));
    return lines;
  }

  const Console& console_;
  const AgentClient& client_;
  const WatchOptions& options_;
};

/// A line for each change, with its time.
class Log final : public Display {
 public:
  explicit Log(const Console& console) : console_(console) {}

  bool show(const Sight& sight) override {
    const WallTime at = now().wall;
    if (sight.trouble.empty() != trouble_.empty()) {
      write(at, sight.trouble.empty() ? "the agent answers again" : sight.trouble);
    }
    trouble_ = sight.trouble;
    if (sight.health && sight.trouble.empty()) {
      for (const std::string& line : changes(shown_, sight.health->targets)) write(at, line);
      shown_ = sight.health->targets;
    }
    return console_.out.good();
  }

 private:
  void write(WallTime at, const std::string& line) {
    console_.out << format_rfc3339(at) << " " << line << std::endl;
  }

  const Console& console_;
  std::string trouble_;
  std::vector<TargetView> shown_;
};

std::unique_ptr<Display> open_display(const Console& console, const AgentClient& client,
                                      const WatchOptions& options) {
  if (is_terminal(options.out_fd)) return std::make_unique<Screen>(console, client, options);
  return std::make_unique<Log>(console);
}

/// The signal that ends us, or 0.
int handle_signal(const Signals& signals, Display& display) {
  const int signal = signals.take();
  if (signal == SIGTSTP) {
    display.suspend();
    raise(SIGSTOP);
    display.resume();
  }
  return signal == SIGINT || signal == SIGTERM || signal == SIGHUP ? signal : 0;
}

std::string standing(const TargetView& target) {
  const std::string text =
      fmt::format("{}, {} %, {}", to_string(target.state), target.weight, advice_words(target));
  return target.why.empty() ? text : text + ": " + target.why;
}

bool differ(const TargetView& a, const TargetView& b) {
  const auto key = [](const TargetView& target) {
    const auto by = target.override_ ? target.override_->state + target.override_->reason : std::string("-");
    return std::tuple(target.state, target.weight, target.action, target.retry_budget, by);
  };
  return key(a) != key(b);
}

}  // namespace

std::vector<std::string> changes(const std::vector<TargetView>& before, const std::vector<TargetView>& after) {
  std::map<std::string, const TargetView*> known;
  for (const TargetView& target : before) known[target.target] = &target;
  std::vector<std::string> lines;
  for (const TargetView& target : after) {
    const auto was = known.find(target.target);
    if (was == known.end()) {
      lines.push_back(fmt::format("{} is {}", target.target, standing(target)));
    } else if (differ(*was->second, target)) {
      lines.push_back(
          fmt::format("{} was {}, is {}", target.target, to_string(was->second->state), standing(target)));
    }
    known.erase(target.target);
  }
  for (const auto& [name, target] : known) lines.push_back(name + " is no longer known");
  return lines;
}

int watch_command(const Console& console, const AgentClient& client, const WatchOptions& options) {
  if (!options.target.empty() && !is_target(options.target)) {
    complain(console, not_a_target(options.target));
    return kExitUsage;
  }
  const Signals signals({SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP});
  Lookout lookout(client, options.target);
  const auto display = open_display(console, client, options);
  Sight sight;
  while (display->show(sight)) {
    std::array<pollfd, 2> ready = {{{signals.fd(), POLLIN, 0}, {lookout.ready_fd(), POLLIN, 0}}};
    poll(ready.data(), ready.size(), kTickMs);
    if (const int signal = handle_signal(signals, *display)) return kSignalExit + signal;
    sight = lookout.latest();
  }
  return 0;
}

}  // namespace signalbox
