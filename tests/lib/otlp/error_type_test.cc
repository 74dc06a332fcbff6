/// Whatever `error.type` is by turns, sorted into outcomes.
#include <doctest/doctest.h>

#include "lib/otlp/error_type.h"

using namespace signalbox;

TEST_CASE("statuses, words of providers, names of exceptions and codes of the network are sorted alike") {
  struct Row {
    std::string_view error_type;
    std::optional<Outcome> outcome;
  };
  for (const Row& row : {
           Row{"529", Outcome::overloaded},
           Row{"503", Outcome::overloaded},
           Row{"500", Outcome::server_error},
           Row{"524", Outcome::server_error},
           Row{"429", Outcome::throttled},
           Row{"400", Outcome::client_error},
           Row{"499", Outcome::cancelled},
           Row{"200", std::nullopt},  // an error that was none
           Row{"600", std::nullopt},
           Row{"5290", std::nullopt},
           Row{"overloaded_error", Outcome::overloaded},
           Row{"insufficient_quota", Outcome::client_error},
           Row{"RESOURCE_EXHAUSTED", Outcome::throttled},
           Row{"google.rpc.UNAVAILABLE", Outcome::overloaded},
           Row{"server_error", Outcome::server_error},
           Row{"ok", std::nullopt},
           Row{"timeout", Outcome::timeout},
           Row{"_OTHER", Outcome::client_error},
           Row{"OverloadedError", Outcome::overloaded},
           Row{"RateLimitError", Outcome::throttled},
           Row{"openai.RateLimitError", Outcome::throttled},
           Row{"com.openai.errors.RateLimitException", Outcome::throttled},
           Row{"InternalServerError", Outcome::server_error},
           Row{"google.genai.errors.ServerError", Outcome::server_error},
           Row{"APIConnectionError", Outcome::connect_error},
           Row{"APITimeoutError", Outcome::timeout},
           Row{"APIConnectionTimeoutError", Outcome::timeout},
           Row{"TimeoutError", Outcome::timeout},
           Row{"httpx.ConnectError", Outcome::connect_error},
           Row{"java.net.UnknownHostException", Outcome::connect_error},
           Row{"java.net.SocketTimeoutException", Outcome::timeout},
           Row{"ECONNREFUSED", Outcome::connect_error},
           Row{"*net.OpError", Outcome::connect_error},
           Row{"AbortError", Outcome::cancelled},
           Row{"asyncio.exceptions.CancelledError", Outcome::cancelled},
           Row{"BadRequestError", Outcome::client_error},
           Row{"ValueError", std::nullopt},
           Row{"APIStatusError", std::nullopt},
           Row{"Error", std::nullopt},
           Row{"", std::nullopt},
           Row{".", std::nullopt},
       }) {
    CAPTURE(row.error_type);
    CHECK(otlp::outcome_of_error_type(row.error_type) == row.outcome);
  }
}
