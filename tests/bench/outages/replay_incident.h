#pragma once
/// One real incident through the real core: its page as it was posted, and outcomes that are plausible for it.
#include <optional>
#include <string>

#include "tests/bench/outages/client.h"
#include "tests/bench/outages/history.h"

namespace signalbox::bench {

/// What the histories do not tell and is assumed.
struct Assumption {
  double per_s = 2;                 ///< sessions
  Millis before_post = minutes(0);  ///< requests fail so long before the page's first post
  double failing = 0.5;             ///< share of the requests, while it lasts
  double failing_else = 0.01;
};

struct Replayed {
  std::string model;                    ///< that the title names and the clients use; empty: all of the provider
  double page_after_s = 0;              ///< from the onset to the poll that saw it on the page
  std::optional<double> known_after_s;  ///< from the onset to unhealthy; nothing when it never came while it lasted
  std::string why;                      ///< of that transition
  int64_t requests = 0;                 ///< while it lasted
  Cost without;                         ///< clients that always use the primary with a budget of 8 s
  Cost with;                            ///< clients that obey
  double shifted_after_s = 0;           ///< how long after the end less than all went to the primary
};

Replayed replay_incident(const HistoricIncident& incident, const Assumption& assumption, uint64_t seed);

}  // namespace signalbox::bench
