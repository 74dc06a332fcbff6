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
/// Lines of the terminal; 24 when it does not say.
size_t terminal_height(int fd);

bool wants_colour(int fd, bool no_color_flag);

}  // namespace signalbox
