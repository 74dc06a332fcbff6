#pragma once
/// The agent's own log, to standard error: text for people and the journal, or JSON Lines. The same warning is
/// written once a minute (log_repeats.h).
#include <string>

namespace signalbox {

/// `level`: debug, info, warn, error. `format`: text, json. Under systemd the journal stamps the time itself.
void start_logging(const std::string& level, const std::string& format);

}  // namespace signalbox
