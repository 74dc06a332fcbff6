#include "agent/api/api.h"
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

}  // namespace signalbox
