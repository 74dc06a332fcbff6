#include "agent/render/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace signalbox {
namespace {

constexpr std::string_view kGap = "  ";
constexpr std::string_view kEllipsis = "\u2026";
constexpr size_t kBelowIndent = 4;
/// Under this many columns wrapped text is no longer readable: the line overflows instead.
constexpr size_t kNarrowest = 12;

struct Range {
  char32_t first;
  char32_t last;
};

/// Source: Unicode 15 EastAsianWidth.txt, the blocks that are wide throughout.
constexpr std::array<Range, 13> kWide = {{{0x1100, 0x115F},
                                          {0x231A, 0x231B},
                                          {0x23E9, 0x23EC},
                                          {0x2E80, 0x303E},
                                          {0x3041, 0xA4CF},
                                          {0xA960, 0xA97F},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF00, 0xFF60},
                                          {0xFFE0, 0xFFE6},
                                          {0x1F300, 0x1FAFF},
                                          {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 5> kCombining = {
    {{0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}}};

template <size_t N>
bool in_any(const std::array<Range, N>& ranges, char32_t point) {
  return std::ranges::any_of(ranges, [&](Range r) { return r.first <= point && point <= r.last; });
}

struct Glyph {
  size_t bytes;
  size_t columns;
};

/// The character at the front of `text`, which is not empty.
Glyph front_glyph(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {1, 1};
  const size_t length = std::min<size_t>(lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2, text.size());
  auto point = static_cast<char32_t>(lead & (0x7F >> length));
  for (size_t i = 1; i < length; ++i) point = (point << 6) | (static_cast<unsigned char>(text[i]) & 0x3F);
  return {length, in_any(kCombining, point) ? size_t{0} : in_any(kWide, point) ? size_t{2} : size_t{1}};
}

/// Bytes of the longest front part that fits into `columns`; at least one character, so that wrapping ends.
size_t fitting_bytes(std::string_view text, size_t columns) {
  size_t bytes = 0;
  size_t used = 0;
  while (bytes < text.size()) {
    const Glyph glyph = front_glyph(text.substr(bytes));
    if (used + glyph.columns > columns && bytes > 0) break;
    used += glyph.columns;
    bytes += glyph.bytes;
  }
  return bytes;
}

std::string pad(std::string_view text, size_t columns, bool right) {
  const size_t width = display_width(text);
  const std::string space(columns > width ? columns - width : 0, ' ');
  return right ? space + std::string(text) : std::string(text) + space;
}

std::vector<size_t> natural_widths(const Table& table) {
  std::vector<size_t> widths;
  for (size_t c = 0; c < table.columns.size(); ++c) {
    size_t width = display_width(table.columns[c].title);
    for (const Row& row : table.rows) width = std::max(width, display_width(row.cells.at(c).text));
    widths.push_back(width);
  }
  return widths;
}

/// Takes the trailing spaces off before colour codes hide them.
std::string finish(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

/// One row whose last cell may go on over more lines.
std::string lay_out_row(const Table& table, const std::vector<TableCell>& cells, const std::vector<size_t>& widths,
                        const View& view) {
  const size_t last = cells.size() - 1;
  std::string line;
  size_t before = 0;
  for (size_t c = 0; c < last; ++c) {
    line += paint(pad(cells[c].text, widths[c], table.columns[c].right), cells[c].style, view.colour);
    line += kGap;
    before += widths[c] + kGap.size();
  }
  const bool wraps = view.width >= before + kNarrowest;
  const auto lines = wrap(cells[last].text, wraps ? view.width - before : 0);
  std::string text;
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string shown =
        table.columns[last].right && lines.size() == 1 ? pad(lines[i], widths[last], true) : lines[i];
    const std::string start = i == 0 ? line : std::string(before, ' ');
    text += finish(start + (shown.empty() ? "" : paint(shown, cells[last].style, view.colour)));
  }
  return text;
}

}  // namespace

std::string paint(std::string_view text, Style style, bool colour) {
  constexpr std::array<std::string_view, 8> kCodes = {"", "1", "2", "1;31", "33", "32", "36", "1;7;31"};
  const std::string_view code = kCodes.at(static_cast<size_t>(style));
  if (!colour || code.empty() || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

size_t display_width(std::string_view text) {
  size_t columns = 0;
  while (!text.empty()) {
    const Glyph glyph = front_glyph(text);
    columns += glyph.columns;
    text.remove_prefix(glyph.bytes);
  }
  return columns;
}

std::string cut(std::string_view text, size_t columns) {
  if (columns == 0) return {};
  if (display_width(text) <= columns) return std::string(text);
  if (columns == 1) return std::string(kEllipsis);
  return std::string(text.substr(0, fitting_bytes(text, columns - 1))) + std::string(kEllipsis);
}

std::vector<std::string> wrap(std::string_view text, size_t columns) {
  if (columns == 0) return {std::string(text)};
  std::vector<std::string> lines;
  while (display_width(text) > columns) {
    size_t end = fitting_bytes(text, columns);
    size_t next = end;
    const size_t space = text[end] == ' ' ? end : text.substr(0, end).rfind(' ');
    if (space != std::string_view::npos && space > 0) {
      end = space;
      next = space + 1;
    }
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(next);
  }
  if (!text.empty() || lines.empty()) lines.emplace_back(text);
  return lines;
}

std::string paint_line(const Spans& spans, const View& view) {
  Spans fitting;
  size_t used = 0;
  for (const TableCell& span : spans) {
    const size_t width = display_width(span.text);
    const bool fits = view.width == 0 || used + width <= view.width;
    fitting.push_back({fits ? span.text : cut(span.text, view.width - used), span.style});
    if (!fits) break;
    used += width;
  }
  while (!fitting.empty()) {
    std::string& text = fitting.back().text;
    text.erase(text.find_last_not_of(' ') + 1);
    if (!text.empty()) break;
    fitting.pop_back();
  }
  std::string line;
  for (const TableCell& span : fitting) line += paint(span.text, span.style, view.colour);
  return line;
}

std::vector<std::string> wrap_within(std::string_view text, size_t columns, size_t most) {
  std::vector<std::string> lines = wrap(text, columns);
  most = std::max<size_t>(most, 1);
  if (lines.size() <= most) return lines;
  lines[most - 1] = cut(lines[most - 1] + " " + lines[most], columns);
  lines.resize(most);
  return lines;
}

size_t natural_width(const Table& table) {
  size_t width = 0;
  for (size_t column : natural_widths(table)) width += column + kGap.size();
  return width < kGap.size() ? 0 : width - kGap.size();
}

std::string lay_out(const Table& table, const View& view) {
  const auto widths = natural_widths(table);
  std::vector<TableCell> titles;
  for (const Column& column : table.columns) titles.push_back({column.title, Style::dim});
  std::string text = lay_out_row(table, titles, widths, view);
  for (const Row& row : table.rows) {
    text += lay_out_row(table, row.cells, widths, view);
    for (const TableCell& below : row.below) text += paragraph(below, kBelowIndent, view);
  }
  return text;
}

std::string paragraph(const TableCell& text, size_t indent, const View& view) {
  std::string block;
  const bool wraps = view.width >= indent + kNarrowest;
  for (const std::string& line : wrap(text.text, wraps ? view.width - indent : 0)) {
    block += finish(std::string(indent, ' ') + paint(line, text.style, view.colour));
  }
  return block;
}

std::string labelled(const TableCell& label, size_t label_width, const TableCell& text, const View& view) {
  const Table table{{{""}, {""}}, {}};
  return lay_out_row(table, {label, text}, {label_width, 0}, view);
}

}  // namespace signalbox
