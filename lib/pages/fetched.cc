#include "lib/pages/fetched.h"

namespace signalbox {

bool is_bot_challenge(const HttpReply& reply) {
  const bool named = !reply.waf_action.empty() || !reply.cf_mitigated.empty();
  return named || reply.status == 405 || (reply.status == 202 && reply.body.empty());
}

}  // namespace signalbox
