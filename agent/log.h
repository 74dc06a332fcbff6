#pragma once
/// The agent's own log, to standard error: text for people and the journal, or JSON Lines. The same warning is
/// written once a minute (log_repeats.h).
#include <string>

namespace signalbox {

/// Before any other thread, for each of them uses what is made here. `level`: debug, info, warn, error. `format`:
/// text, json. Under systemd the journal stamps the time itself.
void start_logging(const std::string& level, const std::string& format);

/// Later, from any thread: the same log goes on with another level and format.
void change_logging(const std::string& level, const std::string& format);

}  // namespace signalbox
