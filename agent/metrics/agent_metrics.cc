#include "agent/metrics/metrics.h"

namespace signalbox {
namespace {

constexpr auto one_value(auto value) {
  return [value](Samples& samples) { samples.add({}, value); };
}

void add_ingest(Exposition& out, const IngestCounts& counts) {
  out.counter("signalbox_report_batches_total", "Batches that clients sent, by what became of them.",
              [&](Samples& samples) {
                for (size_t i = 0; i < counts.batches.size(); ++i)
                  samples.add({{"result", std::string(kBatchResultNames.at(i))}}, counts.batches.at(i));
              });
  out.counter("signalbox_report_parts_ignored_total",
              "Parts of batches that count for nothing: providers that nobody configured, words that nobody knows.",
              one_value(counts.parts_ignored));
  out.histogram("signalbox_report_commit_duration_seconds",
                "From a batch's arrival to the answer that says it is on disk.",
                [&](Samples& samples) { samples.add({}, counts.commits); });
}

void add_requests(Exposition& out, const FrontCounts& counts) {
  out.counter(
      "signalbox_http_requests_total",
      "Requests that were answered, by route pattern, method and status; route \"none\": refused before its "
      "route was known.",
      [&](Samples& samples) {
        for (const RequestCount& one : counts.requests) {
          samples.add({{"route", one.route}, {"method", one.method}, {"code", std::to_string(one.status)}},
                      one.count);
        }
      });
}

void add_connections(Exposition& out, const FrontCounts& counts) {
  const auto both = [&](auto member) {
    return [&, member](Samples& samples) {
      samples.add({{"listener", "tcp"}}, counts.tcp.*member);
      samples.add({{"listener", "unix"}}, counts.unix_socket.*member);
    };
  };
  out.gauge("signalbox_http_connections_open", "Connections that are open.", both(&ConnectionCounts::open));
  out.counter("signalbox_http_connections_accepted_total", "Connections that were let in.",
              both(&ConnectionCounts::accepted));
  out.counter("signalbox_http_connections_refused_total", "Connections for which there was no seat.",
              both(&ConnectionCounts::refused));
  out.counter("signalbox_http_connections_evicted_total", "Idle connections that were closed for a new one.",
              both(&ConnectionCounts::evicted));
  out.gauge("signalbox_tls_certificate_expires_timestamp_seconds",
            "When the certificate that clients are shown expires.", [&](Samples& samples) {
              if (counts.tls_expires_at) samples.add({}, *counts.tls_expires_at);
            });
  out.counter("signalbox_tls_handshakes_failed_total",
              "Connections that ended before both sides had agreed on TLS.",
              one_value(counts.tls_handshakes_failed));
  out.gauge("signalbox_http_streams_open", "Readers of /v1/stream.", one_value(counts.streams));
  out.counter("signalbox_http_streams_dropped_total", "Streams that ended because their reader was too slow.",
              one_value(counts.streams_dropped));
  out.gauge("signalbox_http_long_polls_open", "Requests that wait for a change.", one_value(counts.long_polls));
  out.gauge("signalbox_http_worker_calls_open",
            "Requests that wait for the thread that reads the database, or run on it.",
            one_value(counts.worker_calls));
}

void add_store(Exposition& out, const Figures& figures, const StoreCounts& counts) {
  out.gauge("signalbox_store_ok", "0 while what happens cannot be stored; the signal goes on.",
            one_value(figures.persistence_ok ? 1 : 0));
  out.histogram("signalbox_store_commit_duration_seconds", "How long a commit of a group of records took.",
                [&](Samples& samples) { samples.add({}, counts.commits); });
  out.counter("signalbox_store_commit_failures_total", "Commits that failed; their records are tried again.",
              one_value(counts.failures));
  out.counter("signalbox_store_records_dropped_total", "Records that were given up because the queue was full.",
              one_value(counts.dropped));
  out.gauge("signalbox_store_queue_records", "Records that wait for the disk.", one_value(counts.queue_records));
  out.gauge("signalbox_store_queue_bytes", "What these take in memory.", one_value(counts.queue_bytes));
  out.gauge("signalbox_store_database_bytes", "Size of the database with its log, after the last commit.",
            one_value(counts.database_bytes));
}

void add_engine(Exposition& out, const Snapshot& snapshot, const EngineCounts& counts) {
  out.gauge("signalbox_engine_last_turn_timestamp_seconds",
            "When the engine last published; older than a few seconds: it stands still.",
            one_value(snapshot.as_of.wall));
  out.histogram(
      "signalbox_engine_turn_duration_seconds",
      "How long the engine took for what had arrived, with the wait for the disk where something changed.",
      [&](Samples& samples) { samples.add({}, counts.turns); });
  out.gauge("signalbox_generation", "Rises with each change that a router could see.",
            one_value(snapshot.generation));
  out.gauge("signalbox_config_last_reload_successful", "0 while the last reload was refused.",
            one_value(snapshot.figures.config_ok ? 1 : 0));
  out.gauge("signalbox_build_info", "1; the version is in the label.", [](Samples& samples) {
    samples.add({{"version", SIGNALBOX_VERSION}}, 1);
  });
}

void add_notify(Exposition& out, const std::vector<ReceiverStatus>& receivers) {
  const auto each = [&](auto value) {
    return [&, value](Samples& samples) {
      for (const ReceiverStatus& one : receivers) samples.add({{"receiver", one.name}}, value(one));
    };
  };
  out.counter("signalbox_notify_messages_total", "Messages to receivers of notifications, by what became of them.",
              [&](Samples& samples) {
                for (const ReceiverStatus& one : receivers) {
                  samples.add({{"receiver", one.name}, {"result", "sent"}}, one.counts.sent);
                  samples.add({{"receiver", one.name}, {"result", "refused"}}, one.counts.refused);
                  samples.add({{"receiver", one.name}, {"result", "given_up"}}, one.counts.given_up);
                }
              });
  out.counter("signalbox_notify_failures_total", "Tries to send a message that did not work.",
              each([](const ReceiverStatus& one) { return one.counts.failures; }));
  out.gauge("signalbox_notify_waiting", "Changes that a receiver is still to be told.",
            each([](const ReceiverStatus& one) { return one.waiting; }));
  out.gauge("signalbox_notify_ok", "0 while the last try to tell a receiver did not work.",
            each([](const ReceiverStatus& one) { return one.trouble.empty() ? 1 : 0; }));
}

void add_process(Exposition& out, const ProcessFigures& process) {
  out.counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
              one_value(process.cpu_seconds));
  out.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", one_value(process.resident_bytes));
  out.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", one_value(process.virtual_bytes));
  out.gauge("process_open_fds", "Number of open file descriptors.", one_value(process.open_fds));
  out.gauge("process_max_fds", "Maximum number of open file descriptors.", one_value(process.max_fds));
  out.gauge("process_threads", "Number of OS threads in the process.", one_value(process.threads));
  out.gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
            one_value(process.start_time));
}

}  // namespace

void add_agent_metrics(Exposition& out, const Snapshot& snapshot, const Measured& measured) {
  add_ingest(out, measured.ingest);
  add_requests(out, measured.front);
  add_connections(out, measured.front);
  add_store(out, snapshot.figures, measured.store);
  add_engine(out, snapshot, measured.engine);
  add_notify(out, measured.notify);
  add_process(out, measured.process);
}

std::string render_metrics(const Snapshot& snapshot, const Measured& measured) {
  Exposition out;
  add_signal_metrics(out, snapshot, measured.engine);
  add_agent_metrics(out, snapshot, measured);
  return out.text();
}

}  // namespace signalbox
