#pragma once
/// The body of `/metrics`. README.md, "Metrics", is its reference, and a test compares the two.
///
/// Bounded: 15 lines a target (a provider has 256 models at most), 55 a source, 2 a reporter (127 at most, of the
/// last hour), 36 a provider; requests are told by route pattern, method and status, never by path. What is removed
/// from the configuration, or no longer reported, has no series any more.
/// Units: seconds, bytes, ratios. Names: Prometheus, "Metric and label naming".
#include <string>

#include "agent/metrics/exposition.h"
#include "agent/metrics/measured.h"
#include "lib/snapshot.h"

namespace signalbox {

std::string render_metrics(const Snapshot& snapshot, const Measured& measured);

// The parts: signal_metrics.cc, agent_metrics.cc.
void add_signal_metrics(Exposition& out, const Snapshot& snapshot, const EngineCounts& counts);
void add_agent_metrics(Exposition& out, const Snapshot& snapshot, const Measured& measured);

}  // namespace signalbox
