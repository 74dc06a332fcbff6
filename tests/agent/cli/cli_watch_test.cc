#include <doctest/doctest.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "agent/cli/app.h"
#include "agent/cli/screen.h"
#include "agent/cli/watch.h"
#include "tests/support/agent_answers.h"
#include "tests/support/fake_page.h"
#include "tests/support/process.h"

namespace signalbox {
namespace {

using testing::FakePage;

TargetView healthy() {
  return {
      .target = "claude", .state = State::healthy, .action = "primary", .retry_budget = seconds(8), .why = "fine"};
}

TargetView unhealthy() {
  return {.target = "claude", .state = State::unhealthy, .action = "fallback", .weight = 5, .why = "62 % failed"};
}

using Lines = std::vector<std::string>;

TEST_CASE("a change is a line, and other words about the same state are not") {
  CHECK(changes({}, {healthy()}) == Lines{"claude is healthy, 100 %, primary, retry 8 s: fine"});
  TargetView other_words = healthy();
  other_words.why = "1 % failed";
  CHECK(changes({healthy()}, {other_words}).empty());
  CHECK(changes({healthy()}, {unhealthy()}) ==
        Lines{"claude was healthy, is unhealthy, 5 %, fallback, 1 attempt: 62 % failed"});
  TargetView overridden = unhealthy();
  overridden.override_ = {.state = "unhealthy", .reason = "INC-1", .by = "dana"};
  overridden.why = "dana set unhealthy at 0 %: INC-1";
  CHECK(changes({unhealthy()}, {overridden}) ==
        Lines{"claude was unhealthy, is unhealthy, 5 %, fallback, 1 attempt: dana set unhealthy at 0 %: INC-1"});
  CHECK(changes({healthy()}, {}) == Lines{"claude is no longer known"});
}

TEST_CASE("only the lines that differ are written, and what is below them goes") {
  CHECK(redraw(std::nullopt, {"a", "b"}) ==
        "\x1b[?2026h\x1b[1;1H\x1b[Ka\x1b[2;1H\x1b[Kb\x1b[3;1H\x1b[J\x1b[?2026l");
  CHECK(redraw(Lines{"a", "b"}, {"a", "c"}) == "\x1b[?2026h\x1b[2;1H\x1b[Kc\x1b[?2026l");
  CHECK(redraw(Lines{"a", "b"}, {"a"}) == "\x1b[?2026h\x1b[2;1H\x1b[J\x1b[?2026l");
  CHECK(redraw(Lines{"a"}, {"a", "b"}) == "\x1b[?2026h\x1b[2;1H\x1b[Kb\x1b[?2026l");
  CHECK(redraw(Lines{"a", "b"}, {"a", "b"}).empty());
}

/// What another process writes, read with a deadline.
class Reader {
 public:
  explicit Reader(int fd) : fd_(fd) {}
  ~Reader() { close(fd_); }

  /// Whether `text` comes, after all that was waited for before.
  bool wait_for(const std::string& text) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(20);
    while (seen_.find(text, from_) == std::string::npos) {
      pollfd ready{fd_, POLLIN, 0};
      if (std::chrono::steady_clock::now() > deadline || poll(&ready, 1, 1000) < 0) return false;
      if (ready.revents != 0 && !read_some()) return seen_.find(text, from_) != std::string::npos;
    }
    from_ = seen_.find(text, from_) + text.size();
    return true;
  }

 private:
  bool read_some() {
    char piece[4096];
    const ssize_t got = read(fd_, piece, sizeof piece);
    if (got > 0) seen_.append(piece, static_cast<size_t>(got));
    return got > 0;
  }

  int fd_;
  std::string seen_;
  size_t from_ = 0;
};

/// `status --watch`, which asks where it is told on its standard input, so that it can be started before any
/// thread.
void watch_what_comes(int in, int out) {
  dup2(out, STDOUT_FILENO);
  char url[256] = {};
  if (read(in, url, sizeof url - 1) <= 0) return;
  const char* argv[] = {"signalbox", "status", "--watch", "--url", url};
  _exit(run_cli(5, argv, {std::cin, std::cout, std::cerr, STDOUT_FILENO}));
}

int exit_code_of(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void answer(FakePage& page, const std::string& state, int generation) {
  Json health =
      testing::health_json({testing::target_json({.target = "claude", .state = state, .why = "a reason"})});
  health["generation"] = generation;
  page.on(FakePage::kAnyPath, testing::reply(200, dump_json(health)));
}

void tell(int fd, const std::string& url) {
  REQUIRE(write(fd, url.c_str(), url.size()) == static_cast<ssize_t>(url.size()));
  close(fd);
}

TEST_CASE("on a pipe the watch writes a line a change, survives the agent, and ends by the signal") {
  int input[2];
  int output[2];
  REQUIRE(pipe(input) == 0);
  REQUIRE(pipe(output) == 0);
  const pid_t child = fork();
  if (child == 0) watch_what_comes(input[0], output[1]);
  close(input[0]);
  close(output[1]);
  Reader reader(output[0]);
  {
    FakePage page;
    answer(page, "healthy", 1);
    tell(input[1], page.url(""));
    CHECK(reader.wait_for("Z claude is healthy, 100 %, primary, retry 8 s: a reason\n"));
    answer(page, "unhealthy", 2);
    CHECK(reader.wait_for("Z claude was healthy, is unhealthy, "));
    page.on(FakePage::kAnyPath, testing::reply(500));
    CHECK(reader.wait_for(" answered HTTP 500\n"));
    answer(page, "unhealthy", 2);
    CHECK(reader.wait_for(" the agent answers again\n"));
  }
  CHECK(reader.wait_for("connection refused"));
  kill(child, SIGTERM);
  CHECK(exit_code_of(child) == 128 + SIGTERM);
}

TEST_CASE("on a terminal the watch uses the alternate screen, follows its size and leaves it as it was") {
  int input[2];
  REQUIRE(pipe(input) == 0);
  int terminal = -1;
  winsize size{.ws_row = 24, .ws_col = 80};
  const pid_t child = forkpty(&terminal, nullptr, nullptr, &size);
  REQUIRE(child >= 0);
  if (child == 0) {
    unsetenv("COLUMNS");
    setenv("NO_COLOR", "1", 1);
    watch_what_comes(input[0], STDOUT_FILENO);
  }
  close(input[0]);
  FakePage page;
  answer(page, "unhealthy", 1);
  Reader reader(terminal);
  tell(input[1], page.url(""));
  CHECK(reader.wait_for("\x1b[?1049h\x1b[?25l\x1b[?7l"));
  CHECK(reader.wait_for("q ends"));
  CHECK(reader.wait_for("  a reason"));
  size.ws_col = 200;
  REQUIRE(ioctl(terminal, TIOCSWINSZ, &size) == 0);
  CHECK(reader.wait_for("  ADVICE"));
  kill(child, SIGINT);
  CHECK(reader.wait_for("\x1b[?7h\x1b[?25h\x1b[?1049l"));
  CHECK(exit_code_of(child) == 128 + SIGINT);
}

}  // namespace
}  // namespace signalbox
