#include "agent/render/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <string_view>

#include "agent/cli/environment.h"

namespace signalbox {
namespace {

/// COLUMNS as shells set it; 0 when it is missing or senseless.
size_t columns_variable() {
  const std::string text = environment("COLUMNS");
  size_t columns = 0;
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, columns);
  return parsed.ec == std::errc() && parsed.ptr == end ? columns : 0;
}

}  // namespace

bool wants_colour(const ColourClues& clues) {
  return clues.is_terminal && !clues.no_color_flag && clues.no_color_variable.empty() && clues.term != "dumb";
}

bool is_terminal(int fd) { return isatty(fd) == 1; }

size_t terminal_width(int fd) {
  if (!is_terminal(fd)) return 0;
  if (const size_t columns = columns_variable(); columns > 0) return columns;
  return terminal_size(fd).columns;
}

TerminalSize terminal_size(int fd) {
  TerminalSize found;
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0) return found;
  if (size.ws_col > 0) found.columns = size.ws_col;
  if (size.ws_row > 0) found.rows = size.ws_row;
  return found;
}

bool can_be_drawn_on(int fd) { return is_terminal(fd) && environment("TERM") != "dumb"; }

bool wants_colour(int fd, bool no_color_flag) {
  return wants_colour({is_terminal(fd), no_color_flag, environment("NO_COLOR"), environment("TERM")});
}

}  // namespace signalbox
