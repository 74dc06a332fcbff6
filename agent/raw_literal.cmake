# Included by what embeds texts in the binary.
#
# raw_literal(TEXT RESULT): TEXT as raw literals side by side, which are one and need no escapes. In pieces, because the
# standard promises no more than 64 KiB for one literal.
set(PIECE_BYTES 8000)

function(raw_literal text result)
  if(text MATCHES "\\)TEXT\"")
    message(FATAL_ERROR "a text to embed holds the end mark of a raw literal, )TEXT\"")
  endif()
  string(LENGTH "${text}" length)
  set(pieces "")
  set(start 0)
  while(start LESS length)
    string(SUBSTRING "${text}" ${start} ${PIECE_BYTES} piece)
    string(APPEND pieces "\n    R\"TEXT(${piece})TEXT\"")
    math(EXPR start "${start} + ${PIECE_BYTES}")
  endwhile()
  set(${result} "${pieces}" PARENT_SCOPE)
endfunction()
