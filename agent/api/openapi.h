#pragma once
/// The contract, schema/openapi.json, as it was when the binary was built.
#include <string>

namespace signalbox {

const std::string& openapi_document();

}  // namespace signalbox
