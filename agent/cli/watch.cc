#include "agent/cli/watch.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <map>
#include <memory>
#include <tuple>

#include "agent/ask/requests.h"
#include "agent/cli/bell.h"
#include "agent/cli/lookback.h"
#include "agent/cli/lookout.h"
#include "agent/cli/screen.h"
#include "agent/cli/signals.h"
#include "agent/render/terminal.h"
#include "agent/render/watch_frame.h"
#include "agent/render/words.h"
#include "lib/rfc3339.h"

namespace signalbox {
namespace {

constexpr int kSecondMs = 1000;

/// Shows what was seen. `show` is false when nobody can see it any more.
class Display {
 public:
  virtual ~Display() = default;
  virtual bool show(const Sight& sight) = 0;
  virtual void suspend() {}
  virtual void resume() {}
  virtual void resized() {}
  virtual int keys_fd() const { return -1; }
  virtual char take_key() { return 0; }
};

/// A screen that is always current.
class Live final : public Display {
 public:
  Live(const Console& console, const AgentClient& client, const WatchOptions& options, const Bell& bell)
      : options_(options),
        lookback_(client, options.target, bell),
        scene_{client.address().text, options.target, {}, {}},
        screen_(console.out, STDIN_FILENO) {}

  bool show(const Sight& sight) override {
    const TerminalSize size = terminal_size(options_.out_fd);
    scene_.sight = sight;
    scene_.past = lookback_.latest();
    const View view{size.columns, wants_colour(options_.out_fd, options_.no_color), now().wall};
    WatchFrame frame = watch_frame(scene_, view, size.rows);
    want(std::move(frame.shown));
    return screen_.draw(frame.lines);
  }
  void suspend() override { screen_.leave(); }
  void resume() override { screen_.enter(); }
  void resized() override { screen_.forget(); }
  int keys_fd() const override { return screen_.keys_fd(); }
  char take_key() override { return screen_.take_key(); }

 private:
  /// Of an agent that does not answer nothing more is asked.
  void want(std::vector<std::string> shown) {
    const Sight& sight = scene_.sight;
    if (!sight.health || !sight.trouble.empty()) return lookback_.want({});
    lookback_.want({std::move(shown), sight.health->generation, sight.health->as_of.value_or(now().wall)});
  }

  const WatchOptions& options_;
  Lookback lookback_;
  WatchScene scene_;
  Screen screen_;
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
                                      const WatchOptions& options, const Bell& bell) {
  if (can_be_drawn_on(options.out_fd)) return std::make_unique<Live>(console, client, options, bell);
  return std::make_unique<Log>(console);
}

/// Ages are shown in seconds, and the clock is seen to tick evenly.
int until_next_second() {
  const auto past = now().wall.time_since_epoch() % seconds(1);
  return kSecondMs - static_cast<int>(past.count());
}

/// The signal that ends us, or 0.
int handle_signal(const Signals& signals, Display& display) {
  const int signal = signals.take();
  if (signal == SIGTSTP) {
    display.suspend();
    raise(SIGSTOP);
    display.resume();
  }
  if (signal == SIGWINCH) display.resized();
  const bool ends = signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT;
  return ends ? signal : 0;
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
  const Signals signals({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP});
  const Bell bell;
  const Lookout lookout(client, options.target, bell);
  const auto display = open_display(console, client, options, bell);
  while (display->show(lookout.latest())) {
    std::array<pollfd, 3> ready = {
        {{signals.fd(), POLLIN, 0}, {bell.fd(), POLLIN, 0}, {display->keys_fd(), POLLIN, 0}}};
    poll(ready.data(), ready.size(), until_next_second());
    if (const int signal = handle_signal(signals, *display)) return kSignalExit + signal;
    if (ready[2].revents != 0 && display->take_key() == 'q') return 0;
    bell.silence();
  }
  return 0;
}

}  // namespace signalbox
