#pragma once
/// Which of what has just changed is to be told to whom.
#include <vector>

#include "lib/core.h"

namespace signalbox {

/// A record for each receiver that wants it, in the order of `effects`. Which states a receiver wants is not asked
/// here: that depends on what it was told before (outbox.h).
std::vector<Record> notices_of(const Core& core, const std::vector<Record>& effects, bool was_suspect, Instant now);

/// Whether a receiver's `targets` name it: a provider stands for its models too.
bool is_of_interest(const NotifyConfig& receiver, const Target& target);

}  // namespace signalbox
