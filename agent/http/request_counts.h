#pragma once
/// How many requests were answered, by route, method and status. As bounded as these are: what a client makes up is
/// no route, and "other" for a method.
///
/// Threads: the event loop's.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "agent/api/api.h"
#include "agent/http/front_counts.h"

namespace signalbox {

class RequestCounts {
 public:
  /// The count, which stays where it is: the hot table keeps it. Null `route`: refused before it was known.
  /// `method` is a `method_label`.
  uint64_t& of(const ApiRoute* route, std::string_view method, int status) {
    return counts_[{route, method, status}];
  }
  std::vector<RequestCount> all() const;

 private:
  std::map<std::tuple<const ApiRoute*, std::string_view, int>, uint64_t> counts_;
};

/// The method, where HTTP has it and somebody uses it, else "other"; lives for ever.
std::string_view method_label(std::string_view method);

/// "/v1/health/(.+)" as people write it: "/v1/health/{target}".
std::string route_label(std::string_view pattern);

}  // namespace signalbox
