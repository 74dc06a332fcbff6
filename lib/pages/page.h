#pragma once
/// What a status page said, in one vocabulary for all formats.
///
/// Text fields are the page's own words after `clean_text`: valid UTF-8, one line, bounded, still
/// untrusted (HTML is not escaped).
#include <optional>
#include <string>
#include <vector>

#include "lib/level.h"
#include "lib/time.h"

namespace signalbox {

/// One of the configured components (or products), as the page has it now.
struct Component {
  std::string id;
  std::string name;
  std::string status;  ///< the page's word
  OfficialLevel level = OfficialLevel::unknown;
  bool operator==(const Component&) const = default;
};

enum class IncidentPhase {
  active,      ///< somebody is affected
  monitoring,  ///< a fix is in, service is usually back
  over,
};

struct Incident {
  std::string id;
  std::string name;
  std::string impact;                            ///< the page's word
  std::string status;                            ///< the page's word
  std::string url;                               ///< https only; empty when the feed has none
  OfficialLevel level = OfficialLevel::unknown;  ///< of `impact`
  IncidentPhase phase = IncidentPhase::active;
  std::optional<WallTime> started_at;
  std::optional<WallTime> updated_at;
  std::optional<WallTime> resolved_at;
  bool on_our_components = false;  ///< tagged on a configured id; false where the feed does not say
  std::vector<std::string> scope;  ///< the models its title names, see model_names.h
  bool operator==(const Incident&) const = default;
};

struct Maintenance {
  std::string id;
  std::string name;
  std::string status;
  std::optional<WallTime> from;
  std::optional<WallTime> to;
  bool operator==(const Maintenance&) const = default;
};

struct PageReading {
  std::string page_id;
  std::string indicator;  ///< the page's own aggregate: context, never evidence
  std::optional<WallTime> page_updated_at;
  /// The worst status among `components`. For a feed of incidents only, `none` (the incidents raise it), and
  /// `unknown` while one runs whose weight we do not know.
  OfficialLevel component_level = OfficialLevel::unknown;
  std::vector<Component> components;            ///< configured and present, in configured order
  std::vector<std::string> missing_components;  ///< configured and absent
  std::vector<Component> unwatched_components;  ///< present and not configured (for `doctor`)
  std::vector<Incident> incidents;              ///< newest first; over ones too where the feed keeps them
  std::vector<Maintenance> maintenances;        ///< scheduled or running, on our components
  std::string covers;                           ///< "vertex" where the feed covers a part only, else empty
  bool operator==(const PageReading&) const = default;
};

}  // namespace signalbox
