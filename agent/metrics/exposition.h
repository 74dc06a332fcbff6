#pragma once
/// Metric families as text: prometheus-cpp's values and serializer, and nothing else of it. One family at a time,
/// so that the largest, not their sum, is what it takes in memory.
///
/// Source: "Exposition formats", text format 0.0.4.
#include <prometheus/metric_family.h>

#include <concepts>
#include <sstream>
#include <string>
#include <vector>

#include "lib/durations.h"
#include "lib/time.h"

namespace signalbox {

using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

/// The samples of one family.
class Samples {
 public:
  explicit Samples(prometheus::MetricFamily& family) : family_(family) {}

  template <class Number>
  requires std::integral<Number> || std::floating_point<Number>
  void add(MetricLabels labels, Number value) { add_number(std::move(labels), static_cast<double>(value)); }
  void add(MetricLabels labels, WallTime at);  ///< in seconds since 1970
  void add(MetricLabels labels, const DurationCounts& durations);

 private:
  prometheus::ClientMetric& sample(MetricLabels labels);
  void add_number(MetricLabels labels, double value);

  prometheus::MetricFamily& family_;
};

class Exposition {
 public:
  template <class Fill>
  void gauge(const char* name, const char* help, Fill fill) {
    family(prometheus::MetricType::Gauge, name, help, fill);
  }
  template <class Fill>
  void counter(const char* name, const char* help, Fill fill) {
    family(prometheus::MetricType::Counter, name, help, fill);
  }
  template <class Fill>
  void histogram(const char* name, const char* help, Fill fill) {
    family(prometheus::MetricType::Histogram, name, help, fill);
  }
  std::string text() const { return out_.str(); }

 private:
  template <class Fill>
  void family(prometheus::MetricType type, const char* name, const char* help, Fill fill) {
    prometheus::MetricFamily made{name, help, type, {}};
    Samples samples(made);
    fill(samples);
    write(std::move(made));
  }
  void write(prometheus::MetricFamily family);

  std::ostringstream out_;
};

}  // namespace signalbox
