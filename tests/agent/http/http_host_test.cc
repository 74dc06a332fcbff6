#include "agent/http/http_host.h"

#include <doctest/doctest.h>

using namespace signalbox;

TEST_CASE("a Host that is ours is allowed, a name that only resolves to us is not") {
  const HostPolicy policy({"127.0.0.1", "10.0.0.5", "fd00::5", ""}, {"Gateway.internal", "box:9529"});
  for (const char* host : {"localhost", "localhost:9529", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1:1",
                           "127.9.9.9", "[::1]:9529", "[::1]", "10.0.0.5:9529", "[fd00::5]:1", "[fd00:0::5]",
                           "gateway.internal:80", "GATEWAY.INTERNAL", "box"}) {
    CAPTURE(host);
    CHECK(policy.allows(host));
  }
  for (const char* host : {"", ":", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.6",
                           "[::2]", "[", "[]", "xgateway.internal", "fd00::5]", "notlocalhost"}) {
    CAPTURE(host);
    CHECK_FALSE(policy.allows(host));
  }
}

TEST_CASE("behind the wildcard every address is ours, and no name") {
  for (const char* wildcard : {"0.0.0.0", "::"}) {
    const HostPolicy policy({wildcard}, {});
    CHECK(policy.allows("192.0.2.7:9529"));
    CHECK(policy.allows("[2001:db8::1]"));
    CHECK_FALSE(policy.allows("evil.example"));
  }
}
