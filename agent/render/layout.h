#pragma once
/// Text in columns: widths, wrapping, colour and tables, as pure functions.
///
/// Shape: texts are valid UTF-8 on one line (`clean_text`). Units: widths are terminal columns.
#include <string>
#include <string_view>
#include <vector>

#include "lib/time.h"

namespace signalbox {

/// How a text is to be shown. `width` 0: no end (a pipe), nothing is wrapped or cut.
struct View {
  size_t width = 0;
  bool colour = false;
  WallTime now;
};

enum class Style { plain, bold, dim, red, yellow, green, cyan, alarm };

std::string paint(std::string_view text, Style style, bool colour);

/// Columns that a terminal needs: wide East Asian characters and emoji take two, combining marks none.
size_t display_width(std::string_view text);

/// At most `columns` wide; what was cut off is shown by an ellipsis.
std::string cut(std::string_view text, size_t columns);

/// Lines of at most `columns`, broken at spaces, a longer word anywhere. 0: one line. Never empty.
std::vector<std::string> wrap(std::string_view text, size_t columns);

struct TableCell {
  std::string text;
  Style style = Style::plain;
};

/// A text in pieces of one style each.
using Spans = std::vector<TableCell>;

/// The pieces side by side, cut at the end of the view, without spaces at the end.
std::string paint_line(const Spans& spans, const View& view);

/// As `wrap`, in at most `most` lines, at least one; what has no room is shown by an ellipsis.
std::vector<std::string> wrap_within(std::string_view text, size_t columns, size_t most);

struct Column {
  std::string title;
  bool right = false;
};

struct Row {
  std::vector<TableCell> cells;
  std::vector<TableCell> below;  ///< paragraphs under the row, indented
};

struct Table {
  std::vector<Column> columns;
  std::vector<Row> rows;
};

/// What the columns need side by side.
size_t natural_width(const Table& table);

/// The last column gets what is left of the width and is wrapped there; trailing spaces are not written.
std::string lay_out(const Table& table, const View& view);

/// A paragraph, wrapped to the view, each line after `indent` spaces.
std::string paragraph(const TableCell& text, size_t indent, const View& view);

/// "label   text", the text wrapped in its own column.
std::string labelled(const TableCell& label, size_t label_width, const TableCell& text, const View& view);

}  // namespace signalbox
