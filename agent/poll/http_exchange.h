#pragma once
/// One HTTP request and its answer over a wire that is already open. The only place of the client side that
/// knows of cpp-httplib, which writes the request, parses the answer and joins chunks.
///
/// Invariant: at most 64 KiB of headers, 8 KiB a line, and `max_body` bytes of body, on the wire and inflated.
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "agent/poll/wire.h"
#include "lib/pages/fetched.h"

namespace signalbox {

struct HttpQuestion {
  std::string method;
  std::string target;  ///< as it goes into the request line
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// False: the answer is its status; a body that is too long, cut or dribbled is taken as far as it came, and
  /// one that cannot be inflated is empty.
  bool body_matters = true;
};

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case; of several of a name the first
  std::string body;                            ///< inflated; empty for 204, 3xx and CONNECT

  std::string header(const std::string& lower_case_name) const;
};

/// `peer` is the name that errors show.
std::variant<HttpAnswer, FetchFailure> exchange(Wire& wire, const std::string& peer, const HttpQuestion& question,
                                                size_t max_body);

/// Whether a header may carry `value`: visible ASCII and inner spaces. httplib percent-decodes the headers that it
/// reads, so that what a server sent may hold a line end when it is sent back.
bool is_header_value(std::string_view value);

}  // namespace signalbox
