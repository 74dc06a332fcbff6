#pragma once
/// Which models an incident's title names ("Elevated errors on Claude Opus 4.6"), and whether a request's model
/// is one of them. Two thirds of Claude's incidents name a model.
///
/// A false match would move traffic off a healthy model, so that what is not certain is not matched:
/// - A family's word with a version names exactly that version: "Opus 4" is not claude-opus-4-6, "gpt-4" is neither
///   gpt-4o nor gpt-4.1. Without one it names every version ("Elevated errors on Haiku"), unless the word is a
///   product's name too ("Claude", "GPT", "Gemini"): then it names nothing.
/// - Where variants are models of their own, they must agree: "gpt-4o" is not gpt-4o-mini. A version without a
///   variant names all of them where no model has that bare name ("Gemini 2.5 models").
/// - A snapshot in the title names that snapshot only; without one every snapshot is meant.
/// - "Opus 48" is more likely a lost point than a version: it names nothing. So does a word between two versions.
/// - What else a title says ("Fast Mode", "1M context", "on Vertex AI", "fine-tuned") changes nothing.
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/config.h"

namespace signalbox {

/// Canonical names in the order of the title, each once: "claude-opus-4-6", or "claude-opus" where no version is
/// named.
std::vector<std::string> models_in_title(std::string_view title, const std::vector<ModelFamily>& families);

/// Whether `model`, as a request names it ("claude-opus-4-6-20260101", "claude-3-5-sonnet@20240620",
/// "models/gemini-2.5-pro"), is one that `scope` (from `models_in_title`) names.
bool in_scope(std::string_view model, const std::vector<std::string>& scope,
              const std::vector<ModelFamily>& families);

}  // namespace signalbox
