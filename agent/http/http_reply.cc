#include "agent/http/http_reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "agent/http/http_framer.h"

namespace signalbox {
namespace {

void append_value(std::string& out, std::string_view value) {
  std::transform(value.begin(), value.end(), std::back_inserter(out), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < ' ' || byte == 0x7f ? ' ' : c;
  });
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  append_value(out, value);
  out.append("\r\n");
}

/// RFC 9110: 1xx, 204 and 304 have no body; a 304 must not give the length of another one.
bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

std::string serialise(const ApiReply& reply, std::string_view date, const ReplyForm& form) {
  constexpr size_t kUsualHeadBytes = 300;
  std::string out;
  out.reserve(kUsualHeadBytes + reply.body.size());
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", reply.status, reason_phrase(reply.status));
  append_header(out, "Date", date);
  if (has_body(reply.status)) {
    append_header(out, "Content-Type", reply.content_type);
    append_header(out, "Content-Length", std::to_string(reply.body.size()));
  }
  for (const auto& [name, value] : reply.headers) append_header(out, name, value);
  if (form.close) append_header(out, "Connection", "close");
  if (!form.close && form.says_keep_alive) append_header(out, "Connection", "keep-alive");
  out.append("\r\n");
  if (has_body(reply.status) && !form.head_only) out.append(reply.body);
  return out;
}

std::string serialise_stream_head(const ApiReply& reply, std::string_view date, StreamFraming framing) {
  std::string out = fmt::format("HTTP/1.1 {} {}\r\n", reply.status, reason_phrase(reply.status));
  append_header(out, "Date", date);
  append_header(out, "Content-Type", reply.content_type);
  if (framing == StreamFraming::chunked) append_header(out, "Transfer-Encoding", "chunked");
  for (const auto& [name, value] : reply.headers) append_header(out, name, value);
  append_header(out, "Connection", "close");
  return out.append("\r\n");
}

std::string http_date(WallTime at) {
  constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<seconds>(at - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
  }
}

std::string_view reply_header(const ApiReply& reply, std::string_view name) {
  const auto found = std::find_if(reply.headers.begin(), reply.headers.end(),
                                  [&](const auto& header) { return equal_ignoring_case(header.first, name); });
  return found == reply.headers.end() ? std::string_view{} : std::string_view(found->second);
}

}  // namespace signalbox
