#pragma once
/// The wall clock, as far as something may be deleted by it.
///
/// Whoever sets a host's clock a day ahead by mistake, and back an hour later, must not have aged everything that
/// is kept by a day. So a step ahead is believed once it has stood for a day; until then the time runs on by the
/// monotonic clock. A step back is followed at once: it deletes nothing. Worked example: at 10:00 the clock is set
/// to 10:00 of the next day; 30 min later this says 10:30 of today, and from the next day's 10:00 on what the clock
/// says.
#include <optional>

#include "lib/time.h"

namespace signalbox {

class CautiousClock {
 public:
  WallTime at(Instant now) {
    const WallTime run_on = last_ ? last_->wall + (now.mono - last_->mono) : now.wall;
    // Between two looks a clock that is kept by NTP gains less.
    const bool is_ahead = now.wall - run_on > minutes(1);
    if (!is_ahead) {
      ahead_since_.reset();
    } else if (!ahead_since_) {
      ahead_since_ = now.mono;
    }
    const bool stands = ahead_since_ && now.mono - *ahead_since_ >= kBelievedAfter;
    if (stands) ahead_since_.reset();
    last_ = Instant{is_ahead && !stands ? run_on : now.wall, now.mono};
    return last_->wall;
  }

 private:
  static constexpr Millis kBelievedAfter = hours(24);

  std::optional<Instant> last_;
  std::optional<MonoTime> ahead_since_;
};

}  // namespace signalbox
