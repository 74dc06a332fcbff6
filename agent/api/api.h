#pragma once
/// The HTTP API as functions from a request and a snapshot to a reply. No socket, no HTTP library.
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "agent/store/history.h"
#include "lib/snapshot.h"

namespace signalbox {

struct ApiRequest {
  std::string method;
  std::string path;  ///< percent-decoded, without the query
  std::multimap<std::string, std::string> query;
  std::string if_none_match;
  std::string last_event_id;  ///< where a stream goes on
};

struct ApiReply {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// What an answer is made from. `history` is null where no database can be read.
struct ApiContext {
  const Snapshot& snapshot;
  History* history;
  Instant now;
};

using Handler = ApiReply (*)(const ApiRequest&, const ApiContext&);

/// One row of the contract, which schema/openapi.json describes. `pattern` is a regular expression over the whole
/// decoded path.
struct ApiRoute {
  std::string pattern;
  Handler get;
  bool reads_history;    ///< may wait for the disk: runs outside the event loop
  bool waits;            ///< answers `wait_s` and `generation` (long poll)
  bool streams = false;  ///< a 200 is the head of a stream of events (stream_feed.h)
};

std::span<const ApiRoute> api_routes();

/// application/problem+json (RFC 9457). `type` is "about:blank": the status says what kind of problem it is, so
/// `title` is the status's phrase, and `detail` is the sentence for whoever asked.
ApiReply problem(int status, const std::string& title, const std::string& detail);

/// 400 for one query parameter, named by the member `parameter` as well as in the sentence.
ApiReply bad_parameter(const std::string& parameter, const std::string& detail);

}  // namespace signalbox
