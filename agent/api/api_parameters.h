#pragma once
/// Query parameters, checked. What is absent gives nothing, or the fallback; of a name that is given twice the
/// first counts; names that nobody asks for are ignored.
#include <cstdint>
#include <optional>
#include <string>

#include "agent/api/api.h"
#include "lib/ids.h"

namespace signalbox {

/// A long poll waits this long at most; more is taken as this much (api.md, "Freshness").
inline constexpr Millis kMaxWait = seconds(30);

/// A long poll's wish: answer when the generation is another than `generation`, or after `at_most`.
struct Wait {
  uint64_t generation = 0;
  Millis at_most{0};  ///< 0 to kMaxWait
  bool operator==(const Wait&) const = default;
};

/// The parameters of one request. Read all that are needed, then look at `refusal`: it is the 400 for the first
/// malformed one, whose value then means nothing.
class Parameters {
 public:
  explicit Parameters(const ApiRequest& request) : request_(request) {}

  std::optional<std::string> text(const std::string& name);
  int64_t integer(const std::string& name, int64_t fallback, int64_t low, int64_t high);
  std::optional<WallTime> time(const std::string& name);  ///< RFC 3339
  std::optional<Target> target(const std::string& name);
  std::string provider(const std::string& name);  ///< empty when absent
  /// True when given, which it may only be as `only`.
  bool flag(const std::string& name, const std::string& only);
  /// `wait_s` and `generation`: a wait when both are there, each checked when it is.
  std::optional<Wait> wait();

  const std::optional<ApiReply>& refusal() const { return refusal_; }

 private:
  void refuse(const std::string& name, const std::string& what_it_must_be);

  const ApiRequest& request_;
  std::optional<ApiReply> refusal_;
};

}  // namespace signalbox
