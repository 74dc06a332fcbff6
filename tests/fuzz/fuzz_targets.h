#pragma once
/// The targets, one a file in targets/ of the same name, which says what comes in and what must hold.
#include <string_view>

namespace signalbox::fuzz {

void page_atlassian(std::string_view input);
void page_incidentio(std::string_view input);
void page_google_cloud(std::string_view input);
void page_ai_studio(std::string_view input);
void fetched_reply(std::string_view input);
void exchange_reply(std::string_view input);
void report(std::string_view input);
void otlp_json(std::string_view input);
void otlp_protobuf(std::string_view input);
void override_body(std::string_view input);
void request_head(std::string_view input);
void request(std::string_view input);
void chunked_body(std::string_view input);
void gunzip_body(std::string_view input);
void configuration(std::string_view input);
void replay_lines(std::string_view input);
void rfc3339(std::string_view input);
void http_dates(std::string_view input);
void url(std::string_view input);
void text(std::string_view input);
void title(std::string_view input);

}  // namespace signalbox::fuzz
