#include <algorithm>
#include <utility>

#include "lib/config/config.h"

namespace signalbox {
namespace {

/// Families: tested on every title of two years of history (tests/data/titles.tsv).
std::vector<ModelFamily> claude_families() {
  std::vector<ModelFamily> families;
  const std::pair<const char*, const char*> tiers[] = {{"Opus", "claude-opus"},
                                                       {"Sonnet", "claude-sonnet"},
                                                       {"Haiku", "claude-haiku"},
                                                       {"Mythos", "claude-mythos"},
                                                       {"Fable", "claude-fable"}};
  for (const auto& [title, model] : tiers) {
    families.push_back({.title = title, .model = model, .point = "-"});
  }
  families.push_back({.title = "Claude Instant", .model = "claude-instant"});
  families.push_back({.title = "Claude", .model = "claude", .product = true});
  return families;
}

std::vector<ModelFamily> openai_families() {
  constexpr const char* kGptVariants =
      "mini nano turbo pro instant thinking codex max sol chat realtime audio image vision transcribe tts search";
  return {
      {.title = "GPT", .model = "gpt", .variants = kGptVariants, .product = true, .base_model = true},
      {.title = "o",
       .model = "o",
       .variants = "mini pro preview deep research",
       .product = true,
       .base_model = true},
      {.title = "text-embedding-ada", .model = "text-embedding-ada", .product = true},
      {.title = "text-embedding", .model = "text-embedding", .variants = "small large", .product = true},
      {.title = "text-davinci", .model = "text-davinci", .product = true},
      {.title = "code-davinci", .model = "code-davinci", .product = true},
      {.title = "davinci", .model = "davinci", .product = true},
      {.title = "babbage", .model = "babbage", .product = true},
  };
}

std::vector<ModelFamily> gemini_families() {
  return {{.title = "Gemini",
           .model = "gemini",
           .variants = "pro flash lite native image live audio tts",
           .product = true}};
}

/// The ids stand in the captured pages (tests/data/README.md); the page ids pin the page, so that a move to
/// another vendor is seen.
ProviderConfig claude() {
  SourceConfig source;
  source.name = "statuspage";
  source.urls = {"https://status.claude.com/api/v2/summary.json",
                 "https://anthropic.statuspage.io/api/v2/summary.json"};
  source.page_id = "tymt9n04zgry";
  source.components = {"k8w3r06qmzrp"};  // Claude API (api.anthropic.com)
  return {.name = "claude", .families = claude_families(), .sources = {source}};
}

/// `summary.json` lists a rotating 25 of the components: `components.json` is the whole list.
ProviderConfig openai() {
  SourceConfig source;
  source.name = "statuspage";
  source.documents = {{"components", "https://status.openai.com/api/v2/components.json"},
                      {"incidents", "https://status.openai.com/api/v2/incidents.json"}};
  source.page_id = "01JMDK9XYNY6RXSED6SDWW50WY";
  source.components = {"01JMXBRMFE6N2NNT7DG6XZQ6PW",   // Chat Completions
                       "01JP8CD9JR3HR6Y7G4Q75N4DVW"};  // Responses
  return {.name = "openai", .families = openai_families(), .sources = {source}};
}

/// The feed sends 110-180 kB each time and ignores conditional requests, hence the longer interval.
ProviderConfig gemini() {
  SourceConfig source;
  source.name = "google_cloud";
  source.kind = SourceKind::google_cloud;
  source.urls = {"https://status.cloud.google.com/incidents.json"};
  source.products = {"Z0FZJAMvEB4j3NbCJs6B"};  // Vertex Gemini API
  source.interval = seconds(120);
  return {.name = "gemini", .families = gemini_families(), .sources = {source}};
}

}  // namespace

std::string_view to_string(SourceKind kind) {
  switch (kind) {
    case SourceKind::statuspage: return "statuspage";
    case SourceKind::google_cloud: return "google_cloud";
    case SourceKind::ai_studio: return "ai_studio";
  }
  return "statuspage";
}

Config default_config() {
  Config config;
  config.providers = {claude(), openai(), gemini()};
  return config;
}

const ProviderConfig* find_provider(const Config& config, std::string_view name) {
  const auto found = std::ranges::find(config.providers, name, &ProviderConfig::name);
  return found == config.providers.end() ? nullptr : &*found;
}

}  // namespace signalbox
