#include "tests/fuzz/fuzz_targets.h"

#include "tests/fuzz/fuzz.h"

namespace signalbox::fuzz {

const std::map<std::string, Function>& targets() {
  static const std::map<std::string, Function> kTargets = {
      {"page_atlassian", page_atlassian},
      {"page_incidentio", page_incidentio},
      {"page_google_cloud", page_google_cloud},
      {"page_ai_studio", page_ai_studio},
      {"fetched_reply", fetched_reply},
      {"exchange_reply", exchange_reply},
      {"report", report},
      {"otlp_json", otlp_json},
      {"otlp_protobuf", otlp_protobuf},
      {"override_body", override_body},
      {"request_head", request_head},
      {"request", request},
      {"chunked_body", chunked_body},
      {"gunzip_body", gunzip_body},
      {"configuration", configuration},
      {"replay_lines", replay_lines},
      {"rfc3339", rfc3339},
      {"http_dates", http_dates},
      {"url", url},
      {"text", text},
      {"title", title},
  };
  return kTargets;
}

}  // namespace signalbox::fuzz
