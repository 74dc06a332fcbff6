#pragma once
/// Files with secrets: where they are, and what may be read of them.
///
/// Errors name the path and the errno's text, never what is in the file.
#include <string>

#include "agent/directories.h"
#include "lib/result.h"

namespace signalbox {

/// A name without a slash is one of systemd's credentials, in `$CREDENTIALS_DIRECTORY`. Error: there is none.
Result<std::string> secret_path(const std::string& name, const Surroundings& around);

struct SecretFile {
  std::string text;
  bool readable_by_all = false;  ///< by every user of this host
};

/// Errors: it cannot be read, is no regular file, is over 64 KiB, or every user of this host may write to it: then
/// everybody could say what the secret is.
Result<SecretFile> read_secret(const std::string& path);

/// Forgets it for good: no copy stays in freed memory.
void wipe(std::string& secret);

}  // namespace signalbox
