#pragma once
/// A terminal that is drawn on, line by line, without flicker.
///
/// Invariant: the terminal is as it was before when this ends or is left: its screen, its cursor, its echo.
/// Source of the sequences: xterm's "Control Sequences", ctlseqs; 2026 is the "synchronized output" of the
/// terminals that know it, the others ignore it.
#include <termios.h>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace signalbox {

class Screen {
 public:
  /// Enters. Keys are read from `keys_fd`, where that is a terminal.
  Screen(std::ostream& out, int keys_fd);
  ~Screen() { leave(); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// The alternate screen, without cursor, wrapping and echo.
  void enter();
  void leave();

  /// Shows `lines` from the top and nothing below them. False when nobody can see it any more.
  bool draw(const std::vector<std::string>& lines);
  /// What is there is not what was drawn: another size.
  void forget() { drawn_.reset(); }

  /// Readable when a key was pressed; -1: nobody presses any.
  int keys_fd() const { return keys_fd_; }
  /// 0: none.
  char take_key();

 private:
  void keep_terminal();
  void restore_terminal();

  std::ostream& out_;
  int keys_fd_;
  std::optional<termios> before_;  ///< while it is changed
  std::optional<std::vector<std::string>> drawn_;
};

/// What to write where `before` stands, none: anything, so that `after` stands there. Empty when it does already.
std::string redraw(const std::optional<std::vector<std::string>>& before, const std::vector<std::string>& after);

}  // namespace signalbox
