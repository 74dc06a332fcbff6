#include "agent/metrics/exposition.h"

#include <prometheus/text_serializer.h>

#include <limits>
#include <utility>

namespace signalbox {

void Samples::add(MetricLabels labels, WallTime at) {
  add_number(std::move(labels), static_cast<double>(at.time_since_epoch().count()) / 1000);
}

void Samples::add(MetricLabels labels, const DurationCounts& durations) {
  auto& histogram = sample(std::move(labels)).histogram;
  for (size_t i = 0; i < durations.counts.size(); ++i) {
    histogram.sample_count += durations.counts.at(i);
    const bool bounded = i < DurationCounts::kBounds.size();
    const double bound = bounded ? DurationCounts::kBounds.at(i) : std::numeric_limits<double>::infinity();
    histogram.bucket.push_back({histogram.sample_count, bound});
  }
  histogram.sample_sum = durations.sum;
}

prometheus::ClientMetric& Samples::sample(MetricLabels labels) {
  auto& made = family_.metric.emplace_back();
  made.label = std::move(labels);
  return made;
}

void Samples::add_number(MetricLabels labels, double value) {
  auto& made = sample(std::move(labels));
  made.gauge.value = value;  // the serializer looks at the one that the family's type names
  made.counter.value = value;
}

void Exposition::write(prometheus::MetricFamily family) {
  std::vector<prometheus::MetricFamily> one;
  one.push_back(std::move(family));
  prometheus::TextSerializer().Serialize(out_, one);
}

}  // namespace signalbox
