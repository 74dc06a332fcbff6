#include "agent/access/tokens.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <utility>

namespace signalbox {
namespace {

Tokens::Digest digest_of(std::string_view token) {
  Tokens::Digest digest{};
  static_assert(std::tuple_size_v<Tokens::Digest> == SHA256_DIGEST_LENGTH);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the library's type for bytes
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), digest.data());
  return digest;
}

}  // namespace

bool Tokens::add(std::string_view token, Grant grant) {
  const Grant* known = find(token);
  if (known != nullptr) return *known == grant;
  if (grant.role == Role::reader) roles_.reader = true;
  if (grant.role == Role::reporter) roles_.reporter = true;
  if (grant.role == Role::operator_) roles_.operator_ = true;
  entries_.push_back({digest_of(token), std::move(grant)});
  return true;
}

const Grant* Tokens::find(std::string_view token) const {
  if (entries_.empty()) return nullptr;
  const Digest digest = digest_of(token);
  const Grant* found = nullptr;
  for (const Entry& entry : entries_) {
    if (CRYPTO_memcmp(entry.digest.data(), digest.data(), digest.size()) == 0) found = &entry.grant;
  }
  return found;
}

}  // namespace signalbox
