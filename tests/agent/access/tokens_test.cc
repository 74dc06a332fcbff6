#include "agent/access/tokens.h"

#include <doctest/doctest.h>

using namespace signalbox;

namespace {

const std::string kReader(32, 'r');
const std::string kOperator(40, 'o');
const std::string kRouter(32, 'p');

Tokens all() {
  Tokens tokens;
  REQUIRE(tokens.add(kReader, {Role::reader, ""}));
  REQUIRE(tokens.add(kOperator, {Role::operator_, ""}));
  REQUIRE(tokens.add(kRouter, {Role::reporter, "router-eu-1"}));
  return tokens;
}

}  // namespace

TEST_CASE("a token gives what it was added for, and nothing else gives anything") {
  const Tokens tokens = all();
  CHECK(*tokens.find(kReader) == Grant{Role::reader, ""});
  CHECK(*tokens.find(kOperator) == Grant{Role::operator_, ""});
  CHECK(*tokens.find(kRouter) == Grant{Role::reporter, "router-eu-1"});
  for (const std::string& wrong : {std::string(), kReader.substr(1), kReader + "r", kReader + " ", " " + kReader,
                                   kReader + std::string(1, '\0'), std::string(32, 'R'), kReader + kOperator}) {
    CAPTURE(wrong);
    CHECK(tokens.find(wrong) == nullptr);
  }
  CHECK(tokens.roles() == TokenRoles{true, true, true});
}

TEST_CASE("without tokens there are none, not even the empty one") {
  const Tokens none;
  CHECK(none.find("") == nullptr);
  CHECK(none.roles() == TokenRoles{});
}

TEST_CASE("one token does not mean two things") {
  Tokens tokens = all();
  CHECK_FALSE(tokens.add(kReader, {Role::operator_, ""}));
  CHECK_FALSE(tokens.add(kRouter, {Role::reporter, "router-eu-2"}));
  CHECK(tokens.add(kReader, {Role::reader, ""}));
  CHECK(tokens == all());
}

TEST_CASE("a role may have several tokens, and other tokens are told from the same ones") {
  Tokens tokens = all();
  REQUIRE(tokens.add(std::string(32, 'n'), {Role::reader, ""}));
  CHECK(tokens.find(std::string(32, 'n'))->role == Role::reader);
  CHECK(tokens.find(kReader)->role == Role::reader);
  CHECK_FALSE(tokens == all());
}
