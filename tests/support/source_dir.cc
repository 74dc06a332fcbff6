#include "tests/support/source_dir.h"

namespace signalbox::testing {

std::string source_dir() { return SIGNALBOX_SOURCE_DIR; }

}  // namespace signalbox::testing
