#include "lib/access.h"

namespace signalbox {
namespace {

bool gives(Role role, Right right) {
  if (right == Right::read) return true;
  return role == (right == Right::report ? Role::reporter : Role::operator_);
}

bool needs_no_token(Right right, const Asker& asker, const TokenRoles& configured) {
  if (asker.forwarded) return false;
  const bool local = asker.is_unix || asker.is_loopback;
  if (right == Right::read) return local && !configured.reader;
  if (right == Right::report) return local && !configured.reporter;
  return asker.is_unix && !configured.operator_;
}

/// Whether there is a token that gives it.
bool can_be_had(Right right, const TokenRoles& configured) {
  if (right == Right::report) return configured.reporter;
  if (right == Right::set_override) return configured.operator_;
  return configured.reader || configured.reporter || configured.operator_;
}

}  // namespace

Verdict judge(Right right, const Asker& asker, const TokenRoles& configured) {
  if (right == Right::open) return Verdict::allowed;
  if (asker.grant != nullptr && gives(asker.grant->role, right)) return Verdict::allowed;
  if (needs_no_token(right, asker, configured)) return Verdict::allowed;
  if (!can_be_had(right, configured)) return Verdict::closed;
  if (asker.grant != nullptr) return Verdict::other_role;
  return asker.sent_token ? Verdict::token_unknown : Verdict::token_wanted;
}

}  // namespace signalbox
