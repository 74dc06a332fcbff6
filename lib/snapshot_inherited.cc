#include "lib/ids.h"
#include "lib/json.h"
#include "lib/snapshot.h"

namespace signalbox {

std::string inherited_body(const TargetAnswer& provider, const std::string& provider_name,
                           const std::string& model) {
  // `render` wrote the body: it parses, and it has the members that are replaced here, which so keep their places.
  auto body = parse_ordered_json(provider.body);
  (*body)["target"] = to_string(Target{provider_name, model});
  (*body)["model"] = model;
  (*body)["inherited"] = true;
  return dump_json(*body);
}

}  // namespace signalbox
