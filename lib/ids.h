#pragma once
/// Names of the things we judge.
///
/// Shape: a provider is 1-64 of `a-z0-9_-`; a model is 1-128 of `A-Za-z0-9._:@/-`, taken as it comes
/// (signal.md, "Targets"). A target is written `claude` or `claude/claude-opus-4-6`; a model may
/// contain slashes, so the first one separates.
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace signalbox {

struct Target {
  std::string provider;
  std::string model;  ///< empty: the provider itself

  bool is_provider() const { return model.empty(); }
  auto operator<=>(const Target&) const = default;
};

bool is_provider_name(std::string_view name);
bool is_model_name(std::string_view name);

std::string to_string(const Target& target);
/// Empty when either part is not a valid name.
std::optional<Target> parse_target(std::string_view text);

inline constexpr size_t kMaxReporterName = 128;

/// 1 to `longest` printable ASCII characters.
bool is_label(std::string_view text, size_t longest);
/// Whether a batch may carry it as its `reporter`.
bool is_reporter_name(std::string_view text);

}  // namespace signalbox
