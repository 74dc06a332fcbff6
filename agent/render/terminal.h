#pragma once
/// What the output goes to: a terminal or not, how wide, in colour or not.
#include <string>

#include "agent/render/layout.h"

namespace signalbox {

/// What decides about colour (https://no-color.org).
struct ColourClues {
  bool is_terminal = false;
  bool no_color_flag = false;
  std::string no_color_variable;  ///< NO_COLOR; set and not empty switches off
  std::string term;               ///< TERM
};

bool wants_colour(const ColourClues& clues);

bool is_terminal(int fd);

/// Of the terminal behind `fd`: COLUMNS, else what the terminal says, else 80. 0 for anything but a terminal.
size_t terminal_width(int fd);

struct TerminalSize {
  size_t columns = 80;
  size_t rows = 24;
};
/// As the terminal says it now, whatever COLUMNS was when we started; the usual size when it does not say.
TerminalSize terminal_size(int fd);

/// Whether it understands how to move the cursor.
bool can_be_drawn_on(int fd);

bool wants_colour(int fd, bool no_color_flag);

}  // namespace signalbox
