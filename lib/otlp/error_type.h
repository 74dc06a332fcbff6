#pragma once
/// `error.type` of a measurement, sorted into outcomes.
///
/// The conventions ask for "the error code returned by the provider or the client library, the canonical name of
/// the exception, or another low-cardinality identifier", so that it is, by turns: an HTTP status as text ("529"),
/// a provider's word ("overloaded_error"), an exception's name with or without its package
/// ("openai.RateLimitError", "java.net.UnknownHostException"), a code of the network ("ECONNRESET"), or "timeout".
///
/// Source: https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/; the names are those of the SDKs
/// of Anthropic, OpenAI and Google, and of the HTTP clients under them.
#include <optional>
#include <string_view>

#include "lib/outcome.h"

namespace signalbox::otlp {

/// Nothing for a name that nobody knows: an error in the caller's own code ("ValueError") says nothing about the
/// provider, and neither do names that stand for errors of both sides (OpenAI's and Anthropic's `APIStatusError`).
/// "_OTHER", the conventions' word for an error without a name, counts as neither success nor failure.
std::optional<Outcome> outcome_of_error_type(std::string_view error_type);

}  // namespace signalbox::otlp
