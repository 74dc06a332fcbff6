# Writes OUTPUT, a C++ file with the files of DIRECTORY as `web_assets()` (agent/api/web_assets.h).
# Run by the build: cmake -DDIRECTORY=... -DOUTPUT=... -P embed.cmake
#
# Comments and indentation stay here: what a browser is sent has to be small. All files but index.html are served below
# a folder that is named by the hash of all of them, so that a browser keeps them for good and never mixes two versions.
set(PIECE_BYTES 8000)  # the standard promises no more than 64 KiB for one literal
set(HASH_DIGITS 16)

# The text of `file`, as it is sent, in `result`.
function(read_asset file result)
  file(READ "${file}" text)
  if(text MATCHES "\\)TEXT\"")
    message(FATAL_ERROR "${file} holds the end mark of a raw literal, )TEXT\"")
  endif()
  if(file MATCHES "\\.(mjs|js|css)$")
    set(text "\n${text}")
    string(REGEX REPLACE "\n +" "\n" text "${text}")
    string(REGEX REPLACE "\n//[^\n]*" "" text "${text}")
    string(REGEX REPLACE "\n/\\*([^*]|\\*+[^*/])*\\*+/" "" text "${text}")
    string(REGEX REPLACE "\n\n+" "\n" text "${text}")
    string(REGEX REPLACE "^\n" "" text "${text}")
  endif()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# `text` as literals side by side, in `result`.
function(literal text result)
  string(LENGTH "${text}" length)
  set(pieces "")
  set(start 0)
  while(start LESS length)
    string(SUBSTRING "${text}" ${start} ${PIECE_BYTES} piece)
    string(APPEND pieces "\n     R\"TEXT(${piece})TEXT\"")
    math(EXPR start "${start} + ${PIECE_BYTES}")
  endwhile()
  set(${result} "${pieces}" PARENT_SCOPE)
endfunction()

file(GLOB files "${DIRECTORY}/*.mjs" "${DIRECTORY}/*.js" "${DIRECTORY}/*.css" "${DIRECTORY}/*.svg")
list(SORT files)
set(rows "")
set(preload "")
set(hashes "")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME)
  read_asset("${file}" text)
  literal("${text}" pieces)
  string(APPEND rows "    {\"${name}\",${pieces}},\n")
  string(SHA256 one "${name} ${text}")
  string(APPEND hashes "${one}")
  if(name MATCHES "\\.mjs$")
    string(APPEND preload "<link rel=\"modulepreload\" href=\"@ASSETS@/${name}\">\n")
  endif()
endforeach()
string(SHA256 hash "${hashes}")
string(SUBSTRING "${hash}" 0 ${HASH_DIGITS} hash)
read_asset("${DIRECTORY}/index.html" page)
string(REPLACE "@PRELOAD@\n" "${preload}" page "${page}")
string(REPLACE "@ASSETS@" "assets/${hash}" page "${page}")
string(SHA256 page_hash "${page}")
string(SUBSTRING "${page_hash}" 0 ${HASH_DIGITS} page_hash)
literal("${page}" page_pieces)
file(WRITE "${OUTPUT}" "// Written by agent/web/embed.cmake from agent/web.
#include \"agent/api/web_assets.h\"

namespace signalbox {
namespace {

constexpr WebAsset kAssets[] = {
${rows}};

}  // namespace

std::span<const WebAsset> web_assets() { return kAssets; }
std::string_view web_assets_hash() { return \"${hash}\"; }
std::string_view web_page() {
  return ${page_pieces};
}
std::string_view web_page_hash() { return \"${page_hash}\"; }

}  // namespace signalbox
")
