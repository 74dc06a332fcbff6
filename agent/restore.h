#pragma once
/// From what was stored to the core that goes on: documents are decoded again, so that a restart in mid-outage
/// knows at once what the pages said, as long as that is fresh.
#include <memory>

#include "agent/store/store.h"
#include "lib/core.h"

namespace signalbox {

/// What cannot be decoded with the present configuration is left out: the next poll tells.
Core restore_core(std::shared_ptr<const Config> config, const Restored& restored, Instant now);

}  // namespace signalbox
