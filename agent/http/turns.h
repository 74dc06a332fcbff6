#pragma once
/// The order of what takes longer than a look into the hot table: a queue that is served for a moment at a time,
/// and between two moments the loop looks at its sockets. So whoever sends a thousand requests at once, or
/// thousands that ask for what has to be made first, wait for each other, and a router's hot answer waits for one
/// moment. Who comes again at once stands behind those who do not, but one of them has its turn in each moment.
///
/// Threads: the event loop's. Destroyed before the loop: who waits then is dropped with its connection.
#include <deque>
#include <functional>

#include "agent/http/http_net.h"

namespace signalbox {

class Turns {
 public:
  explicit Turns(const LoopExecutor& loop) : loop_(loop) {}
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  /// Returns when all of its kind that came before have had theirs. The socket may be closed by then. `again`: it
  /// had a turn just now.
  Awaitable<void> wait(bool again);

 private:
  using Queue = std::deque<std::function<void()>>;

  void join(Queue& queue, std::function<void()> resume);
  void serve_later();
  void serve_for_a_moment();
  bool is_empty() const { return fresh_.empty() && again_.empty(); }

  LoopExecutor loop_;
  Queue fresh_;
  Queue again_;
  bool serving_ = false;
};

}  // namespace signalbox
