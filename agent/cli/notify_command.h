#pragma once
/// `signalbox notify test|list`: whether receivers of notifications can be told, and what waits for them.
#include <string>

#include "agent/cli/local_commands.h"
#include "agent/notify/deliver.h"

namespace signalbox {

/// Sends a message that says it is a test; `name` empty: to every receiver. Exit 0 all took it, 1 some did not, 64
/// there is no such receiver, 78 the configuration is wrong or names none.
int notify_test_command(const Console& console, const LocalOptions& options, const std::string& name,
                        const Deliver& deliver);

/// Exit 0, 1 the database cannot be read, 78 the configuration is wrong.
int notify_list_command(const Console& console, const LocalOptions& options);

}  // namespace signalbox
