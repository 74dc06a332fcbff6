#include "agent/deflate.h"

#include <zlib.h>

#include <new>

namespace signalbox {
namespace {

/// Status pages shrink to a tenth at any level; 3 takes a third of the time of zlib's default.
constexpr int kLevel = 3;

const Bytef* bytes_of(std::string_view text) { return reinterpret_cast<const Bytef*>(text.data()); }
Bytef* bytes_of(std::string& text) { return reinterpret_cast<Bytef*>(text.data()); }

}  // namespace

std::string deflate_bytes(std::string_view raw) {
  uLongf size = compressBound(raw.size());
  std::string packed(size, '\0');
  // The buffer is large enough by definition: memory is all that can be missing.
  if (compress2(bytes_of(packed), &size, bytes_of(raw), raw.size(), kLevel) != Z_OK) throw std::bad_alloc();
  packed.resize(size);
  return packed;
}

std::optional<std::string> inflate_bytes(std::string_view packed, size_t raw_size) {
  std::string raw(raw_size, '\0');
  uLongf size = raw_size;
  if (uncompress(bytes_of(raw), &size, bytes_of(packed), packed.size()) != Z_OK) return std::nullopt;
  if (size != raw_size) return std::nullopt;
  return raw;
}

}  // namespace signalbox
