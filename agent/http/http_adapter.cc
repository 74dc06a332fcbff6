#include "agent/http/http_adapter.h"

#include <fmt/format.h>
#include <httplib.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <vector>

// Debian's library is built with OpenSSL, and without the macro its classes have another size: the program would
// crash at the first request.
#ifndef CPPHTTPLIB_OPENSSL_SUPPORT
#error "build with the flags of cpp-httplib's pkg-config file"
#endif

namespace signalbox {
namespace {

/// A request's head to be read, and a bin for what httplib answers.
class HeadStream final : public httplib::Stream {
 public:
  explicit HeadStream(std::string_view head) : head_(head) {}

  bool is_readable() const override { return !head_.empty(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* into, size_t size) override {
    const auto count = std::min(size, head_.size());
    std::copy_n(head_.data(), count, into);
    head_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char*, size_t size) override { return static_cast<ssize_t>(size); }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

 private:
  std::string_view head_;
};

/// Headers that make httplib do more than parse: read a body, cut ranges, compress, answer 100.
bool is_left_out(const HeaderField& field) {
  constexpr std::string_view kLeftOut[] = {"Content-Length", "Content-Type", "Range", "Accept-Encoding", "Expect"};
  return std::any_of(std::begin(kLeftOut), std::end(kLeftOut),
                     [&](std::string_view name) { return equal_ignoring_case(name, field.name); });
}

std::string text_of(const RequestHead& head) {
  std::string text;
  text.reserve(head.size);
  text.append(head.method).append(" ").append(head.target).append(" HTTP/1.1\r\n");
  for (const auto& field : head.fields) {
    if (!is_left_out(field)) text.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  return text.append("\r\n");
}

/// Several `If-None-Match` fields are one list (RFC 9110, 5.3).
std::string joined_header(const httplib::Request& request, const char* name) {
  std::string list;
  const auto [first, last] = request.headers.equal_range(name);
  for (auto at = first; at != last; ++at) list.append(list.empty() ? "" : ", ").append(at->second);
  return list;
}

/// For the `Allow` of a 405.
std::string methods_of(const ApiRoute& route) {
  std::vector<std::string_view> methods;
  if (route.get != nullptr) methods = {"GET", "HEAD"};
  if (route.post != nullptr) methods.emplace_back("POST");
  if (route.put != nullptr) methods.emplace_back("PUT");
  if (route.del != nullptr) methods.emplace_back("DELETE");
  return fmt::format("{}", fmt::join(methods, ", "));
}

Writer writer_of(const ApiRoute& route, std::string_view method) {
  if (method == "POST") return route.post;
  if (method == "PUT") return route.put;
  return method == "DELETE" ? route.del : nullptr;
}

ApiReply method_not_allowed(std::string_view method, const ApiRoute& route) {
  const std::string allowed = methods_of(route);
  auto reply = problem(405, "Method Not Allowed", fmt::format("{} is not possible here; use {}", method, allowed));
  reply.headers.emplace_back("Allow", allowed);
  return reply;
}

}  // namespace

class HttpAdapter::Router final : private httplib::Server {
 public:
  explicit Router(std::span<const ApiRoute> routes) {
    for (const auto& route : routes) add(route);
    set_exception_handler([this](const auto&, auto&, const std::exception_ptr&) { failed_ = true; });
  }

  std::variant<ApiCall, ApiReply> route(const RequestHead& head) {
    found_.reset();
    failed_ = false;
    const auto text = text_of(head);
    HeadStream stream(text);
    bool closed = false;
    const auto no_setup = [this](httplib::Request&) { parsed_ = true; };
    parsed_ = false;
    process_request(stream, false, closed, no_setup);
    if (failed_) return problem(500, "Internal Server Error", "the agent failed to read the request");
    if (!parsed_) return problem(400, "Bad Request", "the request cannot be parsed");
    if (!found_)
      return problem(404, "Not Found", "there is nothing at this path; /openapi.json lists what there is");
    const ApiRoute& route = *found_->route;
    found_->write = writer_of(route, head.method);
    const bool reads = route.get != nullptr && (head.method == "GET" || head.method == "HEAD");
    if (!reads && found_->write == nullptr) return method_not_allowed(head.method, route);
    return *std::move(found_);
  }

 private:
  /// Every method is routed, so that a wrong one is told from a path that does not exist. The variants with a
  /// content reader keep httplib from reading a body that is not there.
  void add(const ApiRoute& route) {
    const auto note = [this, &route](const httplib::Request& request, httplib::Response&) {
      found_ = ApiCall{
          &route, {request.method, request.path, request.params, joined_header(request, "If-None-Match"), {}, {}}};
    };
    const auto note_unread = [note](const httplib::Request& request, httplib::Response& reply,
                                    const httplib::ContentReader&) { note(request, reply); };
    Get(route.pattern, note);
    Options(route.pattern, note);
    Post(route.pattern, note_unread);
    Put(route.pattern, note_unread);
    Patch(route.pattern, note_unread);
    Delete(route.pattern, note_unread);
  }

  std::optional<ApiCall> found_;
  bool parsed_ = false;
  bool failed_ = false;
};

HttpAdapter::HttpAdapter(std::span<const ApiRoute> routes) : router_(std::make_unique<Router>(routes)) {
  // The library's first-use statics are made here, before there is a second thread.
  RequestHead head;
  frame_request("GET /?a=b HTTP/1.1\r\nHost: localhost\r\n\r\n", head);
  route(head);
}

HttpAdapter::~HttpAdapter() = default;

std::variant<ApiCall, ApiReply> HttpAdapter::route(const RequestHead& head) {
  try {
    return router_->route(head);
  } catch (const std::exception& error) {
    spdlog::error("http: cpp-httplib failed to parse a request: {}", error.what());
    return problem(500, "Internal Server Error", "the agent failed to read the request");
  }
}

}  // namespace signalbox
