#pragma once
/// What clients met, in the words and tables of `status` and `why`.
#include <string>

#include "agent/ask/answers.h"
#include "agent/render/layout.h"

namespace signalbox {

/// "failing: 259 of 418 requests failed (62 %) in 12 s, 7 reporters".
std::string passive_words(const PassiveView& passive);

/// "overloaded 255, ok 159": the most frequent first, none that never came.
std::string outcome_words(const PassiveView& passive);

/// The rest of what `why` says: outcomes, rate, every test with its number beside what it needs, who is set aside.
std::string passive_details(const PassiveView& passive, const View& view);

}  // namespace signalbox
