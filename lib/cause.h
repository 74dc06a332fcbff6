#pragma once
/// Why a state changed, in one word, so that changes can be counted by it. The sentence for people is why.h's.
#include <array>
#include <string_view>
#include <vector>

#include "lib/core.h"
#include "lib/records.h"

namespace signalbox {

enum class Cause {
  page,      ///< a status page says so
  clients,   ///< clients' outcomes say so
  both,      ///< the page and clients
  recovery,  ///< what was bad is over: the hold or a step of the ramp has passed
  blind,     ///< nobody says anything any more
  person,    ///< an override was set, cleared, or ran out
};

inline constexpr std::array<std::string_view, 6> kCauseNames = {"page",     "clients", "both",
                                                                "recovery", "blind",   "person"};

/// `after` is the core that made the change, and `effects` all that it made together with it.
Cause cause_of(const TransitionRecord& change, const Core& after, const std::vector<Record>& effects);

}  // namespace signalbox
