#pragma once
/// `signalbox check-config F`: what is wrong with a configuration, line by line, and what was understood.
#include <ostream>
#include <string>

namespace signalbox {

/// 0 (warnings included), or 78 (EX_CONFIG).
int check_config(const std::string& path, std::ostream& out, std::ostream& err, bool colour);

}  // namespace signalbox
