#include "agent/access/secret_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace signalbox {
namespace {

constexpr size_t kMaxBytes = size_t{64} * 1024;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

Error cannot_read(const std::string& path, const std::string& why) {
  return {fmt::format("cannot read {}: {}", path, why)};
}

Error cannot_read(const std::string& path) { return cannot_read(path, std::generic_category().message(errno)); }

}  // namespace

Result<std::string> secret_path(const std::string& name, const Surroundings& around) {
  if (name.find('/') != std::string::npos) return name;
  const auto directory = around.variable("CREDENTIALS_DIRECTORY");
  if (directory && !directory->empty()) return *directory + "/" + name;
  return Error{
      fmt::format("{} is the name of a credential, and there is no $CREDENTIALS_DIRECTORY: see LoadCredential= in "
                  "systemd.exec(5), or write a path with a slash",
                  name)};
}

Result<SecretFile> read_secret(const std::string& path) {
  // Not to wait for the other end of a pipe: the signal thread reads here, too.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.number() < 0) return cannot_read(path);
  struct stat state {};
  if (fstat(file.number(), &state) != 0) return cannot_read(path);
  if (!S_ISREG(state.st_mode)) return cannot_read(path, "it is not a regular file");
  if ((state.st_mode & S_IWOTH) != 0) {
    return cannot_read(path, "every user of this host may write to it; chmod 0600 it, and change the secret");
  }
  SecretFile secret{std::string(kMaxBytes + 1, '\0'), (state.st_mode & S_IROTH) != 0};
  size_t size = 0;
  for (;;) {
    const ssize_t got = read(file.number(), secret.text.data() + size, secret.text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(path);
    size += static_cast<size_t>(got);
    if (size > kMaxBytes) return cannot_read(path, "it is larger than 64 KiB");
    if (got == 0) break;
  }
  secret.text.resize(size);
  return secret;
}

void wipe(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

}  // namespace signalbox
