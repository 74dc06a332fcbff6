#include "lib/model_names.h"

namespace signalbox {

std::vector<std::string> models_in_title(std::string_view, const std::vector<ModelFamily>&) { return {}; }

bool in_scope(std::string_view, const std::vector<std::string>&, const std::vector<ModelFamily>&) { return false; }

}  // namespace signalbox
