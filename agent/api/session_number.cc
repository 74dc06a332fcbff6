#include "agent/api/session_number.h"

#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <string>

namespace signalbox {

int session_number(std::string_view split_seed, std::string_view route, std::string_view key) {
  constexpr size_t kPrefixBytes = 8;
  std::string text;
  text.reserve(split_seed.size() + route.size() + key.size() + 2);
  text.append(split_seed).append("/").append(route).append("/").append(key);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the library's type for bytes
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  uint64_t prefix = 0;
  for (size_t i = 0; i < kPrefixBytes; ++i) prefix = prefix << 8U | digest.at(i);
  return static_cast<int>(prefix % 100);
}

}  // namespace signalbox
