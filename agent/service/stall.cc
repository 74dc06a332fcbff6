#ifdef SIGNALBOX_TEST_HOOKS
#include "agent/service/stall.h"

#include <unistd.h>

#include <cstdlib>

namespace signalbox {

void stall_if_asked() {
  const char* file = std::getenv("SIGNALBOX_TEST_STALL");
  if (file == nullptr || unlink(file) != 0) return;
  for (;;) pause();
}

}  // namespace signalbox
#endif
