#pragma once
/// Says how a detached coroutine ended.
#include <exception>

namespace signalbox {

/// Asio swallows the exceptions of detached coroutines unless their handler looks at them. None is expected: each
/// is a bug, and logged as one. `what` ended; null: it ended well.
void log_bug(const char* what, const std::exception_ptr& failure);

}  // namespace signalbox
