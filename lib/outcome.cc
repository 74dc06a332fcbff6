#include "lib/outcome.h"

namespace signalbox {

std::string_view to_string(Outcome outcome) { return kOutcomeNames.at(static_cast<size_t>(outcome)); }

bool is_failure(Outcome outcome, bool count_throttled) {
  const bool always = outcome == Outcome::overloaded || outcome == Outcome::server_error ||
                      outcome == Outcome::timeout || outcome == Outcome::connect_error;
  return always || (count_throttled && outcome == Outcome::throttled);
}

}  // namespace signalbox
