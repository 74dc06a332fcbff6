#include "lib/text.h"

#include <doctest/doctest.h>

using namespace signalbox;

TEST_CASE("ordinary text passes as it is") {
  CHECK(clean_text("Elevated errors on Claude Opus 4.6") == "Elevated errors on Claude Opus 4.6");
  CHECK(clean_text("DALL\u00B7E is d\u00E9grad\u00E9 \U0001F6A8") == "DALL\u00B7E is d\u00E9grad\u00E9 \U0001F6A8");
}

TEST_CASE("nothing that steers a terminal or reorders text is left") {
  CHECK(clean_text("a\x1b[2Jb") == "a [2Jb");
  CHECK(clean_text("one\r\n\ttwo\x7f") == "one two");
  CHECK(clean_text("c1 \xC2\x9B"
                   "31m") == "c1 31m");
  CHECK(clean_text("evil\u202Egpj.exe\u2066") == "evil gpj.exe");
  CHECK(clean_text("zero\u200Bwidth") == "zero width");
}

TEST_CASE("invalid UTF-8 is replaced byte by byte") {
  CHECK(clean_text("a\xFF\xC3(b") == "a\uFFFD\uFFFD(b");
  CHECK(clean_text("\xC0\xAF") == "\uFFFD\uFFFD");
  CHECK(clean_text("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD");
  CHECK(clean_text("\xF0\x9F\x9A") == "\uFFFD\uFFFD\uFFFD");
}

TEST_CASE("long text is cut between characters and says so") {
  CHECK(clean_text("abcdefghij", 8) == "abcde...");
  CHECK(clean_text("abcdefgh", 8) == "abcdefgh");
  CHECK(clean_text("abcd\u00E9\u00E9\u00E9", 8) == "abcd...");
  CHECK(clean_text(std::string(10'000, 'x')).size() == kMaxPageText);
}
