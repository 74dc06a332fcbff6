#include "agent/notify/signature.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace signalbox {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr size_t kLeastKey = 24;
constexpr size_t kLongestKey = 64;

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

/// OpenSSL's functions take unsigned bytes.
const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes_of(bytes),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(length));
  return text;
}

/// Empty: it is none.
std::string from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return {};
  std::string bytes(text.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), bytes_of(text),
                                     static_cast<int>(text.size()));
  if (length < 0) return {};
  // OpenSSL counts the padding as zeros.
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  bytes.resize(static_cast<size_t>(length) - padding);
  return bytes;
}

}  // namespace

Result<std::string> parse_webhook_secret(std::string_view text) {
  text = trim(text);
  const bool prefixed = text.starts_with(kPrefix) && text.size() <= kPrefix.size() + 2 * kLongestKey;
  std::string key = prefixed ? from_base64(text.substr(kPrefix.size())) : std::string();
  if (key.size() >= kLeastKey && key.size() <= kLongestKey) return key;
  return Error{
      "it is not whsec_ and base64 of 24 to 64 bytes; make one: echo \"whsec_$(head -c 32 /dev/urandom | "
      "base64)\""};
}

std::string sign_webhook(const std::string& key, std::string_view id, int64_t timestamp, std::string_view body) {
  const std::string content = fmt::format("{}.{}.{}", id, timestamp, body);
  std::array<char, EVP_MAX_MD_SIZE> mac{};
  unsigned int length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(content), content.size(),
       reinterpret_cast<unsigned char*>(mac.data()), &length);
  return "v1," + to_base64({mac.data(), length});
}

}  // namespace signalbox
