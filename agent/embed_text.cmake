# Writes OUTPUT, a C++ file with the function `const std::string& SYMBOL()` that gives the text of INPUT.
# Run by the build: cmake -DINPUT=... -DOUTPUT=... -DSYMBOL=... -P embed_text.cmake
include(${CMAKE_CURRENT_LIST_DIR}/raw_literal.cmake)
file(READ "${INPUT}" text)
raw_literal("${text}" pieces)
file(WRITE "${OUTPUT}" "// Written by agent/embed_text.cmake from ${INPUT}.
#include <string>

namespace signalbox {

const std::string& ${SYMBOL}();

const std::string& ${SYMBOL}() {
  static const std::string kText =${pieces};
  return kText;
}

}  // namespace signalbox
")
