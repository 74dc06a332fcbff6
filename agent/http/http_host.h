#pragma once
/// Which `Host` a request may carry, against DNS rebinding: a page in a browser can make its own name resolve
/// to us, but it cannot send a name that is not its own.
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace signalbox {

class HostPolicy {
 public:
  /// `addresses` are the bound IP addresses ("127.0.0.1", "::1"); `names` those the configuration allows, a port
  /// in them does not matter.
  HostPolicy(const std::vector<std::string>& addresses, const std::vector<std::string>& names);

  /// Allowed: loopback's names and addresses, the bound addresses, every address when one of the bound ones is the
  /// wildcard (a name is what rebinding needs), the configured names. The port does not matter.
  bool allows(std::string_view host) const;

 private:
  std::set<std::string, std::less<>> allowed_;
  bool any_address_ = false;
};

}  // namespace signalbox
