#include "agent/demo/demo_story.h"

#include <array>

#include "lib/json.h"
#include "lib/rfc3339.h"

namespace signalbox {
namespace {

constexpr double kUsual = 0.01;
constexpr double kOutage = 0.95;
constexpr std::string_view kOperational = "operational";
constexpr std::string_view kDown = "major_outage";
constexpr const char* kComponent = "api";

constexpr std::array<DemoScene, 5> kScenes = {{
    {seconds(0), kUsual, kOperational,
     "calm: three clients send about 25 requests a second to claude; openai is their fallback"},
    {seconds(15), kOutage, kOperational,
     "claude breaks: 95 % of its requests end in HTTP 529. Its status page stays green, as they do at first"},
    {seconds(45), kOutage, kDown, "now claude's status page turns red: half a minute after it began"},
    {seconds(75), kUsual, kDown,
     "claude works again. The page does not know it yet; the few sessions that stayed will see it"},
    {seconds(90), kUsual, kOperational, "the page says resolved"},
}};

/// Enough to see the ramp, or the calm at its end.
constexpr Millis kShortest = seconds(115);
constexpr Millis kLongest = seconds(180);

ProviderConfig demo_provider(const std::string& name, const std::string& pages) {
  SourceConfig page;
  page.name = "statuspage";
  page.urls = {pages + "/" + name};
  page.components = {kComponent};
  page.interval = seconds(2);
  ProviderConfig provider;
  provider.name = name;
  provider.sources = {page};
  return provider;
}

}  // namespace

std::span<const DemoScene> demo_scenes() { return kScenes; }

const DemoScene& demo_scene_at(Millis since_start) {
  const DemoScene* scene = &kScenes.front();
  for (const DemoScene& each : kScenes) {
    if (each.at <= since_start) scene = &each;
  }
  return *scene;
}

bool demo_is_over(Millis since_start, bool all_healthy) {
  return since_start >= kLongest || (since_start >= kShortest && all_healthy);
}

Config demo_config(const std::string& pages) {
  Config config;
  config.server.listen = {"127.0.0.1:0"};
  config.policy.hold = seconds(15);
  config.policy.canary_per_s = 2;
  config.policy.ramp_step = seconds(5);
  config.providers = {demo_provider("claude", pages), demo_provider("openai", pages)};
  return config;
}

std::string demo_page(std::string_view provider, std::string_view status, WallTime now) {
  Json incidents = Json::array();
  if (status != kOperational) {
    incidents.push_back({{"id", "demo-1"},
                         {"name", "Elevated errors on the API"},
                         {"status", "investigating"},
                         {"impact", "critical"},
                         {"created_at", format_rfc3339(now)},
                         {"updated_at", format_rfc3339(now)},
                         {"components", {{{"id", kComponent}, {"name", "API"}, {"status", status}}}}});
  }
  return dump_json(Json{{"page", {{"id", "demo"}, {"name", provider}, {"updated_at", format_rfc3339(now)}}},
                        {"status", {{"indicator", incidents.empty() ? "none" : "critical"}, {"description", ""}}},
                        {"components", {{{"id", kComponent}, {"name", "API"}, {"status", status}}}},
                        {"incidents", std::move(incidents)},
                        {"scheduled_maintenances", Json::array()}});
}

}  // namespace signalbox
