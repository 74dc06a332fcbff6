/// A whole request without a body: framed, parsed by cpp-httplib, routed, answered by the handlers of the API.
///
/// In: the bytes of a connection. Holds: cpp-httplib reads the path, the query and the conditions that the head
/// says; the answer is one of the contract, never a failure of ours; and no byte of the request starts a header of
/// its own.
#include <algorithm>
#include <memory>

#include "agent/api/api.h"
#include "agent/http/http_adapter.h"
#include "agent/http/http_framer.h"
#include "agent/http/http_reply.h"
#include "lib/core.h"
#include "lib/hex.h"
#include "lib/json.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_targets.h"

namespace signalbox::fuzz {
namespace {

const Snapshot& snapshot() {
  static const SnapshotPtr kSnapshot = [] {
    Config routed = config();
    routed.providers.front().models = {"claude-opus-4-6"};
    routed.routes = {{"chat", "claude/claude-opus-4-6", {"openai"}, "We are temporarily using a backup model."}};
    const auto shared = std::make_shared<const Config>(std::move(routed));
    return render(update(start_core(shared, {}, now()), {}, now()).core, {.version = "1", .instance = "i"}, now());
  }();
  return *kSnapshot;
}

/// RFC 3986, 2.1. A % that begins no escape did not come this far.
std::string decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    expect(i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0,
           "a % begins an escape");
    out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
    i += 2;
  }
  return out;
}

void expect_as_framed(const ApiRequest& request, const RequestHead& head) {
  const std::string_view path = head.target.substr(0, head.target.find('?'));
  expect(request.method == head.method, "the method is the head's");
  expect(request.path == decoded(path), "the path is the head's");
}

void expect_contract(const ApiReply& reply) {
  constexpr int kStatuses[] = {200, 304, 400, 404, 405, 429, 503};
  expect(std::ranges::count(kStatuses, reply.status) == 1, "the answer is one of the contract");
  if (reply.content_type.find("json") != std::string::npos && !reply.body.empty()) {
    expect(Json::accept(reply.body), "a body of JSON is JSON");
  }
}

/// Framed again as if it were a request: the head of the reply is lines that we wrote.
void expect_own_headers(const ApiReply& reply) {
  const std::string bytes = serialise(reply, http_date(now().wall), {});
  const std::string_view head = std::string_view(bytes).substr(0, bytes.find("\r\n\r\n") + 2);
  constexpr size_t kOurs = 4;  // the status line, Date, Content-Type and Content-Length
  const auto lines = static_cast<size_t>(std::ranges::count(head, '\n'));
  expect(lines <= reply.headers.size() + kOurs, "no value starts a header");
  expect(static_cast<size_t>(std::ranges::count(head, '\r')) == lines, "no value holds a line's end");
}

}  // namespace

void request(std::string_view input) {
  static HttpAdapter adapter(api_routes());
  RequestHead head;
  if (!std::holds_alternative<Complete>(frame_request(input, head))) return;
  const auto routed = adapter.route(head);
  ApiReply reply;
  if (const auto* call = std::get_if<ApiCall>(&routed)) {
    expect_as_framed(call->request, head);
    if (call->write != nullptr) return;
    reply = perform(*call, {snapshot(), nullptr, now()});
  } else {
    reply = std::get<ApiReply>(routed);
  }
  expect_contract(reply);
  expect_own_headers(reply);
}

}  // namespace signalbox::fuzz
