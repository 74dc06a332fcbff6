#include "agent/config_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "lib/config/config_parse.h"
#include "lib/text.h"

namespace signalbox {
namespace {

constexpr size_t kMaxBytes = size_t{1024} * 1024;

Result<std::string> read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), std::fclose);
  const auto failed = [&] {
    return Error{fmt::format("cannot read {}: {}", path, std::generic_category().message(errno))};
  };
  if (!file) return failed();
  std::string text(kMaxBytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return failed();
  if (text.size() > kMaxBytes) return Error{fmt::format("{} is larger than 1 MiB", path)};
  return text;
}

/// The line as it stands; one that holds what could steer a terminal is not shown.
std::string line_of(const std::string& text, int number) {
  constexpr size_t kMaxShown = 200;
  size_t start = 0;
  for (int line = 1; line < number; ++line) {
    start = text.find('\n', start);
    if (start == std::string::npos) return "";
    ++start;
  }
  std::string line = text.substr(start, text.find('\n', start) - start);
  if (line.ends_with('\r')) line.pop_back();
  std::ranges::replace(line, '\t', ' ');
  std::string words = line;
  std::erase(words, ' ');
  return line.size() <= kMaxShown && clean_text(words) == words ? line : "";
}

}  // namespace

Result<LoadedConfig> load_config(const std::string& path) {
  if (path.empty()) return LoadedConfig{.config = default_config()};
  Result<std::string> text = read_file(path);
  if (!text) return text.error();
  ParsedConfig parsed = parse_config(*text);
  return LoadedConfig{std::move(parsed.config), std::move(parsed.problems), path, std::move(*text)};
}

std::string show_problem(const LoadedConfig& loaded, const ConfigProblem& problem) {
  const bool error = problem.severity == ConfigProblem::Severity::error;
  const std::string place = problem.line > 0 ? fmt::format(":{}:{}", problem.line, problem.column) : "";
  std::string head =
      fmt::format("{}{}: {}: {}\n", loaded.path, place, error ? "error" : "warning", problem.message);
  if (place.empty()) return head;
  const std::string line = line_of(loaded.text, problem.line);
  if (line.empty()) return head;
  return fmt::format("{}  {}\n  {:>{}}\n", head, line, "^", std::max(1, problem.column));
}

}  // namespace signalbox
