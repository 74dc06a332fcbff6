# Writes OUTPUT, a C++ file with the function `const std::string& SYMBOL()` that gives the text of INPUT.
# Run by the build: cmake -DINPUT=... -DOUTPUT=... -DSYMBOL=... -P embed_text.cmake
#
# A raw literal needs no escapes, and literals side by side are one. In pieces, because the standard promises no more
# than 64 KiB for one literal.
set(PIECE_BYTES 8000)
file(READ "${INPUT}" text)
if(text MATCHES "\\)TEXT\"")
  message(FATAL_ERROR "${INPUT} holds the end mark of a raw literal, )TEXT\"")
endif()
string(LENGTH "${text}" length)
set(pieces "")
set(start 0)
while(start LESS length)
  string(SUBSTRING "${text}" ${start} ${PIECE_BYTES} piece)
  string(APPEND pieces "    R\"TEXT(${piece})TEXT\"\n")
  math(EXPR start "${start} + ${PIECE_BYTES}")
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
