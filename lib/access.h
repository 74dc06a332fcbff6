#pragma once
/// Who may do what (api.md), as a rule without sockets and secrets.
///
///     right          without a token                                          with the token of
///     open           everybody                                                anybody
///     read           who is local, while no reader token is configured        a reader, a reporter, an operator
///     report         who is local, while no reporter token is configured      a reporter, under its own name
///     set_override   who opens the unix socket, while no operator token is    an operator
///
/// Local is who asks over loopback or the unix socket and was not passed on by a proxy. Everybody else always needs
/// a token, and where none is configured there is no way in: no switch makes a stranger local.
///
/// Every token reads: a router shifts by what it reads while it reports, an operator overrides by it, and a second
/// secret in the same hands protects nothing. Beyond that roles are apart. An operator does not report: counts are
/// the evidence of whoever met them, under its name; a person's word has a way of its own, which says that it is
/// one.
#include <string>

namespace signalbox {

enum class Right { open, read, report, set_override };

enum class Role { reader, reporter, operator_ };

/// What a token gives to whoever holds it.
struct Grant {
  Role role = Role::reader;
  std::string reporter;  ///< of a reporter: the only name under which it reports
  bool operator==(const Grant&) const = default;
};

/// The roles for which there is a token.
struct TokenRoles {
  bool reader = false;
  bool reporter = false;
  bool operator_ = false;
  bool operator==(const TokenRoles&) const = default;
};

/// Who asks, as far as the connection and the request tell.
struct Asker {
  bool is_unix = false;
  bool is_loopback = false;
  bool forwarded = false;        ///< carries what a proxy adds
  bool sent_token = false;       ///< or anything else that was meant to be one
  const Grant* grant = nullptr;  ///< what the token gives; null: it is none of ours
};

enum class Verdict {
  allowed,
  token_wanted,   ///< it sent none
  token_unknown,  ///< it sent one that is none of ours
  other_role,     ///< its token is good for something else
  closed,         ///< no token could do, because none is configured that gives this right
};

Verdict judge(Right right, const Asker& asker, const TokenRoles& configured);

}  // namespace signalbox
