#include "lib/chart_rank.h"

namespace signalbox {

int chart_rank(State state) {
  switch (state) {
    case State::healthy: return 0;
    case State::unknown: return 1;
    case State::degraded: return 2;
    case State::recovering: return 3;
    case State::unhealthy: return 4;
  }
  return 0;
}

}  // namespace signalbox
