#include "lib/outcome.h"

namespace signalbox {

std::string_view to_string(Outcome outcome) { return kOutcomeNames.at(static_cast<size_t>(outcome)); }

}  // namespace signalbox
