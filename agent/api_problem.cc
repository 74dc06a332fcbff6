#include "agent/api.h"
#include "lib/json.h"

namespace signalbox {

ApiReply problem(int status, const std::string& title, const std::string& detail) {
  ApiReply reply;
  reply.status = status;
  reply.content_type = "application/problem+json";
  reply.body =
      dump_json(OrderedJson{{"type", "about:blank"}, {"title", title}, {"status", status}, {"detail", detail}});
  reply.headers = {{"Cache-Control", "no-store"}};
  return reply;
}

}  // namespace signalbox
