/// The rule of who may do what, as one table.
#include "lib/access.h"

#include <doctest/doctest.h>

#include <string>

using namespace signalbox;

namespace {

const Grant kReader{Role::reader, ""};
const Grant kReporter{Role::reporter, "router-eu-1"};
const Grant kOperator{Role::operator_, ""};

const Asker kUnix{.is_unix = true};
const Asker kLoopback{.is_loopback = true};
const Asker kStranger{};

Asker forwarded(Asker asker) {
  asker.forwarded = true;
  return asker;
}

Asker with(Asker asker, const Grant& grant) {
  asker.sent_token = true;
  asker.grant = &grant;
  return asker;
}

Asker with_wrong_token(Asker asker) {
  asker.sent_token = true;
  return asker;
}

const TokenRoles kNone{};
const TokenRoles kAll{true, true, true};

struct Row {
  const char* who;
  Asker asker;
  TokenRoles configured;
  Verdict read;
  Verdict report;
  Verdict set_override;
};

constexpr auto allowed = Verdict::allowed;
constexpr auto wanted = Verdict::token_wanted;
constexpr auto unknown = Verdict::token_unknown;
constexpr auto other = Verdict::other_role;
constexpr auto closed = Verdict::closed;

}  // namespace

TEST_CASE("who is local needs no token while none is configured for it, and overrides over the unix socket alone") {
  const Row rows[] = {
      {"unix", kUnix, kNone, allowed, allowed, allowed},
      {"loopback", kLoopback, kNone, allowed, allowed, closed},
      {"unix, a proxy before it", forwarded(kUnix), kNone, closed, closed, closed},
      {"loopback, a proxy before it", forwarded(kLoopback), kNone, closed, closed, closed},
      {"another host", kStranger, kNone, closed, closed, closed},
      {"loopback with what is no token of ours", with_wrong_token(kLoopback), kNone, allowed, allowed, closed},
      {"unix, a reader token is set", kUnix, {.reader = true}, wanted, allowed, allowed},
      {"loopback, a reporter token is set", kLoopback, {.reporter = true}, allowed, wanted, closed},
      {"unix, an operator token is set", kUnix, {.operator_ = true}, allowed, allowed, wanted},
      {"unix, all are set", kUnix, kAll, wanted, wanted, wanted},
      {"loopback, all are set", kLoopback, kAll, wanted, wanted, wanted},
      {"another host, all are set", kStranger, kAll, wanted, wanted, wanted},
      {"a proxy, a reporter token is set", forwarded(kLoopback), {.reporter = true}, wanted, wanted, closed},
      {"a proxy, all are set, a wrong token", with_wrong_token(forwarded(kUnix)), kAll, unknown, unknown, unknown},
  };
  for (const Row& row : rows) {
    CAPTURE(row.who);
    CHECK(judge(Right::open, row.asker, row.configured) == allowed);
    CHECK(judge(Right::read, row.asker, row.configured) == row.read);
    CHECK(judge(Right::report, row.asker, row.configured) == row.report);
    CHECK(judge(Right::set_override, row.asker, row.configured) == row.set_override);
  }
}

TEST_CASE("every token reads, wherever it comes from; beyond that each role has its own") {
  for (const Asker& from : {kUnix, kLoopback, kStranger, forwarded(kUnix), forwarded(kLoopback)}) {
    const Row rows[] = {
        {"reader", with(from, kReader), kAll, allowed, other, other},
        {"reporter", with(from, kReporter), kAll, allowed, allowed, other},
        {"operator", with(from, kOperator), kAll, allowed, other, allowed},
    };
    for (const Row& row : rows) {
      CAPTURE(row.who);
      CHECK(judge(Right::read, row.asker, row.configured) == row.read);
      CHECK(judge(Right::report, row.asker, row.configured) == row.report);
      CHECK(judge(Right::set_override, row.asker, row.configured) == row.set_override);
    }
  }
}

TEST_CASE("a token takes nothing away: its holder may what it might without") {
  CHECK(judge(Right::report, with(kLoopback, kReader), {.reader = true}) == allowed);
  CHECK(judge(Right::set_override, with(kUnix, kReader), {.reader = true}) == allowed);
  CHECK(judge(Right::set_override, with(kLoopback, kReader), {.reader = true}) == closed);
}
