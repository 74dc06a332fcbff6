/// Files of tokens and certificates: where they are looked for, what is wrong with them, and that nothing told
/// about it is a secret.
#include "agent/access/secrets.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/access/secret_file.h"
#include "agent/clock.h"
#include "lib/rfc3339.h"
#include "tests/support/fake_identity.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/text_file.h"

using namespace signalbox;

namespace {

const std::string kToken = "0123456789abcdef0123456789abcdef";
const std::string kOther = "fedcba9876543210fedcba9876543210";

struct Files {
  ScratchDirectory directory;
  Surroundings around{.variable = [this](const std::string& name) -> std::optional<std::string> {
    if (name != "CREDENTIALS_DIRECTORY" || !has_credentials) return std::nullopt;
    return directory.path();
  }};
  bool has_credentials = true;

  std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    const auto path = testing::write_text(directory.file(name), text);
    REQUIRE(chmod(path.c_str(), mode) == 0);
    return path;
  }
  LoadedSecrets load(const ServerConfig& server) const { return load_secrets(server, around, now().wall); }
  /// "error: ..." or "warning: ...", a line each.
  std::string problems(const ServerConfig& server) const {
    std::string lines;
    for (const auto& problem : load(server).problems) {
      lines +=
          (problem.severity == ConfigProblem::Severity::error ? "error: " : "warning: ") + problem.message + "\n";
    }
    return lines;
  }
};

}  // namespace

TEST_CASE("tokens come from files, by path or by the name of a credential, each with its role") {
  const Files files;
  const ServerConfig server{.reader_token_file = files.write("reader", kToken + "\n"),
                            .operator_token_file = "operator",
                            .reporter_token_files = {{"router-eu-1", files.write("router", std::string(32, 'r'))}}};
  files.write("operator", kOther);
  const LoadedSecrets loaded = files.load(server);
  CHECK(loaded.problems.empty());
  const Tokens& tokens = *loaded.secrets.tokens;
  CHECK(*tokens.find(kToken) == Grant{Role::reader, ""});
  CHECK(*tokens.find(kOther) == Grant{Role::operator_, ""});
  CHECK(*tokens.find(std::string(32, 'r')) == Grant{Role::reporter, "router-eu-1"});
  CHECK(files.load({}).secrets.tokens->roles() == TokenRoles{});
}

TEST_CASE("while clients change over a file holds the new token and the old one") {
  const Files files;
  const LoadedSecrets loaded =
      files.load({.reader_token_file = files.write("reader", kToken + "\n" + kOther + "\n")});
  CHECK(loaded.problems.empty());
  CHECK(loaded.secrets.tokens->find(kToken) != nullptr);
  CHECK(loaded.secrets.tokens->find(kOther) != nullptr);
}

TEST_CASE("what is wrong with a token file is said with its key and path, all of it in one go, and no token is") {
  Files files;
  const std::string missing = files.directory.file("missing");
  const std::string shorter = files.write("short", "0123456789abcdef\n");
  const std::string empty = files.write("empty", "\n");
  const std::string same = files.write("same", kToken);
  const std::string again = files.write("again", kToken);
  CHECK(
      files.problems(
          {.reader_token_file = same,
           .operator_token_file = missing,
           .reporter_token_files = {{"a", shorter}, {"b", empty}, {"c", again}, {"d", files.directory.path()}}}) ==
      "error: operator_token_file: cannot read " + missing + ": No such file or directory\n" +
          "error: reporter_token_files.a: " + shorter + ": the token in line 1 is shorter than 32 characters\n" +
          "error: reporter_token_files.b: " + empty + ": it holds no token\n" + "error: reporter_token_files.c: " +
          again + " holds a token that another key's file holds, too: each needs its own\n" +
          "error: reporter_token_files.d: cannot read " + files.directory.path() + ": it is not a regular file\n");
  files.has_credentials = false;
  CHECK(files.problems({.reader_token_file = "reader"}) ==
        "error: reader_token_file: reader is the name of a credential, and there is no $CREDENTIALS_DIRECTORY: see "
        "LoadCredential= in systemd.exec(5), or write a path with a slash\n");
}

TEST_CASE("a file that every user may read is a warning, one that every user may write is refused") {
  const Files files;
  const std::string readable = files.write("readable", kToken, 0644);
  CHECK(files.problems({.reader_token_file = readable}) ==
        "warning: reader_token_file: " + readable + " can be read by every user of this host; chmod 0640 it\n");
  CHECK(files.load({.reader_token_file = readable}).secrets.tokens->find(kToken) != nullptr);
  const std::string writable = files.write("writable", kToken, 0602);
  CHECK(files.problems({.reader_token_file = writable}) ==
        "error: reader_token_file: cannot read " + writable +
            ": every user of this host may write to it; chmod 0600 it, and change the secret\n");
  CHECK(files.problems({.reader_token_file = files.write("group", kToken, 0660)}).empty());
}

TEST_CASE("a secret is a regular file of at most 64 KiB, and nobody waits for a pipe") {
  const Files files;
  CHECK(read_secret(files.write("most", std::string(65536, 'x')))->text.size() == 65536);
  const auto message = [](const std::string& path) {
    const auto secret = read_secret(path);
    REQUIRE_FALSE(secret);
    return secret.error().message;
  };
  const std::string over = files.write("over", std::string(65537, 'x'));
  CHECK(message(over) == "cannot read " + over + ": it is larger than 64 KiB");
  const std::string pipe = files.directory.file("pipe");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(message(pipe) == "cannot read " + pipe + ": it is not a regular file");
  CHECK(message("/dev/zero") == "cannot read /dev/zero: it is not a regular file");
}

TEST_CASE("a wiped secret is gone") {
  std::string secret = kToken;
  const char* where = secret.data();
  wipe(secret);
  CHECK(secret.empty());
  CHECK(std::string(where, 8) == std::string(8, '\0'));
}

TEST_CASE("a certificate and its key come from files, by path or by the name of a credential") {
  const Files files;
  const testing::FakeIdentity identity({.days = 90});
  const ServerConfig server{.tls_cert_file = files.write("cert", identity.certificate_pem(), 0644),
                            .tls_key_file = "key"};
  files.write("key", identity.key_pem());
  const LoadedSecrets loaded = files.load(server);
  CHECK(loaded.problems.empty());
  REQUIRE(loaded.secrets.tls != nullptr);
  CHECK(loaded.secrets.tls->expires_at() > now().wall + hours(24 * 89));
  CHECK(loaded.secrets.tls->open() != nullptr);
  CHECK(files.load({}).secrets.tls == nullptr);
}

TEST_CASE("what is wrong with a certificate or its key is said, with its file, and no identity is made") {
  const Files files;
  const testing::FakeIdentity identity({.days = 90});
  const testing::FakeIdentity other({.days = 90});
  const std::string cert = files.write("cert", identity.certificate_pem());
  const std::string key = files.write("key", identity.key_pem());
  const auto refused = [&](const std::string& certificate, const std::string& of_key) {
    const ServerConfig server{.tls_cert_file = certificate, .tls_key_file = of_key};
    CHECK(files.load(server).secrets.tls == nullptr);
    return files.problems(server);
  };
  const std::string missing = files.directory.file("missing");
  CHECK(refused(missing, key) == "error: tls_cert_file: cannot read " + missing + ": No such file or directory\n");
  CHECK(refused(cert, missing) == "error: tls_key_file: cannot read " + missing + ": No such file or directory\n");
  const std::string empty = files.write("empty", "");
  CHECK(refused(empty, key) == "error: tls_cert_file: " + empty + ": it holds no certificate in PEM\n");
  CHECK(refused(key, key) == "error: tls_cert_file: " + key + ": it holds no certificate in PEM\n");
  CHECK(refused(cert, cert).starts_with("error: tls_key_file: " + cert + ": it holds no private key in PEM"));
  const std::string others = files.write("others", other.key_pem());
  CHECK(refused(cert, others) ==
        "error: tls_key_file: " + others + ": it is not the key of the first certificate in tls_cert_file\n");
  const std::string& pem = identity.certificate_pem();
  const std::string broken = files.write("broken", pem + pem.substr(0, pem.size() / 2));
  CHECK(refused(broken, key).starts_with("error: tls_cert_file: " + broken + ": a certificate in it is broken: "));
  const std::string locked = files.write("locked",
                                         "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                                         "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhKX5c0h6JsQAICCAAw\n"
                                         "-----END ENCRYPTED PRIVATE KEY-----\n");
  CHECK(refused(cert, locked).starts_with("error: tls_key_file: " + locked + ": it "));
  CHECK(files.problems({.tls_cert_file = cert, .tls_key_file = files.write("open", identity.key_pem(), 0644)}) ==
        "warning: tls_key_file: " + files.directory.file("open") +
            " can be read by every user of this host; chmod 0640 it\n");
}

TEST_CASE("a certificate that has expired, or does within 14 days, is a warning and is used") {
  const Files files;
  const auto problems = [&](const testing::IdentityShape& shape) {
    const testing::FakeIdentity identity(shape);
    const ServerConfig server{.tls_cert_file = files.write("cert", identity.certificate_pem()),
                              .tls_key_file = files.write("key", identity.key_pem())};
    CHECK(files.load(server).secrets.tls != nullptr);
    return files.problems(server);
  };
  const std::string cert = "warning: tls_cert_file: " + files.directory.file("cert");
  CHECK(problems({.expired = true}).starts_with(cert + ": clients will refuse it: it expired at "));
  CHECK(problems({.days = 13}).starts_with(cert + ": renew it: it expires at "));
  CHECK(problems({.days = 15}).empty());
}
