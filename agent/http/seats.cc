#include "agent/http/seats.h"

#include <algorithm>
#include <utility>

namespace signalbox {
namespace {

/// An address that nobody shares with strangers: loopback, and "none" of a unix socket's peer.
bool is_counted(const asio::ip::address& address) { return !address.is_loopback() && !address.is_unspecified(); }

/// One seat of so many is for those that have just come: the time to say what they want, 25 ms while 20,000 a
/// second come. Taken from regulars at worst.
constexpr size_t kNewcomers = 8;

asio::ip::address network_of(const asio::ip::address& address) {
  constexpr size_t kNetworkBytes = 8;
  if (!address.is_v6() || address.is_loopback()) return address;
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + kNetworkBytes, bytes.end(), 0);
  return asio::ip::address_v6(bytes);
}

}  // namespace

Guest::Guest(const asio::ip::address& from) : from_(network_of(from)) {}

Guest::~Guest() {
  if (seats_) seats_->leave(*this);
}

bool Seats::has_room(const Guest& guest) {
  const auto same = from_.find(guest.from_);
  if (is_counted(guest.from_) && same != from_.end() && same->second >= address_limit_) return false;
  return size() < limit_ || evict_first();
}

bool Seats::admit(Guest& guest) {
  const bool room = has_room(guest);
  ++(room ? admitted_ : refused_);
  if (!room) return false;
  if (is_counted(guest.from_)) ++from_[guest.from_];
  guest.seats_ = this;
  guest.kind_ = kNew;
  guest.place_ = lists_[kNew].insert(lists_[kNew].end(), &guest);
  return true;
}

void Seats::leave(Guest& guest) {
  lists_.at(guest.kind_).erase(guest.place_);
  unsent_ -= std::exchange(guest.unsent_, 0);
  guest.seats_ = nullptr;
  const auto same = from_.find(guest.from_);
  if (same != from_.end() && --same->second == 0) from_.erase(same);
}

void Seats::move_to_end(Guest& guest, Kind kind) {
  if (guest.seats_ != this) return;
  auto& to = lists_.at(kind);
  to.splice(to.end(), lists_.at(guest.kind_), guest.place_);
  guest.kind_ = kind;
  unsent_ -= std::exchange(guest.unsent_, 0);
}

void Seats::make_stuck(Guest& guest, size_t unsent) {
  if (guest.seats_ != this) return;
  move_to_end(guest, kStuck);
  guest.unsent_ = unsent;
  unsent_ += unsent;
  while (unsent_ > unsent_limit_) evict(*lists_[kStuck].front());
}

bool Seats::evict_first() {
  const bool spare_new = lists_[kNew].size() <= limit_ / kNewcomers;
  for (const Kind kind : {spare_new ? kStuck : kNew, kStuck, kIdle, kRegular, kNew}) {
    if (lists_.at(kind).empty()) continue;
    evict(*lists_.at(kind).front());
    return true;
  }
  return false;
}

void Seats::evict(Guest& guest) {
  ++evicted_;
  leave(guest);
  guest.evict();
}

size_t Seats::size() const {
  size_t all = 0;
  for (const auto& list : lists_) all += list.size();
  return all;
}

std::vector<Guest*> Seats::guests() const {
  std::vector<Guest*> all;
  for (const auto& list : lists_) all.insert(all.end(), list.begin(), list.end());
  return all;
}

}  // namespace signalbox
