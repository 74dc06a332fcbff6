#include "lib/ids.h"

#include <algorithm>

namespace signalbox {
namespace {

constexpr size_t kMaxProvider = 64;
constexpr size_t kMaxModel = 128;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_provider_char(char c) { return is_lower_or_digit(c) || c == '_' || c == '-'; }

bool is_model_char(char c) {
  return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') ||
         std::string_view("._:@/-").find(c) != std::string_view::npos;
}

}  // namespace

bool is_provider_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxProvider && std::ranges::all_of(name, is_provider_char);
}

bool is_model_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxModel && std::ranges::all_of(name, is_model_char);
}

std::string to_string(const Target& target) {
  return target.is_provider() ? target.provider : target.provider + "/" + target.model;
}

std::optional<Target> parse_target(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string_view provider = text.substr(0, slash);
  if (!is_provider_name(provider)) return std::nullopt;
  if (slash == std::string_view::npos) return Target{std::string(provider), {}};
  const std::string_view model = text.substr(slash + 1);
  if (!is_model_name(model)) return std::nullopt;
  return Target{std::string(provider), std::string(model)};
}

bool is_label(std::string_view text, size_t longest) {
  return !text.empty() && text.size() <= longest &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_reporter_name(std::string_view text) { return is_label(text, kMaxReporterName); }

}  // namespace signalbox
