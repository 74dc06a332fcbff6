# Writes OUTPUT, a C++ file with the files of DIRECTORY as `web_assets()` (agent/api/web_assets.h).
# Run by the build: cmake -DDIRECTORY=... -DOUTPUT=... -P embed.cmake
#
# Comments and indentation stay here: what a browser is sent has to be small. All files but index.html are served below
# a folder that is named by the hash of all of them, so that a browser keeps them for good and never mixes two versions.
include(${CMAKE_CURRENT_LIST_DIR}/../raw_literal.cmake)
set(HASH_DIGITS 16)

# The text of `file`, as it is sent, in `result`.
function(read_asset file result)
  file(READ "${file}" text)
  if(file MATCHES "\\.(mjs|js|css)$")
    set(text "\n${text}")
    string(REGEX REPLACE "\n +" "\n" text "${text}")
    string(REGEX REPLACE "\n//[^\n]*" "" text "${text}")
    string(REGEX REPLACE "\n/\\*([^*]|\\*+[^*/])*\\*+/" "" text "${text}")
    string(REGEX REPLACE "\n\n+" "\n" text "${text}")
    string(REGEX REPLACE "^\n" "" text "${text}")
  endif()
  if(file MATCHES "\\.css$")
    string(REGEX REPLACE " *([{};,]) *" "\\1" text "${text}")
    string(REPLACE ": " ":" text "${text}")
  endif()
  if(file MATCHES "\\.html$")
    string(REGEX REPLACE "\n +" "\n" text "${text}")
  endif()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

file(GLOB files "${DIRECTORY}/*.mjs" "${DIRECTORY}/*.js" "${DIRECTORY}/*.css" "${DIRECTORY}/*.svg")
list(SORT files)
set(rows "")
set(preload "")
set(hashes "")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME)
  read_asset("${file}" text)
  raw_literal("${text}" pieces)
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
raw_literal("${page}" page_pieces)
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
