#include "agent/http/request_counts.h"

#include <algorithm>
#include <array>

namespace signalbox {

std::vector<RequestCount> RequestCounts::all() const {
  std::vector<RequestCount> rows;
  for (const auto& [key, count] : counts_) {
    const auto& [route, method, status] = key;
    rows.push_back({route == nullptr ? "none" : route_label(route->pattern), std::string(method), status, count});
  }
  return rows;
}

std::string_view method_label(std::string_view method) {
  constexpr std::array<std::string_view, 7> kMethods = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"};
  const auto* known = std::ranges::find(kMethods, method);
  return known == kMethods.end() ? "other" : *known;
}

std::string route_label(std::string_view pattern) {
  std::string label;
  while (!pattern.empty()) {
    const size_t special = std::min(pattern.find_first_of("(\\"), pattern.size());
    label += pattern.substr(0, special);
    pattern.remove_prefix(special);
    if (pattern.starts_with('\\')) pattern.remove_prefix(1);
    if (!pattern.starts_with('(')) continue;
    const size_t end = std::min(pattern.find(')'), pattern.size() - 1) + 1;
    label += pattern.substr(0, end) == "(.+)" ? "{target}" : "{name}";
    pattern.remove_prefix(end);
  }
  return label;
}

}  // namespace signalbox
