#include "lib/report.h"

namespace signalbox {

uint64_t batch_key(std::string_view reporter, std::string_view batch_id) {
  // FNV-1a (Fowler, Noll, Vo), then the finalizer of splitmix64 so that every bit counts.
  constexpr uint64_t kBasis = 14695981039346656037U;
  constexpr uint64_t kPrime = 1099511628211U;
  uint64_t key = kBasis;
  const auto mix = [&](std::string_view text) {
    for (const char c : text) key = (key ^ static_cast<unsigned char>(c)) * kPrime;
    key *= kPrime;  // an end, so that ("ab", "c") is not ("a", "bc")
    key ^= text.size();
  };
  mix(reporter);
  mix(batch_id);
  key = (key ^ (key >> 30U)) * 0xbf58476d1ce4e5b9U;
  key = (key ^ (key >> 27U)) * 0x94d049bb133111ebU;
  return key ^ (key >> 31U);
}

}  // namespace signalbox
