#pragma once
/// Notices summed up into what one receiver is told at once: a line a target, however often it changed meanwhile.
///
/// What is said depends on what was said: a state is told when it is one that the receiver wants and another than
/// it was told last. A state that it does not want says nothing; one that is better than what it was told last
/// still ends that, so that the next bad one is news again. Worked example, for who wants unhealthy and healthy:
/// unhealthy is told; recovering is not; unhealthy again is told (it had become better); degraded is not; healthy
/// is told; degraded is not; healthy is not (it had never heard of anything else). In the beginning all are taken
/// as healthy.
///
/// What it was told last is another thing than what it is taken to know: the second unhealthy of the example "was
/// unhealthy", since recovering was told to nobody.
#include <map>
#include <string>
#include <vector>

#include "lib/config/config.h"
#include "lib/notify/notice.h"
#include "lib/records.h"

namespace signalbox {

/// By target; `Heard{}` where there is none. The empty target is the observer, unhealthy while it is suspect.
using ToldStates = std::map<Target, Heard>;

struct TargetNews {
  Heard before;     ///< as the receiver had heard it
  Notice last;      ///< what is so now
  int changes = 1;  ///< how many are summed up
  bool operator==(const TargetNews&) const = default;
};

struct Message {
  std::string id;        ///< of its first notice: the same at each try, and after a restart
  std::string provider;  ///< all of it is about one; empty: the observer, or a test
  WallTime at;           ///< of the last change in it
  bool test = false;
  std::vector<TargetNews> changes;  ///< by target
  std::vector<Notice> overrides;
  bool operator==(const Message&) const = default;

  bool says_nothing() const { return !test && changes.empty() && overrides.empty(); }
  /// Of the states in it, the worst: severity().
  int severity() const;
};

/// How bad a state is: unknown and healthy 0, recovering, degraded, unhealthy 3.
int severity(State state);

/// `notices` are of one provider, in their order, at least one. `told` is brought up to what the receiver knows
/// after it.
Message sum_up(const std::vector<Notice>& notices, const NotifyConfig& receiver, ToldStates& told);

/// What is sent to see whether a receiver works.
Message test_message(WallTime at);

}  // namespace signalbox
