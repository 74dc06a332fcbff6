#pragma once
/// A value, or the sentence that says why there is none. The world's failures are values here;
/// exceptions stay inside the file that meets them.
#include <string>
#include <utility>
#include <variant>

namespace signalbox {

struct Error {
  std::string message;  ///< one sentence, no trailing full stop, names what is wrong and where
  bool operator==(const Error&) const = default;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}
  Result(Error error) : state_(std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  /// Precondition: holds a value.
  T& operator*() { return std::get<0>(state_); }
  const T& operator*() const { return std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  /// Precondition: holds an error.
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace signalbox
