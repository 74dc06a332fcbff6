#include "agent/api.h"
#include "lib/json.h"

namespace signalbox {

ApiReply problem(int status, const std::string& title, const std::string& detail) {
  const Json body = {{"type", "about:blank"}, {"title", title}, {"status", status}, {"detail", detail}};
  return {status, "application/problem+json", dump_json(body), {}};
}

}  // namespace signalbox
