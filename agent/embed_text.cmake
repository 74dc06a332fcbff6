# Writes OUTPUT, a C++ file with the function `const std::string& SYMBOL()` that gives the text of INPUT.
# Run by the build: cmake -DINPUT=... -DOUTPUT=... -DSYMBOL=... -P embed_text.cmake
#
# In pieces, because a string literal may have 64 KiB (the standard's minimum) and quotes would have to be escaped:
# raw literals of lines, joined by the compiler.
file(READ "${INPUT}" text)
string(LENGTH "${text}" length)
set(pieces "")
set(start 0)
while(start LESS length)
  string(SUBSTRING "${text}" ${start} 8000 piece)
  string(APPEND pieces "    R\"TEXT(${piece})TEXT\"\n")
  math(EXPR start "${start} + 8000")
endwhile()
file(WRITE "${OUTPUT}" "// Written by agent/embed_text.cmake from ${INPUT}.
#include <string>

namespace signalbox {

const std::string& ${SYMBOL}();

const std::string& ${SYMBOL}() {
  static const std::string kText =
${pieces}      ;
  return kText;
}

}  // namespace signalbox
")
