#pragma once
/// `signalbox doctor`: checks of this host: directories, database, secrets, and whether the agent answers.
#include <string>
#include <vector>

#include "agent/ask/client.h"
#include "agent/cli/doctor.h"
#include "agent/directories.h"

namespace signalbox {

/// State and runtime directory: there, ours alone to write, with room on the disk.
std::vector<Diagnosis> check_directories(const Places& places);

/// Reads every page of the database.
std::vector<Diagnosis> check_stored(const std::string& state_dir);

/// Token and key files: there, and not for everybody to read.
std::vector<Diagnosis> check_secrets(const ServerConfig& server);

/// What the agent says of itself.
std::vector<Diagnosis> check_agent(const Result<AgentClient>& client);

}  // namespace signalbox
