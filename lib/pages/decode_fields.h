#pragma once
/// What the decoders share: the words of status pages as levels and phases, and fields picked so that nothing from
/// outside passes uncleaned. Nothing here throws.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/config.h"
#include "lib/json.h"
#include "lib/pages/page.h"
#include "lib/result.h"

namespace signalbox {

/// One document of a source, parsed.
struct FeedDocument {
  std::string name;  ///< "summary", "components", "incidents"
  std::string
      label;  ///< what error sentences begin with: "components: ", or empty where the source has one document
  Json root;
};

/// Ids are compared as the page writes them and shown cleaned. The longest seen (AI Studio) has 52 bytes.
inline constexpr size_t kMaxId = 128;
/// Pages list 50 incidents at most; a hostile one must not fill the answers. Over ones are for history only.
inline constexpr size_t kMaxIncidents = 100;
inline constexpr size_t kMaxOverIncidents = 50;
inline constexpr size_t kMaxMaintenances = 50;
/// A link longer than this is dropped: half of one leads nowhere.
inline constexpr size_t kMaxUrl = 300;

/// A component's status in either vocabulary (Atlassian, incident.io); `unknown` for any other word.
OfficialLevel level_of_status(std::string_view word);
/// An incident's impact; `unknown` for any other word.
OfficialLevel level_of_impact(std::string_view word);
/// An incident's or maintenance's status; a word we do not know is `active`: somebody may be affected.
IncidentPhase phase_of(std::string_view word);

/// The member as one clean line; empty when missing or not a string.
std::string text_field(const Json& value, std::string_view key);
std::string id_field(const Json& value, std::string_view key);
/// The member when it is an https URL of plain characters, else empty.
std::string https_field(const Json& value, std::string_view key);

/// Whether `ids` (from the configuration) holds the member `key` of `value`.
bool names_one_of(const Json& value, std::string_view key, const std::vector<std::string>& ids);

/// For feeds that list incidents only: what a running one says of a component it affects, for people. The worst
/// wins; one of unknown weight makes a quiet component unknown. The level that counts is raised by the incident.
void show_incident(Component& component, const Incident& incident);
/// `none`, since the incidents raise it; `unknown` where a running incident's weight is.
OfficialLevel level_of_incident_feed(const std::vector<Component>& components);

void keep_earliest(std::optional<WallTime>& at, std::optional<WallTime> other);

/// Newest first by start, those without a start last; over ones beyond `kMaxOverIncidents` and all beyond
/// `kMaxIncidents` are dropped. What is left gets its `scope`.
void settle_incidents(std::vector<Incident>& incidents, const ProviderConfig& provider);

}  // namespace signalbox
