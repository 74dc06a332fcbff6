#pragma once
/// The tokens in force, by their digests alone: nothing that could be sent can be read out of them again.
///
/// Threads: immutable, any.
#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "lib/access.h"
#include "lib/result.h"

namespace signalbox {

class Tokens {
 public:
  using Digest = std::array<unsigned char, 32>;  ///< SHA-256

  /// None: nobody needs one, and nobody can have one.
  Tokens() = default;

  /// Error: it is there already, for somebody else. One token must not mean two things.
  [[nodiscard]] bool add(std::string_view token, Grant grant);

  /// What the token gives; null: it is none of these. Takes the same time whatever the token's length and however
  /// much of it is right: digests are compared, all of them, each in constant time.
  const Grant* find(std::string_view token) const;

  const TokenRoles& roles() const { return roles_; }
  bool operator==(const Tokens&) const = default;

 private:
  struct Entry {
    Digest digest{};
    Grant grant;
    bool operator==(const Entry&) const = default;
  };

  std::vector<Entry> entries_;
  TokenRoles roles_;
};

using TokensPtr = std::shared_ptr<const Tokens>;

}  // namespace signalbox
