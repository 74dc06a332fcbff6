#include "lib/token.h"

#include <doctest/doctest.h>

using namespace signalbox;

namespace {

const std::string kA(32, 'a');
const std::string kB(64, 'b');

std::vector<std::string> tokens_in(const std::string& text) {
  const auto tokens = parse_tokens(text);
  REQUIRE(tokens);
  return *tokens;
}

std::string mistake_in(const std::string& text) {
  const auto tokens = parse_tokens(text);
  REQUIRE_FALSE(tokens);
  return tokens.error().message;
}

}  // namespace

TEST_CASE("a token is a line, without the white space at its end") {
  using List = std::vector<std::string>;
  CHECK(tokens_in(kA) == List{kA});
  CHECK(tokens_in(kA + "\n") == List{kA});
  CHECK(tokens_in(kA + " \t\r\n\r\n\n") == List{kA});
  CHECK(tokens_in("\n" + kB + "\n" + kA) == List{kB, kA});
  CHECK(tokens_in("!~" + kA) == List{"!~" + kA});
  CHECK(tokens_in(std::string(kMaxToken, 'c')).front().size() == kMaxToken);
}

TEST_CASE("what is no token is told by its line, and never shown") {
  CHECK(mistake_in("") == "it holds no token");
  CHECK(mistake_in(" \n\n\t\n") == "it holds no token");
  const std::string no_character = " holds a character that no token has";
  const std::string secret = "s3cr3t";
  for (const auto& [text, line] : {std::pair(secret, 1), std::pair(kA + "\n" + secret, 2),
                                   std::pair(std::string(31, 'x'), 1), std::pair("\n\n" + secret + "\n" + kA, 3)}) {
    CAPTURE(text);
    CHECK(mistake_in(text) == "the token in line " + std::to_string(line) + " is shorter than 32 characters");
  }
  CHECK(mistake_in(std::string(kMaxToken + 1, 'x')) == "the token in line 1 is longer than 4096 characters");
  for (const std::string& text :
       {kA + " " + kB, " " + kA, kA + "\x7f", "\xc3\xa9" + kA, kA + std::string(1, '\0')}) {
    CAPTURE(text);
    CHECK(mistake_in(text) == "the token in line 1" + no_character);
  }
}
