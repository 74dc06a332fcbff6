#include "agent/api/api_handlers.h"
#include "agent/metrics/metrics.h"

namespace signalbox {

ApiReply answer_metrics(const ApiRequest&, const ApiContext& context) {
  const Measured nothing;
  const Measured& measured = context.measured == nullptr ? nothing : *context.measured;
  return {200,
          "text/plain; version=0.0.4; charset=utf-8",
          render_metrics(context.snapshot, measured),
          {{"Cache-Control", "no-store"}}};
}

}  // namespace signalbox
