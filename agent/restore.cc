#include "agent/restore.h"

#include "lib/health_json.h"
#include "lib/pages/status_page.h"

namespace signalbox {
namespace {

std::vector<PageDocument> documents_of(const Restored& restored, const SourceRecord& source) {
  std::vector<PageDocument> documents;
  for (const PayloadRecord& payload : restored.payloads) {
    if (payload.provider != source.provider || payload.source != source.source) continue;
    documents.push_back({payload.document, payload.body});
  }
  return documents;
}

std::vector<RestoredSource> restore_sources(const Config& config, const Restored& restored, Instant now) {
  std::vector<RestoredSource> sources;
  for (const SourceRecord& record : restored.sources) {
    const ProviderConfig* provider = find_provider(config, record.provider);
    if (provider == nullptr) continue;
    for (const SourceConfig& source : provider->sources) {
      if (source.name != record.source) continue;
      Result<PageReading> reading = decode_page(*provider, source, documents_of(restored, record));
      if (!reading) continue;
      SourceState state;
      state.reading = std::move(*reading);
      state.good_at = recalled(record.good_at, now);
      state.changed_at = recalled(record.changed_at, now);
      state.tried_at = state.good_at;
      sources.push_back({record.provider, record.source, std::move(state)});
    }
  }
  return sources;
}

}  // namespace

Core restore_core(std::shared_ptr<const Config> config, const Restored& restored, Instant now) {
  Remembered remembered{.generation = restored.generation,
                        .healths = restored.healths,
                        .sources = restore_sources(*config, restored, now),
                        .overrides = restored.overrides,
                        .batches = restored.batches};
  return start_core(std::move(config), std::move(remembered), now);
}

}  // namespace signalbox
