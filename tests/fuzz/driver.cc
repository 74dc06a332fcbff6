/// What libFuzzer calls: one program a target, whose function is SIGNALBOX_FUZZ_TARGET. What a target throws ends
/// the program, which is what libFuzzer takes for a find.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_targets.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  signalbox::fuzz::be_quiet();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  signalbox::fuzz::SIGNALBOX_FUZZ_TARGET({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
