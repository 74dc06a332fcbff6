#pragma once
/// Who may stay when connections are many: a bounded number of seats, the idlest guest leaves for a new one.
/// Pure bookkeeping, no sockets.
///
/// Threads: one. Invariant: a busy guest is never asked to leave.
#include <asio/ip/address.hpp>
#include <cstddef>
#include <list>
#include <map>
#include <vector>

#include "agent/http/front_counts.h"

namespace signalbox {

class Seats;

/// Something that takes a seat: a connection. Leaves by itself when destroyed.
class Guest {
 public:
  explicit Guest(const asio::ip::address& from) : from_(from) {}
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;
  virtual ~Guest();
  virtual void evict() = 0;  ///< its seat is already given away

 private:
  friend class Seats;
  asio::ip::address from_;
  Seats* seats_ = nullptr;
  bool busy_ = false;
  std::list<Guest*>::iterator place_;
};

class Seats {
 public:
  Seats(size_t limit, size_t address_limit) : limit_(limit), address_limit_(address_limit) {}

  /// False when the guest's address, if not loopback, has all it may have, or all seats are taken by busy guests.
  bool admit(Guest& guest);
  void leave(Guest& guest);
  void make_busy(Guest& guest);
  /// Idle, and the last to be asked to leave.
  void make_idle(Guest& guest);
  /// False when nobody is idle.
  bool evict_idlest();

  size_t size() const { return idle_.size() + busy_.size(); }
  ConnectionCounts counts() const { return {size(), admitted_, refused_, evicted_}; }
  /// A copy: what is done to guests may change who sits here.
  std::vector<Guest*> guests() const;

 private:
  bool has_room(const Guest& guest);
  void move_to_end(Guest& guest, bool busy);

  size_t limit_;
  size_t address_limit_;
  std::list<Guest*> idle_;  ///< the idlest first
  std::list<Guest*> busy_;
  std::map<asio::ip::address, size_t> from_;  ///< those that are not loopback
  uint64_t admitted_ = 0;
  uint64_t refused_ = 0;
  uint64_t evicted_ = 0;
};

}  // namespace signalbox
