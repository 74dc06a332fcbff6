#include "lib/otlp/exported.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace signalbox::otlp {

std::optional<std::string> attribute(const Attributes& attributes, std::string_view key) {
  const auto found = std::ranges::find(attributes, key, &Attribute::key);
  if (found == attributes.end() || found->value.empty()) return std::nullopt;
  return found->value;
}

ExportProblem too_many_points() {
  return {"",
          fmt::format("more than {} data points of {} in one request; a Collector's send_batch_max_size sets it",
                      kMaxPoints, kDurationMetric),
          true};
}

ExportProblem too_many_attributes(std::string where) {
  return {std::move(where), fmt::format("more than {} attributes", kMaxAttributes)};
}

void ExportBuilder::begin_resource(Attributes attributes) {
  resource_ = std::move(attributes);
  resource_is_in_ = false;
  begin_scope({}, {});
}

void ExportBuilder::begin_scope(std::string name, std::string version) {
  scope_ = {0, std::move(name), std::move(version)};
  scope_is_in_ = false;
}

void ExportBuilder::add(Point point) {
  if (!std::exchange(resource_is_in_, true)) made_.resources.push_back(std::move(resource_));
  scope_.resource = made_.resources.size() - 1;
  if (!std::exchange(scope_is_in_, true)) made_.scopes.push_back(std::move(scope_));
  point.scope = made_.scopes.size() - 1;
  made_.points.push_back(std::move(point));
}

}  // namespace signalbox::otlp
