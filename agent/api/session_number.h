#pragma once
/// A session's number, by which a route's split assigns it (lib/route.h): the same on every agent, and for anybody
/// who computes it himself.
///
/// The first 8 bytes, big-endian, of SHA-256(split_seed + "/" + route + "/" + key), modulo 100. Three examples:
///
///     split_seed    route   key      number
///     2026-11-23    chat    user-1   50
///     2026-11-23    chat    user-2   42
///     2026-11-24    chat    user-1   46
#include <cstddef>
#include <string_view>

namespace signalbox {

/// Longer than any session's name; the front takes request lines of 8000.
inline constexpr size_t kMaxSessionKeyBytes = 1024;

/// 0 to 99.
int session_number(std::string_view split_seed, std::string_view route, std::string_view key);

}  // namespace signalbox
