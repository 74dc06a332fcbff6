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

/// Sorts a raw HTTP status, 100-599.
Outcome classify_status(std::string_view provider, int http_status);

/// Sorts the error type or code that a provider writes into an error's body, or into a stream that began with
/// 200: "overloaded_error", "insufficient_quota", "RESOURCE_EXHAUSTED". Nothing for a word that nobody knows.
std::optional<Outcome> classify_error(std::string_view provider, std::string_view error);

/// Whether it speaks against the provider. What is neither success nor failure is shown and counts for nothing;
/// `count_throttled` is the provider's setting for those whose 429 means "no capacity" (Vertex).
bool is_failure(Outcome outcome, bool count_throttled);

}  // namespace signalbox
