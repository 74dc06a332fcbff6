#pragma once
/// Sockets that listen, made by ourselves or by the service manager: cpp-httplib's have a backlog of 5 and share
/// their port with a second agent without a word.
///
/// Errors name the address and the errno's text.
#include <sys/types.h>
#include <string>

#include "lib/result.h"

namespace signalbox {

/// What the kernel keeps for us while we are busy; it takes less where net.core.somaxconn is lower.
inline constexpr int kBacklog = 4096;

/// Bytes of an answer that the kernel keeps of a connection over TCP, for it doubles the number for its
/// bookkeeping. By itself it would take 4 MiB of somebody who does not read, and thousands of these all that it has
/// for TCP.
inline constexpr int kSendBuffer = 32 * 1024;
/// Bytes of a TCP segment at most. Larger than on any wire, so that it matters on loopback only.
inline constexpr int kMaxSegment = 8 * 1024;

/// Owns the descriptor; the file of a unix socket that we made goes with it.
class ListenSocket {
 public:
  /// `address` is numeric: "127.0.0.1:9529", "[::1]:9529"; port 0 takes a free one.
  static Result<ListenSocket> tcp(const std::string& address);
  /// Mode 0660. A file that a dead agent left is replaced, one that somebody listens at, or that is not a socket,
  /// is an error.
  static Result<ListenSocket> unix_file(const std::string& path);
  /// One that somebody else made and goes on with after us: its file and its queue of connections stay. It must
  /// listen, over TCP or at a unix address; otherwise, too, the descriptor is closed.
  static Result<ListenSocket> adopt(int descriptor);

  ListenSocket(ListenSocket&& other) noexcept;
  ListenSocket& operator=(ListenSocket&&) = delete;
  ~ListenSocket();

  int descriptor() const { return descriptor_; }
  bool is_unix() const { return host_.empty(); }
  const std::string& name() const { return name_; }  ///< as really bound: "127.0.0.1:43211", "unix:/path"
  const std::string& host() const { return host_; }  ///< the bound IP address; empty for a unix socket
  void close();

 private:
  explicit ListenSocket(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
  std::string name_;
  std::string host_;
  std::string path_;  ///< of the file to remove; empty: none
  ino_t inode_ = 0;   ///< of the file we made: one that took its place is not ours to remove
};

}  // namespace signalbox
