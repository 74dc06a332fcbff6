#include "lib/outcome.h"

#include <algorithm>

namespace signalbox {
namespace {

struct StatusRule {
  int low;
  int high;
  Outcome outcome;
};

/// The first that fits. RFC 9110; 499 is nginx's; 529 is Anthropic's "overloaded".
constexpr std::array kStatusRules = {
    StatusRule{200, 299, Outcome::ok},           StatusRule{429, 429, Outcome::throttled},
    StatusRule{499, 499, Outcome::cancelled},    StatusRule{503, 503, Outcome::overloaded},
    StatusRule{529, 529, Outcome::overloaded},   StatusRule{500, 599, Outcome::server_error},
    StatusRule{100, 599, Outcome::client_error},
};

struct ErrorWord {
  std::string_view word;
  Outcome outcome;
};

constexpr std::array kErrorWords = {
    // Anthropic: error.type, and error.details.error_code (docs.anthropic.com, "Errors"). A spent limit is a 429
    // that no waiting ends: the account's, not the provider's.
    ErrorWord{"overloaded_error", Outcome::overloaded},
    ErrorWord{"api_error", Outcome::server_error},
    ErrorWord{"timeout_error", Outcome::server_error},
    ErrorWord{"rate_limit_error", Outcome::throttled},
    ErrorWord{"enforced_spend_limit_reached", Outcome::client_error},
    ErrorWord{"invalid_request_error", Outcome::client_error},
    ErrorWord{"authentication_error", Outcome::client_error},
    ErrorWord{"billing_error", Outcome::client_error},
    ErrorWord{"permission_error", Outcome::client_error},
    ErrorWord{"not_found_error", Outcome::client_error},
    ErrorWord{"conflict_error", Outcome::client_error},
    ErrorWord{"request_too_large", Outcome::client_error},
    // OpenAI: error.type and error.code (developers.openai.com, "Error codes").
    ErrorWord{"server_is_overloaded", Outcome::overloaded},
    ErrorWord{"engine_overloaded", Outcome::overloaded},
    ErrorWord{"service_unavailable_error", Outcome::overloaded},
    ErrorWord{"server_error", Outcome::server_error},
    ErrorWord{"rate_limit_exceeded", Outcome::throttled},
    ErrorWord{"slow_down", Outcome::throttled},
    ErrorWord{"insufficient_quota", Outcome::client_error},
    ErrorWord{"credit_balance_exhausted", Outcome::client_error},
    ErrorWord{"project_spend_limit_exceeded", Outcome::client_error},
    ErrorWord{"invalid_api_key", Outcome::client_error},
    ErrorWord{"model_not_found", Outcome::client_error},
    ErrorWord{"context_length_exceeded", Outcome::client_error},
    // Google: error.status (google.rpc.Code), and the reason in its details (ai.google.dev, "Troubleshooting").
    ErrorWord{"UNAVAILABLE", Outcome::overloaded},
    ErrorWord{"MODEL_CAPACITY_EXHAUSTED", Outcome::overloaded},
    ErrorWord{"INTERNAL", Outcome::server_error},
    ErrorWord{"UNKNOWN", Outcome::server_error},
    ErrorWord{"DATA_LOSS", Outcome::server_error},
    ErrorWord{"DEADLINE_EXCEEDED", Outcome::server_error},
    ErrorWord{"RESOURCE_EXHAUSTED", Outcome::throttled},
    ErrorWord{"INVALID_ARGUMENT", Outcome::client_error},
    ErrorWord{"FAILED_PRECONDITION", Outcome::client_error},
    ErrorWord{"OUT_OF_RANGE", Outcome::client_error},
    ErrorWord{"PERMISSION_DENIED", Outcome::client_error},
    ErrorWord{"UNAUTHENTICATED", Outcome::client_error},
    ErrorWord{"NOT_FOUND", Outcome::client_error},
    ErrorWord{"CANCELLED", Outcome::cancelled},
};

/// OpenAI's limits of an organization: organization_spend_limit_exceeded and its like.
bool is_limit_of_account(std::string_view error) {
  return error.starts_with("organization_") && error.ends_with("_limit_exceeded");
}

}  // namespace

std::string_view to_string(Outcome outcome) { return kOutcomeNames.at(static_cast<size_t>(outcome)); }

std::optional<Outcome> parse_outcome(std::string_view name) {
  const auto* found = std::ranges::find(kOutcomeNames, name);
  if (found == kOutcomeNames.end()) return std::nullopt;
  return static_cast<Outcome>(found - kOutcomeNames.begin());
}

Outcome classify_status(int http_status) {
  const auto* rule = std::ranges::find_if(
      kStatusRules, [&](const StatusRule& one) { return http_status >= one.low && http_status <= one.high; });
  return rule == kStatusRules.end() ? Outcome::client_error : rule->outcome;
}

std::optional<Outcome> classify_error(std::string_view error) {
  const auto* found = std::ranges::find(kErrorWords, error, &ErrorWord::word);
  if (found != kErrorWords.end()) return found->outcome;
  if (is_limit_of_account(error)) return Outcome::client_error;
  return std::nullopt;
}

bool is_failure(Outcome outcome, bool count_throttled) {
  const bool always = outcome == Outcome::overloaded || outcome == Outcome::server_error ||
                      outcome == Outcome::timeout || outcome == Outcome::connect_error;
  return always || (count_throttled && outcome == Outcome::throttled);
}

}  // namespace signalbox
