/// Bodies with `Content-Encoding: gzip`.
///
/// In: a byte that chooses the limit (2 to the power of up to 20 bytes), then the packed body. Holds: what comes
/// out is within the limit, and packed again comes out the same.
#include "agent/gunzip.h"

#include <zlib.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_targets.h"

namespace signalbox::fuzz {
namespace {

std::string gzip(std::string_view raw) {
  constexpr int kGzip = MAX_WBITS + 16;
  constexpr int kMemory = 8;
  z_stream stream{};
  expect(deflateInit2(&stream, 1, Z_DEFLATED, kGzip, kMemory, Z_DEFAULT_STRATEGY) == Z_OK, "zlib packs");
  std::string packed(deflateBound(&stream, raw.size()), '\0');
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(raw.data()));
  stream.avail_in = static_cast<uInt>(raw.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  expect(result == Z_STREAM_END, "zlib packs all");
  return packed;
}

}  // namespace

void gunzip_body(std::string_view input) {
  if (input.empty()) return;
  constexpr unsigned kLimits = 21;
  const size_t limit = size_t{1} << (static_cast<unsigned char>(input.front()) % kLimits);
  const auto result = gunzip(input.substr(1), limit);
  const auto* raw = std::get_if<std::string>(&result);
  if (raw == nullptr) return;
  expect(raw->size() <= limit, "a body is within the limit");
  const auto again = gunzip(gzip(*raw), limit);
  const auto* same = std::get_if<std::string>(&again);
  expect(same != nullptr && *same == *raw, "a body is the same packed and unpacked");
  if (!raw->empty()) {
    const auto smaller = gunzip(gzip(*raw), raw->size() - 1);
    const auto* error = std::get_if<GunzipError>(&smaller);
    expect(error != nullptr && *error == GunzipError::too_large, "a byte over the limit is too much");
  }
}

}  // namespace signalbox::fuzz
