#pragma once
/// The types of Asio that the front uses, spelled once. The executor is the concrete one: the type-erased default
/// costs an allocation and an indirect call at every step.
#include <asio/awaitable.hpp>
#include <asio/basic_stream_socket.hpp>
#include <asio/basic_waitable_timer.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>
#include <asio/use_awaitable.hpp>
#include <chrono>

namespace signalbox {

using LoopExecutor = asio::io_context::executor_type;
template <class T>
using Awaitable = asio::awaitable<T, LoopExecutor>;
inline constexpr asio::use_awaitable_t<LoopExecutor> kAwait{};
/// TCP and unix sockets alike.
using StreamSocket = asio::basic_stream_socket<asio::generic::stream_protocol, LoopExecutor>;

using LoopTimer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                             asio::wait_traits<std::chrono::steady_clock>, LoopExecutor>;

}  // namespace signalbox
