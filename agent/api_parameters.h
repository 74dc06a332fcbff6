#pragma once
/// Query parameters, checked. A parameter that is absent gives its default; one that is malformed is a 400 that
/// names it.
#include <cstdint>
#include <optional>
#include <string>

#include "agent/api.h"
#include "lib/result.h"

namespace signalbox {

/// The parameter's value; of several the first. Empty optional when absent.
std::optional<std::string> parameter(const ApiRequest& request, const std::string& name);

/// An integer in [low, high].
Result<int64_t> integer_parameter(const ApiRequest& request, const std::string& name, int64_t fallback, int64_t low,
                                  int64_t high);

/// RFC 3339.
Result<std::optional<WallTime>> time_parameter(const ApiRequest& request, const std::string& name);

/// `wait_s` and `generation` of a long poll (api.md, "Freshness"): both, one or none may be there.
std::optional<Error> check_wait(const ApiRequest& request);

}  // namespace signalbox
