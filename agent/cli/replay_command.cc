#include "agent/cli/replay_command.h"

#include <fmt/format.h>
#include <sysexits.h>

#include <fstream>
#include <istream>
#include <memory>

#include "agent/config_file.h"
#include "lib/replay.h"
#include "lib/text.h"

namespace signalbox {
namespace {

constexpr const char* kStandardInput = "-";

/// Null when it is wrong, which is then said.
std::shared_ptr<const Config> config_of(const Console& console, const std::string& path) {
  if (path.empty()) return std::make_shared<const Config>(default_config());
  auto loaded = load_config(path);
  if (!loaded) {
    complain(console, loaded.error().message);
    return nullptr;
  }
  for (const ConfigProblem& problem : loaded->problems) console.err << show_problem(*loaded, problem) << "\n";
  if (has_errors(loaded->problems)) return nullptr;
  return std::make_shared<const Config>(std::move(loaded->config));
}

int run(const Console& console, Replay replay, std::istream& lines, const std::string& name) {
  std::string line;
  for (size_t number = 1; std::getline(lines, line); ++number) {
    const auto output = replay.take(line);
    if (!output) {
      complain(console, fmt::format("{}: line {}: {}", name, number, output.error().message));
      return EX_DATAERR;
    }
    if (output->empty()) continue;
    console.out << *output << std::flush;
    if (!console.out) return EX_IOERR;
  }
  if (!lines.bad()) return 0;
  complain(console, name + ": cannot be read to its end");
  return EX_NOINPUT;
}

}  // namespace

int replay_command(const Console& console, const ReplayOptions& options, std::istream& in) {
  const auto config = config_of(console, options.config_path);
  if (config == nullptr) return EX_CONFIG;
  if (options.file == kStandardInput) return run(console, Replay(config), in, "standard input");
  const std::string name = clean_text(options.file);
  std::ifstream file(options.file);
  if (!file || file.peek() == std::char_traits<char>::eof()) {
    if (file.is_open() && file.eof()) return 0;  // an empty recording
    complain(console, name + ": cannot be read");
    return EX_NOINPUT;
  }
  return run(console, Replay(config), file, name);
}

}  // namespace signalbox
