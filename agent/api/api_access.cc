#include "agent/api/api.h"

namespace signalbox {
namespace {

/// Of RFC 6750, 3: without an error where no token was sent.
ApiReply refusal(int status, const std::string& detail, const std::string& error) {
  ApiReply reply = problem(status, status == 401 ? "Unauthorized" : "Forbidden", detail);
  reply.headers.emplace_back("WWW-Authenticate",
                             "Bearer realm=\"signalbox\"" + (error.empty() ? "" : ", error=\"" + error + "\""));
  return reply;
}

/// Nobody could send a token that does it: the way in is made on the agent's own host.
ApiReply no_way_in(Right right) {
  const char* detail =
      right == Right::set_override
          ? "overrides are set over the agent's unix socket, and not through a proxy; for other ways set "
            "operator_token_file in [server] of its configuration"
      : right == Right::report
          ? "reports come from the agent's own host, and not through a proxy; for other ways set "
            "reporter_token_files in [server] of its configuration"
          : "only the agent's own host is answered, and not through a proxy; for other ways set reader_token_file "
            "in [server] of its configuration";
  return problem(403, "Forbidden", detail);
}

const char* whose(Right right) {
  if (right == Right::report) return "the token is not a reporter's";
  return right == Right::set_override ? "the token is not an operator's" : "the token is not a reader's";
}

}  // namespace

std::optional<ApiReply> refuse_access(Verdict verdict, Right right) {
  switch (verdict) {
    case Verdict::allowed: return std::nullopt;
    case Verdict::token_wanted: return refusal(401, "a token is wanted: send Authorization: Bearer TOKEN", "");
    case Verdict::token_unknown: return refusal(401, "the token is none of the agent's", "invalid_token");
    case Verdict::other_role: return refusal(403, whose(right), "insufficient_scope");
    case Verdict::closed: break;
  }
  return no_way_in(right);
}

}  // namespace signalbox
