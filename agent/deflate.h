#pragma once
/// Documents made small, for the database and for who fetches them: zlib's format (RFC 1950).
#include <optional>
#include <string>
#include <string_view>

namespace signalbox {

/// The same bytes always give the same bytes.
std::string deflate_bytes(std::string_view raw);
/// Empty when `packed` is not the whole of exactly `raw_size` bytes.
std::optional<std::string> inflate_bytes(std::string_view packed, size_t raw_size);

}  // namespace signalbox
