#include <doctest/doctest.h>

#include "agent/render/layout.h"
#include "agent/render/terminal.h"

namespace signalbox {
namespace {

using Lines = std::vector<std::string>;

TEST_CASE("a terminal's columns are counted, not bytes") {
  struct {
    const char* text;
    size_t columns;
  } const rows[] = {{"", 0},          {"claude", 6},     {"\u2717 x", 3},   {"\u30af\u30ed\u30fc\u30c9", 8},
                    {"caf\u00e9", 4}, {"cafe\u0301", 4}, {"\U0001F525", 2}, {"\uFFFD", 1}};
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(display_width(row.text) == row.columns);
  }
}

TEST_CASE("what does not fit is cut at a character and marked") {
  CHECK(cut("claude", 6) == "claude");
  CHECK(cut("claude", 5) == "clau\u2026");
  CHECK(cut("\u30af\u30ed\u30fc\u30c9", 6) == "\u30af\u30ed\u2026");
  CHECK(cut("claude", 1) == "\u2026");
  CHECK(cut("claude", 0).empty());
}

TEST_CASE("text wraps at spaces, and a word that is too long anywhere") {
  CHECK(wrap("one two three", 7) == Lines{"one two", "three"});
  CHECK(wrap("one two three", 8) == Lines{"one two", "three"});
  CHECK(wrap("abcdefghij kl", 4) == Lines{"abcd", "efgh", "ij", "kl"});
  CHECK(wrap("\u30af\u30ed\u30fc\u30c9", 1) == Lines{"\u30af", "\u30ed", "\u30fc", "\u30c9"});
  CHECK(wrap("", 10) == Lines{""});
  CHECK(wrap("one two three", 0) == Lines{"one two three"});
}

TEST_CASE("a table aligns its columns and wraps the last one") {
  const Table table{{{"NAME"}, {"N", true}, {"WHY"}},
                    {{{{"a"}, {"100"}, {"one two three four"}}, {}}, {{{"\u30af"}, {"5"}, {""}}, {{"below"}}}}};
  CHECK(lay_out(table, {.width = 24}) ==
        "NAME    N  WHY\n"
        "a     100  one two three\n"
        "           four\n"
        "\u30af      5\n"
        "    below\n");
}

TEST_CASE("colour wraps the text and adds nothing else") {
  CHECK(paint("bad", Style::red, true) == "\x1b[1;31mbad\x1b[0m");
  CHECK(paint("bad", Style::red, false) == "bad");
  CHECK(paint("", Style::red, true).empty());
}

TEST_CASE("colour needs a terminal that nobody asked to go without") {
  CHECK(wants_colour({.is_terminal = true, .term = "xterm"}));
  CHECK_FALSE(wants_colour({.is_terminal = false, .term = "xterm"}));
  CHECK_FALSE(wants_colour({.is_terminal = true, .no_color_flag = true, .term = "xterm"}));
  CHECK_FALSE(wants_colour({.is_terminal = true, .no_color_variable = "1", .term = "xterm"}));
  CHECK_FALSE(wants_colour({.is_terminal = true, .term = "dumb"}));
}

TEST_CASE("what is no terminal has no width") { CHECK(terminal_width(-1) == 0); }

}  // namespace
}  // namespace signalbox
