#pragma once
/// What a client's request met, and how the words of a provider are sorted into it (signal.md, "Passive
/// evidence"; the providers' own error references).
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace signalbox {

/// In the order of the API.
enum class Outcome { ok, overloaded, server_error, timeout, connect_error, throttled, client_error, cancelled };

inline constexpr std::array<std::string_view, 8> kOutcomeNames = {
    "ok", "overloaded", "server_error", "timeout", "connect_error", "throttled", "client_error", "cancelled"};

/// How often each was met, by Outcome.
using OutcomeCounts = std::array<int64_t, kOutcomeNames.size()>;

std::string_view to_string(Outcome outcome);
std::optional<Outcome> parse_outcome(std::string_view name);

/// Sorts a raw HTTP status, 100-599, of any provider. A 503 and a 529 mean no capacity; every other 5xx, also what
/// Cloudflare answers in front of one (520-524), is an error of the server; 429 is a throttle; 499 is nginx's word
/// for a caller that went away. What is left says nothing about the provider's health.
Outcome classify_status(int http_status);

/// Sorts the word for an error that a provider writes into the body of one, or into a stream that began with 200:
/// "overloaded_error", "insufficient_quota", "RESOURCE_EXHAUSTED". One table for all: gateways pass the words on
/// under names of their own, and no two providers mean different things by one word. Nothing for an unknown word.
std::optional<Outcome> classify_error(std::string_view error);

/// Whether it speaks against the provider. What is neither success nor failure is shown and counts for nothing;
/// `count_throttled` is the provider's setting for those whose 429 means "no capacity" (Vertex).
bool is_failure(Outcome outcome, bool count_throttled);

}  // namespace signalbox
