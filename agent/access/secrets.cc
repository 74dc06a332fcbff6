#include "agent/access/secrets.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "agent/access/secret_file.h"
#include "lib/text.h"
#include "lib/token.h"

namespace signalbox {
namespace {

using Severity = ConfigProblem::Severity;

/// Puts the tokens of each file into one table and notes what is wrong.
class TokenLoader {
 public:
  TokenLoader(const Surroundings& around, ConfigProblems& problems) : around_(around), problems_(problems) {}

  void load(const std::string& key, const std::string& name, const Grant& grant) {
    if (name.empty()) return;
    const auto path = secret_path(name, around_);
    if (!path) return note(Severity::error, key, path.error().message);
    auto file = read_secret(*path);
    if (!file) return note(Severity::error, key, file.error().message);
    if (file->readable_by_all) {
      note(Severity::warning, key, *path + " can be read by every user of this host; chmod 0640 it");
    }
    auto tokens = parse_tokens(file->text);
    wipe(file->text);
    if (!tokens) return note(Severity::error, key, fmt::format("{}: {}", *path, tokens.error().message));
    for (std::string& token : *tokens) {
      if (!tokens_.add(token, grant)) {
        note(Severity::error, key, *path + " holds a token that another key's file holds, too: each needs its own");
      }
      wipe(token);
    }
  }

  Tokens take() { return std::move(tokens_); }

 private:
  void note(Severity severity, const std::string& key, const std::string& what) {
    problems_.push_back({.severity = severity, .message = clean_text(key + ": " + what, kLongest)});
  }

  static constexpr size_t kLongest = 1000;
  const Surroundings& around_;
  ConfigProblems& problems_;
  Tokens tokens_;
};

}  // namespace

LoadedSecrets load_secrets(const ServerConfig& server, const Surroundings& around) {
  LoadedSecrets loaded;
  TokenLoader loader(around, loaded.problems);
  loader.load("reader_token_file", server.reader_token_file, {Role::reader, ""});
  loader.load("operator_token_file", server.operator_token_file, {Role::operator_, ""});
  for (const auto& [reporter, name] : server.reporter_token_files) {
    loader.load("reporter_token_files." + reporter, name, {Role::reporter, reporter});
  }
  loaded.secrets.tokens = std::make_shared<const Tokens>(loader.take());
  return loaded;
}

}  // namespace signalbox
