#include "agent/cli/screen.h"

#include <fmt/format.h>
#include <unistd.h>

namespace signalbox {
namespace {

/// Alternate screen, no cursor, no wrapping: a line that is too long for a screen that has just shrunk is cut.
constexpr const char* kEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr const char* kLeave = "\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr const char* kBeginUpdate = "\x1b[?2026h";
constexpr const char* kEndUpdate = "\x1b[?2026l";

/// In the background the terminal is somebody else's: changing it would stop us.
bool is_in_foreground(int fd) { return tcgetpgrp(fd) == getpgrp(); }

}  // namespace

Screen::Screen(std::ostream& out, int keys_fd) : out_(out), keys_fd_(isatty(keys_fd) == 1 ? keys_fd : -1) {
  enter();
}

void Screen::enter() {
  keep_terminal();
  forget();
  out_ << kEnter << std::flush;
}

void Screen::leave() {
  out_ << kLeave << std::flush;
  restore_terminal();
}

bool Screen::draw(const std::vector<std::string>& lines) {
  out_ << redraw(drawn_, lines) << std::flush;
  drawn_ = lines;
  return out_.good();
}

char Screen::take_key() {
  char key = 0;
  if (read(keys_fd_, &key, 1) == 1) return key;
  keys_fd_ = -1;  // hung up
  return 0;
}

/// Keys come at once and are not shown; those that send signals still do.
void Screen::keep_terminal() {
  termios now{};
  if (keys_fd_ < 0 || !is_in_foreground(keys_fd_) || tcgetattr(keys_fd_, &now) != 0) return;
  before_ = now;
  now.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
  tcsetattr(keys_fd_, TCSADRAIN, &now);
}

/// What was typed meanwhile is not for the shell.
void Screen::restore_terminal() {
  if (before_ && is_in_foreground(keys_fd_)) tcsetattr(keys_fd_, TCSAFLUSH, &*before_);
  before_.reset();
}

std::string redraw(const std::optional<std::vector<std::string>>& before, const std::vector<std::string>& after) {
  std::string update;
  for (size_t i = 0; i < after.size(); ++i) {
    if (before && i < before->size() && (*before)[i] == after[i]) continue;
    // Cleared first: behind a line that fills the row the cursor still stands on its last character.
    update += fmt::format("\x1b[{};1H\x1b[K{}", i + 1, after[i]);
  }
  if (!before || before->size() > after.size()) update += fmt::format("\x1b[{};1H\x1b[J", after.size() + 1);
  return update.empty() ? update : kBeginUpdate + update + kEndUpdate;
}

}  // namespace signalbox
