#pragma once
/// Which models an incident's title names ("Elevated errors on Claude Opus 4.6"), and whether a request's model
/// is one of them. Two thirds of Claude's incidents name a model.
///
/// A false match would move traffic off a healthy model, so that what is not certain is not matched: a title
/// without a family's word names nothing.
#include <string>
#include <string_view>
#include <vector>

#include "lib/config.h"

namespace signalbox {

/// Canonical names in the order of the title: "claude-opus-4-6", or "claude-opus" where no version is
/// named (then every version is meant).
std::vector<std::string> models_in_title(std::string_view title, const std::vector<ModelFamily>& families);

/// Whether `model`, as a request names it ("claude-opus-4-6-20260101", "claude-3-5-sonnet@20240620",
/// "models/gemini-2.5-pro"), is one that `scope` (from `models_in_title`) names.
bool in_scope(std::string_view model, const std::vector<std::string>& scope,
              const std::vector<ModelFamily>& families);

}  // namespace signalbox
