#pragma once
/// Who may stay when connections are many: a bounded number of seats, and an order in which guests leave for a new
/// one. Pure bookkeeping, no sockets.
///
/// First those leave that have asked nothing yet, but for a few that have only just come; then those that do not
/// take their answer; then the idle, regulars last; of each the one that has been so the longest. So neither a
/// flood of silent connections, nor one that never reads, nor one that asks once each costs a router its own, nor
/// keeps a new one from asking. Threads: one. Invariant: a busy guest is never asked to leave.
#include <array>
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
  explicit Guest(const asio::ip::address& from);
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;
  virtual ~Guest();
  virtual void evict() = 0;  ///< its seat is already given away

 private:
  friend class Seats;
  asio::ip::address from_;  ///< of IPv6 the network: a host has all the addresses of its /64
  Seats* seats_ = nullptr;
  size_t kind_ = 0;
  size_t unsent_ = 0;  ///< bytes that it has to take
  std::list<Guest*>::iterator place_;
};

class Seats {
 public:
  /// `unsent_limit`: bytes of answers that all guests together may leave waiting.
  Seats(size_t limit, size_t address_limit, size_t unsent_limit)
      : limit_(limit), address_limit_(address_limit), unsent_limit_(unsent_limit) {}

  /// False when the guest's address, if not loopback, has all it may have, or all seats are taken by busy guests.
  bool admit(Guest& guest);
  void leave(Guest& guest);
  void make_busy(Guest& guest) { move_to_end(guest, kBusy); }
  /// It has to take `unsent` bytes. While all of these together are over the limit, the one that has been stuck for
  /// the longest leaves, which may be this one.
  void make_stuck(Guest& guest, size_t unsent);
  /// It has asked something, and may ask again. The last of its kind to be asked to leave.
  void make_idle(Guest& guest) { move_to_end(guest, kIdle); }
  /// The same for one that comes back since a while.
  void make_regular(Guest& guest) { move_to_end(guest, kRegular); }
  /// False when everybody is busy.
  bool evict_first();

  size_t size() const;
  ConnectionCounts counts() const { return {size(), admitted_, refused_, evicted_}; }
  /// A copy: what is done to guests may change who sits here.
  std::vector<Guest*> guests() const;

 private:
  enum Kind : size_t { kNew, kStuck, kIdle, kRegular, kBusy, kKinds };

  bool has_room(const Guest& guest);
  void move_to_end(Guest& guest, Kind kind);
  void evict(Guest& guest);

  size_t limit_;
  size_t address_limit_;
  size_t unsent_limit_;
  size_t unsent_ = 0;
  std::array<std::list<Guest*>, kKinds> lists_;  ///< of each kind those first that have been so the longest
  std::map<asio::ip::address, size_t> from_;     ///< those that are not loopback
  uint64_t admitted_ = 0;
  uint64_t refused_ = 0;
  uint64_t evicted_ = 0;
};

}  // namespace signalbox
