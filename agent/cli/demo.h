#pragma once
/// `signalbox demo`: a two-minute outage on this host, for who wants to see what the agent does.
///
/// Status pages, clients and the real agent in this process, on loopback; nothing of it is left behind.
#include "agent/cli/console.h"

namespace signalbox {

/// 0, also when Ctrl-C ends it; 69 when it cannot start or go on.
int demo_command(const Console& console);

}  // namespace signalbox
