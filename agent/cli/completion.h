#pragma once
/// Completion for bash: commands, options, and targets as the agent knows them. The text is completion.bash.
#include <string>

namespace signalbox {

const std::string& completion_script();

}  // namespace signalbox
