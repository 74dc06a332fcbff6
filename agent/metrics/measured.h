#pragma once
/// What `/metrics` shows beside the snapshot: gathered when it is asked for from the parts of the agent, each of
/// which has counted what it did where it did it.
#include <functional>
#include <vector>

#include "agent/http/front_counts.h"
#include "agent/ingest_counts.h"
#include "agent/metrics/process_figures.h"
#include "agent/notify/receiver_status.h"
#include "agent/store/store_counts.h"
#include "lib/engine_counts.h"

namespace signalbox {

struct Measured {
  FrontCounts front;
  EngineCounts engine;
  IngestCounts ingest;
  StoreCounts store;
  ProcessFigures process;
  std::vector<ReceiverStatus> notify;
};

/// Gathers, from any thread.
using Measure = std::function<Measured()>;

}  // namespace signalbox
