/// Text from outside that is shown to people, and titles that may name models.
///
/// In: for `text` a byte that chooses the bound, then the text; for `title` the title. Holds: cleaned text is
/// clean, within its bound, and does not change when it is cleaned again; the models of a title are names, each
/// once, and the title names them.
#include <algorithm>
#include <set>

#include "lib/ids.h"
#include "lib/pages/model_names.h"
#include "lib/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_targets.h"

namespace signalbox::fuzz {

void text(std::string_view input) {
  if (input.empty()) return;
  const size_t longest = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  const std::string clean = clean_text(input, longest);
  expect_clean(clean, longest, "cleaned text");
  expect(clean_text(clean, longest) == clean, "clean text stays as it is");
  expect(!clean.starts_with(' ') && !clean.ends_with(' '), "there are no spaces around it");
  expect(clean.find("  ") == std::string::npos, "there are no double spaces in it");
}

void title(std::string_view input) {
  for (const ProviderConfig& each : config().providers) {
    const std::vector<std::string> scope = models_in_title(input, each.families);
    expect(std::set(scope.begin(), scope.end()).size() == scope.size(), "a title names a model once");
    for (const std::string& model : scope) {
      expect(is_model_name(model), "what a title names is the name of a model");
      expect(in_scope(model, scope, each.families), "a title names the model that it names");
    }
    in_scope(input, scope, each.families);
  }
}

}  // namespace signalbox::fuzz
