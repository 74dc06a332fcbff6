#pragma once
/// Where the repository stands. A function and not a macro, so that only one object knows the path and a compiler
/// cache serves every checkout.
#include <string>

namespace signalbox::testing {

std::string source_dir();

}  // namespace signalbox::testing
