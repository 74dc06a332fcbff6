#pragma once
/// What events do to the core before anything is judged: they are written down, each where it belongs.
#include <vector>

#include "lib/core.h"

namespace signalbox {

void take_in(Core& core, const Observation& observation, std::vector<Record>& effects);
/// Counts, as evidence and for history; a batch that is known counts for nothing.
BatchVerdict take_in(Core& core, const ReportBatch& batch, std::vector<Record>& effects);
void take_in(Core& core, const OverrideChange& change, std::vector<Record>& effects);
void take_in(Core& core, const BatchesRefused& refused);
void take_in(Core& core, const ConfigChanged& change);

/// Ends an override: by a person (`by`), or by its time (empty).
void end_override(Core& core, const Target& target, const std::string& by, std::vector<Record>& effects,
                  Instant now);

}  // namespace signalbox
