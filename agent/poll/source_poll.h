#pragma once
/// Polls one source: knows its hosts, its caches and how welcome it is; has no thread and no timer.
///
/// A source with `urls` has alternatives that are tried in order, one with `documents` a single alternative of
/// which all documents are needed. A host that refused us (429, a bot challenge ...) is passed over until its own
/// backoff is over, as long as another one may be asked: so a source whose first host is closed to us stays fresh
/// by its second, and the first is not pestered. Invariant: the reader sees 200 and a body where the page said 304;
/// validators are kept only with a body that was read well; one request at a time, each a connection of its own.
/// Threads: one owner.
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/poll/fetch.h"
#include "lib/config/config.h"
#include "lib/observation.h"
#include "lib/schedule.h"

namespace signalbox {

/// fetch() with its surroundings bound; another one in tests.
using Fetch = std::function<FetchAnswer(const FetchRequest&, Millis deadline, const std::stop_token&)>;
/// read_source(); another one in tests.
using ReadSource = std::function<Result<PageReading>(const ProviderConfig&, const SourceConfig&,
                                                     const std::vector<FetchedDocument>&)>;

/// Real fetches, with one Resolver for all copies of the function.
Fetch fetch_through(ProxySettings proxy);

class SourcePoll {
 public:
  SourcePoll(ProviderConfig provider, SourceConfig source, Fetch fetch, ReadSource read);

  struct Outcome {
    Observation observation;
    Millis pause;               ///< until the next poll
    bool asks_lightly = false;  ///< all that it asked for is known by a validator: the next poll costs a 304
  };

  /// `jitter` is in [0,1), as next_poll() wants it.
  Outcome poll(double jitter, const std::stop_token& stop = {});

 private:
  /// What must be fetched together, and how its host took it the last time.
  struct Alternative {
    std::map<std::string, std::string> documents;  ///< name -> URL
    PollSchedule schedule;
    MonoTime not_before{};  ///< refused until then
    Millis pause{0};
    std::string error;  ///< of the last try; empty: it was read well
  };

  /// A body that was read well, with what the server knows it by.
  struct Kept {
    std::string etag;
    std::string last_modified;
    HttpReply reply;
  };

  struct Fetched {
    FetchedDocument document;
    std::string etag;
    std::string last_modified;
    bool from_kept = false;
  };

  const Alternative* try_alternatives(double jitter, const std::stop_token& stop, Observation& observation);
  void try_alternative(Alternative& alternative, double jitter, const std::stop_token& stop,
                       Observation& observation);
  Fetched get(const std::string& name, const std::string& url, Millis deadline, const std::stop_token& stop);
  bool is_known(const Alternative& alternative) const;
  void remember(const std::vector<Fetched>& fetched, bool read_well);
  std::vector<PayloadRecord> changes(const std::vector<Fetched>& fetched);
  Error all_errors() const;

  ProviderConfig provider_;
  SourceConfig source_;
  Fetch fetch_;
  ReadSource read_;
  std::vector<Alternative> alternatives_;
  std::map<std::string, Kept> kept_;              ///< by URL
  std::map<std::string, std::string> last_good_;  ///< SHA-256 by document
};

}  // namespace signalbox
