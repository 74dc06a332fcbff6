#include "agent/api/api.h"

#include <algorithm>

#include "lib/json.h"

namespace signalbox {
namespace {

ApiReply problem_reply(int status, const OrderedJson& body) {
  ApiReply reply;
  reply.status = status;
  reply.content_type = "application/problem+json";
  reply.body = dump_json(body);
  reply.headers = {{"Cache-Control", "no-store"}};
  return reply;
}

OrderedJson problem_json(int status, const std::string& title, const std::string& detail) {
  return {{"type", "about:blank"}, {"title", title}, {"status", status}, {"detail", detail}};
}

}  // namespace

ApiReply problem(int status, const std::string& title, const std::string& detail) {
  return problem_reply(status, problem_json(status, title, detail));
}

ApiReply bad_parameter(const std::string& parameter, const std::string& detail) {
  OrderedJson body = problem_json(400, "Bad Request", detail);
  body["parameter"] = parameter;
  return problem_reply(400, body);
}

ApiReply bad_body(int status, const std::string& pointer, const std::string& detail) {
  const char* title = status == 413 ? "Content Too Large" : status == 403 ? "Forbidden" : "Bad Request";
  OrderedJson body = problem_json(status, title, detail);
  body["pointer"] = pointer;
  return problem_reply(status, body);
}

ApiReply come_again(int status, const std::string& detail, Millis wait) {
  ApiReply reply = problem(status, status == 429 ? "Too Many Requests" : "Service Unavailable", detail);
  const auto whole = std::chrono::ceil<seconds>(wait);
  reply.headers.emplace_back("Retry-After", std::to_string(std::max<int64_t>(1, whole.count())));
  return reply;
}

}  // namespace signalbox
