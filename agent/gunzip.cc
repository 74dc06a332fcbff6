#include "agent/gunzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>

namespace signalbox {
namespace {

constexpr int kGzipOnly = 16;  ///< added to the window's bits: zlib then takes gzip's header and no other
constexpr size_t kStep = size_t{32} * 1024;

/// Ends the stream however we leave.
struct Inflater {
  Inflater() {
    if (inflateInit2(&stream, MAX_WBITS + kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream); }
  z_stream stream{};
};

}  // namespace

std::variant<std::string, GunzipError> gunzip(std::string_view packed, size_t limit) {
  Inflater inflater;
  z_stream& stream = inflater.stream;
  // zlib reads through this pointer, whose type has no const for C's sake.
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string raw;
  std::array<char, kStep> chunk{};
  for (;;) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = chunk.size();
    const int result = inflate(&stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END) return GunzipError::broken;
    const size_t count = chunk.size() - stream.avail_out;
    if (count > limit - raw.size()) return GunzipError::too_large;
    raw.append(chunk.data(), count);
    if (result == Z_STREAM_END) break;
  }
  if (stream.avail_in > 0) return GunzipError::broken;
  return raw;
}

}  // namespace signalbox
