#include "lib/json.h"
#include "lib/snapshot.h"

namespace signalbox {

std::string inherited_body(const TargetAnswer& provider, const std::string& provider_name,
                           const std::string& model) {
  // We wrote the body ourselves: it parses.
  OrderedJson body = OrderedJson::parse(provider.body);
  body["target"] = provider_name + "/" + model;
  body["model"] = model;
  body["inherited"] = true;
  return dump_json(body);
}

}  // namespace signalbox
