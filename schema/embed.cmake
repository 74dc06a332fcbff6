# Writes OUTPUT, a C++ file with the migrations NNNN_name.sql of DIRECTORY in the order of their numbers.
# Run by the build: cmake -DDIRECTORY=... -DOUTPUT=... -P embed.cmake
file(GLOB files "${DIRECTORY}/*.sql")
list(SORT files)
set(rows "")
set(expected 1)
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME_WE)
  if(NOT name MATCHES "^([0-9][0-9][0-9][0-9])_[a-z0-9_]+$")
    message(FATAL_ERROR "${file}: a migration is named NNNN_words.sql")
  endif()
  math(EXPR number "1${CMAKE_MATCH_1} - 10000")
  if(NOT number EQUAL expected)
    message(FATAL_ERROR "${file}: the migration after ${expected} files must have number ${expected}")
  endif()
  math(EXPR expected "${expected} + 1")
  file(READ "${file}" sql)
  string(APPEND rows "    {${number}, R\"SQL(${sql})SQL\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "// Written by schema/embed.cmake from schema/*.sql.\n#include \"agent/store/migrations.h\"\n
namespace signalbox {
namespace {

constexpr Migration kMigrations[] = {
${rows}};

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

}  // namespace signalbox
")
