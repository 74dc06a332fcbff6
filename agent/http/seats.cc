#include "agent/http/seats.h"

namespace signalbox {
namespace {

/// An address that nobody shares with strangers: loopback, and "none" of a unix socket's peer.
bool is_counted(const asio::ip::address& address) { return !address.is_loopback() && !address.is_unspecified(); }

}  // namespace

Guest::~Guest() {
  if (seats_) seats_->leave(*this);
}

bool Seats::has_room(const Guest& guest) {
  const auto same = from_.find(guest.from_);
  if (is_counted(guest.from_) && same != from_.end() && same->second >= address_limit_) return false;
  return size() < limit_ || evict_idlest();
}

bool Seats::admit(Guest& guest) {
  const bool room = has_room(guest);
  ++(room ? admitted_ : refused_);
  if (!room) return false;
  if (is_counted(guest.from_)) ++from_[guest.from_];
  guest.seats_ = this;
  guest.busy_ = false;
  guest.place_ = idle_.insert(idle_.end(), &guest);
  return true;
}

void Seats::leave(Guest& guest) {
  (guest.busy_ ? busy_ : idle_).erase(guest.place_);
  guest.seats_ = nullptr;
  const auto same = from_.find(guest.from_);
  if (same != from_.end() && --same->second == 0) from_.erase(same);
}

void Seats::make_busy(Guest& guest) { move_to_end(guest, true); }

void Seats::make_idle(Guest& guest) { move_to_end(guest, false); }

void Seats::move_to_end(Guest& guest, bool busy) {
  if (guest.seats_ != this) return;
  auto& to = busy ? busy_ : idle_;
  to.splice(to.end(), guest.busy_ ? busy_ : idle_, guest.place_);
  guest.busy_ = busy;
}

bool Seats::evict_idlest() {
  if (idle_.empty()) return false;
  ++evicted_;
  Guest& guest = *idle_.front();
  leave(guest);
  guest.evict();
  return true;
}

std::vector<Guest*> Seats::guests() const {
  std::vector<Guest*> all(idle_.begin(), idle_.end());
  all.insert(all.end(), busy_.begin(), busy_.end());
  return all;
}

}  // namespace signalbox
