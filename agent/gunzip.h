#pragma once
/// Bodies sent with `Content-Encoding: gzip` (RFC 1952), with an end to how large they may become.
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace signalbox {

enum class GunzipError {
  broken,     ///< not one whole gzip member and nothing after it
  too_large,  ///< more than `limit` bytes
};

/// Stops as soon as it is over `limit`: a bomb costs no more than that.
std::variant<std::string, GunzipError> gunzip(std::string_view packed, size_t limit);

}  // namespace signalbox
