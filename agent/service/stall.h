#pragma once
/// A hook for tests, in debug builds alone: a thread that stalls, as by a deadlock.

namespace signalbox {

/// Never returns when there is a file at SIGNALBOX_TEST_STALL, which it removes: the next process shall live.
void stall_if_asked();

}  // namespace signalbox
