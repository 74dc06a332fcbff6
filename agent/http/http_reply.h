#pragma once
/// Replies as bytes. The one serialiser: the hot table and the slow path both use it, so that they cannot differ.
#include <string>
#include <string_view>

#include "agent/api/api.h"
#include "agent/http/stream_feed.h"
#include "lib/time.h"

namespace signalbox {

/// What the request, not the answer, decides about a reply.
struct ReplyForm {
  bool head_only = false;        ///< HEAD: the headers of GET, without the body
  bool close = false;            ///< the last reply on this connection
  bool says_keep_alive = false;  ///< HTTP/1.0 must be told
};

/// `date` is an IMF-fixdate. Control characters in header values become spaces: no value can start a header.
std::string serialise(const ApiReply& reply, std::string_view date, const ReplyForm& form);

/// The head of a reply whose body has no end: the last on its connection.
std::string serialise_stream_head(const ApiReply& reply, std::string_view date, StreamFraming framing);

/// IMF-fixdate of RFC 9110: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(WallTime at);

/// "Not Found" for 404; "Status" for one that has no name here.
std::string_view reason_phrase(int status);

/// The value of a header of `reply`, empty when it has none.
std::string_view reply_header(const ApiReply& reply, std::string_view name);

}  // namespace signalbox
