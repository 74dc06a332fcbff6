#pragma once
/// Finds one request's head in the bytes of a connection and refuses whatever two servers could read in two
/// ways. Pure: no socket, no clock.
///
/// Invariant: what it says of the first bytes of a request that are enough for more than NeedMore it says of all
/// that begin with them: how a request was cut into pieces on its way means nothing. Every refusal closes the
/// connection: after it nobody knows where the next request would start. Source: RFC 9112; stricter where it leaves
/// a choice.
#include <cstddef>
#include <string_view>
#include <variant>
#include <vector>

namespace signalbox {

inline constexpr size_t kMaxHeadBytes = size_t{16} * 1024;  ///< request line and header section
inline constexpr size_t kMaxHeaders = 100;
/// cpp-httplib refuses lines from 8192 bytes on, without a body that says why; so we do before it.
inline constexpr size_t kMaxLineBytes = 8000;
inline constexpr size_t kMaxBodyBytes = size_t{1024} * 1024;

struct HeaderField {
  std::string_view name;
  std::string_view value;  ///< without the white space around it
  bool operator==(const HeaderField&) const = default;
};

/// Views into the bytes that were framed.
struct RequestHead {
  std::string_view method;
  std::string_view target;  ///< origin form, as sent
  bool http_1_0 = false;
  std::vector<HeaderField> fields;
  std::string_view host;
  std::string_view if_none_match;  ///< of the last such field
  std::string_view authorization;
  bool has_authorization = false;
  bool keep_alive = true;
  bool expects_continue = false;
  /// Carries nothing beside `If-None-Match` and `Authorization` that could change the answer or how it is sent.
  bool plain = true;
  bool forwarded = false;  ///< carries what a proxy adds: who really asks is somewhere else
  size_t content_length = 0;
  size_t size = 0;  ///< bytes up to the body
};

struct NeedMore {
  size_t line = 0;  ///< where the line begins whose end is missing
};
struct Complete {};
struct HttpRefusal {
  int status;
  std::string_view detail;  ///< a constant
};
using Framed = std::variant<NeedMore, Complete, HttpRefusal>;

/// Fills `head` (used again and again to save its allocation) when the answer is Complete.
Framed frame_request(std::string_view bytes, RequestHead& head);

/// Whether `bytes`, of which the first `seen` said NeedMore, may say something else: a line has ended, or a limit
/// is reached. Without it a head that comes byte by byte would be taken apart at every byte.
bool may_say_more(std::string_view bytes, size_t seen, const NeedMore& before);

/// ASCII only, as HTTP compares names.
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace signalbox
