#include "agent/access/secrets.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>

#include "agent/access/secret_file.h"
#include "lib/rfc3339.h"
#include "lib/text.h"
#include "lib/token.h"

namespace signalbox {
namespace {

using Severity = ConfigProblem::Severity;

/// Reads the files that keys name and notes what is wrong with them.
class SecretReader {
 public:
  SecretReader(const Surroundings& around, ConfigProblems& problems) : around_(around), problems_(problems) {}

  struct Read {
    std::string path;
    SecretFile file;
  };

  std::optional<Read> read(const std::string& key, const std::string& name) {
    const auto path = secret_path(name, around_);
    if (!path) {
      note(Severity::error, key, path.error().message);
      return std::nullopt;
    }
    auto file = read_secret(*path);
    if (!file) {
      note(Severity::error, key, file.error().message);
      return std::nullopt;
    }
    return Read{*path, std::move(*file)};
  }

  void warn_if_public(const std::string& key, const Read& secret) {
    if (!secret.file.readable_by_all) return;
    note(Severity::warning, key, secret.path + " can be read by every user of this host; chmod 0640 it");
  }

  void note(Severity severity, const std::string& key, const std::string& what) {
    constexpr size_t kLongest = 1000;
    problems_.push_back({.severity = severity, .message = clean_text(key + ": " + what, kLongest)});
  }

 private:
  const Surroundings& around_;
  ConfigProblems& problems_;
};

void load_tokens(SecretReader& reader, const std::string& key, const std::string& name, const Grant& grant,
                 Tokens& into) {
  if (name.empty()) return;
  auto secret = reader.read(key, name);
  if (!secret) return;
  reader.warn_if_public(key, *secret);
  auto tokens = parse_tokens(secret->file.text);
  wipe(secret->file.text);
  if (!tokens)
    return reader.note(Severity::error, key, fmt::format("{}: {}", secret->path, tokens.error().message));
  for (std::string& token : *tokens) {
    if (!into.add(token, grant)) {
      reader.note(Severity::error, key,
                  secret->path + " holds a token that another key's file holds, too: each needs its own");
    }
    wipe(token);
  }
}

void warn_of_dates(SecretReader& reader, const std::string& path, const TlsIdentity& identity, WallTime now) {
  const auto warn = [&](std::string_view what, WallTime at) {
    reader.note(Severity::warning, "tls_cert_file", fmt::format("{}: {} {}", path, what, format_rfc3339(at)));
  };
  if (identity.expires_at() <= now) {
    warn("clients will refuse it: it expired at", identity.expires_at());
  } else if (identity.expires_at() < now + kSoonExpired) {
    warn("renew it: it expires at", identity.expires_at());
  }
  if (identity.valid_from() > now) warn("clients will refuse it: it is not valid before", identity.valid_from());
}

/// Null: none is configured, or something is wrong with it.
TlsIdentityPtr load_identity(SecretReader& reader, const ServerConfig& server, WallTime now) {
  if (server.tls_cert_file.empty() || server.tls_key_file.empty()) return nullptr;
  const auto certificates = reader.read("tls_cert_file", server.tls_cert_file);
  auto key = reader.read("tls_key_file", server.tls_key_file);
  if (!certificates || !key) return nullptr;
  reader.warn_if_public("tls_key_file", *key);
  auto identity = std::make_shared<TlsIdentity>();
  const auto wrong_certificate = identity->use_certificates(certificates->file.text);
  if (wrong_certificate) {
    reader.note(Severity::error, "tls_cert_file", certificates->path + ": " + wrong_certificate->message);
    return nullptr;
  }
  const auto wrong_key = identity->use_key(key->file.text);
  wipe(key->file.text);
  if (wrong_key) {
    reader.note(Severity::error, "tls_key_file", key->path + ": " + wrong_key->message);
    return nullptr;
  }
  warn_of_dates(reader, certificates->path, *identity, now);
  return identity;
}

}  // namespace

LoadedSecrets load_secrets(const ServerConfig& server, const Surroundings& around, WallTime now) {
  LoadedSecrets loaded;
  SecretReader reader(around, loaded.problems);
  Tokens tokens;
  load_tokens(reader, "reader_token_file", server.reader_token_file, {Role::reader, ""}, tokens);
  load_tokens(reader, "operator_token_file", server.operator_token_file, {Role::operator_, ""}, tokens);
  for (const auto& [reporter, name] : server.reporter_token_files) {
    load_tokens(reader, "reporter_token_files." + reporter, name, {Role::reporter, reporter}, tokens);
  }
  loaded.secrets.tokens = std::make_shared<const Tokens>(std::move(tokens));
  loaded.secrets.tls = load_identity(reader, server, now);
  return loaded;
}

}  // namespace signalbox
