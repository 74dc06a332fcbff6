#include "agent/notify/signature.h"

#include <doctest/doctest.h>

using namespace signalbox;

TEST_CASE("a signature is the one that Standard Webhooks' libraries make") {
  // The vector of their test suites.
  const auto key = parse_webhook_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
  REQUIRE(key);
  CHECK(sign_webhook(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})") ==
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_CASE("what is no secret is refused, and not repeated") {
  for (const char* text :
       {"", "whsec_", "SECRETSECRETSECRETSECRETSECRET", "whsec_U0VDUkVU", "whsec_SECRET!",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_====", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw x"}) {
    CAPTURE(text);
    const auto key = parse_webhook_secret(text);
    REQUIRE(!key);
    CHECK(key.error().message.find("SECRET") == std::string::npos);
  }
}
