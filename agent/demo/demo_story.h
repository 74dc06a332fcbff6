#pragma once
/// The outage that `signalbox demo` plays, as data: what the provider does and what its page says, by the second.
#include <span>
#include <string_view>

#include "lib/config/config.h"
#include "lib/time.h"

namespace signalbox {

/// From `at` on, until the next scene.
struct DemoScene {
  seconds at;             ///< from the start
  double failing;         ///< the part of claude's requests that fails
  std::string_view page;  ///< the status of claude's component
  std::string_view says;  ///< what is told to who watches
};

/// In their order; the first begins at 0.
std::span<const DemoScene> demo_scenes();
const DemoScene& demo_scene_at(Millis since_start);

/// Whether who watches has seen everything: the last scene has been on for long enough and the targets are well
/// again, or it takes so long that something is wrong with us.
bool demo_is_over(Millis since_start, bool all_healthy);

/// Claude and OpenAI, each with a page at `pages` ("http://127.0.0.1:4711"), and holds short enough for the story.
Config demo_config(const std::string& pages);

/// The document of one provider's page, with an open incident unless it is operational.
std::string demo_page(std::string_view provider, std::string_view status, WallTime now);

}  // namespace signalbox
