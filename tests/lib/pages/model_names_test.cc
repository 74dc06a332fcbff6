#include "lib/pages/model_names.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <sstream>

#include "tests/support/pages.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

std::string scope_of(const std::string& provider_name, const std::string& title) {
  const std::vector<std::string> names = models_in_title(title, provider(provider_name).families);
  return names.empty() ? "-" : fmt::format("{}", fmt::join(names, " "));
}

bool names_model(const std::string& provider_name, const std::string& title, const std::string& model) {
  const std::vector<ModelFamily> families = provider(provider_name).families;
  return in_scope(model, models_in_title(title, families), families);
}

struct TitleRow {
  std::string provider;
  std::string title;
  std::string scope;
};

std::vector<TitleRow> real_titles() {
  std::vector<TitleRow> rows;
  std::istringstream file(data_file("titles.tsv"));
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find('\t');
    const size_t last = line.rfind('\t');
    REQUIRE(first < last);
    rows.push_back({line.substr(0, first), line.substr(first + 1, last - first - 1), line.substr(last + 1)});
  }
  return rows;
}

}  // namespace

TEST_CASE("every real title names the models that a person reads in it") {
  std::map<std::string, std::pair<int, int>> scoped;
  for (const TitleRow& row : real_titles()) {
    CAPTURE(row.title);
    CHECK(scope_of(row.provider, row.title) == row.scope);
    auto& [named, all] = scoped[row.provider];
    ++all;
    if (row.scope != "-") ++named;
  }
  for (const auto& [name, counts] : scoped) {
    MESSAGE(name << ": " << counts.first << " of " << counts.second << " titles name a model");
    CHECK(counts.first > 0);
  }
}

TEST_CASE("a name that a title was given is itself in the title's scope") {
  for (const TitleRow& row : real_titles()) {
    if (row.scope == "-") continue;
    CAPTURE(row.title);
    std::istringstream names(row.scope);
    for (std::string name; names >> name;) CHECK(names_model(row.provider, row.title, name));
  }
}

TEST_CASE("products and plans are not models, and what is not certain names nothing") {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"openai", "Elevated errors for ChatGPT Pro"},
      {"openai", "Elevated error rates when accessing Custom GPTs"},
      {"openai", "Elevated errors on GPT-4V for ChatGPT and API"},
      {"openai", "Codex 5.5 engines are experiencing high error rate"},
      {"openai", "codex-gpt-image-2-does-not-exist-errors"},
      {"openai", "o 1 of 3 clusters is down"},
      {"openai", "Outlook and O365 connectors fail"},
      {"openai", "davinci fine-tunes fail"},
      {"claude", "Errors when signing up for Claude Pro or Claude Team plans"},
      {"claude", "Claude Code 2.1 fails to start"},
      {"claude", "Elevated errors across Claude models"},
      {"claude", "Elevated errors on Opus 48"},
      {"claude", "Since 3 Opus 4.8 hours"},
      {"claude", "Claude.ai returns 529"},
      {"claude", "Instant messages fail"},
      {"claude", "Magnum-opus is down"},
      {"gemini", "Gemini API Batch experiencing issues"},
      {"gemini", "Gemini API fails for 2 regions"},
      {"gemini", "Nano Banana Pro outage."},
      {"claude", ""},
      {"claude", "- . , 4.6"},
  };
  for (const auto& [of, title] : table) {
    CAPTURE(title);
    CHECK(scope_of(of, title) == "-");
  }
}

TEST_CASE("what is longer than any model's name names nothing") {
  const std::string longest = "o1-" + std::string(125, 'a');
  CHECK(scope_of("openai", "Errors on " + longest) == longest);
  CHECK(scope_of("openai", "Errors on " + longest + "a") == "-");
}

TEST_CASE("versions before and behind, lists, variants and snapshots are read") {
  struct Row {
    const char* provider;
    const char* title;
    const char* scope;
  };
  for (const Row& row : {
           Row{"claude", "Opus 4.7 and 4.8 are slow", "claude-opus-4-7 claude-opus-4-8"},
           Row{"claude", "Opus 4.8, Sonnet 4.6", "claude-opus-4-8 claude-sonnet-4-6"},
           Row{"claude", "Sonnet 4.6 Opus 4.8", "claude-sonnet-4-6 claude-opus-4-8"},
           Row{"claude", "Claude 3.5 and 3.7 Sonnet", "claude-sonnet-3-7"},
           Row{"claude", "Claude 2.0, 2.1 and Haiku", "claude-2.0 claude-2.1 claude-haiku"},
           Row{"claude", "Claude Opus 4 and Claude Opus 4", "claude-opus-4"},
           Row{"claude", "CLAUDE OPUS 4.6!", "claude-opus-4-6"},
           Row{"claude", "claude-opus-4-6-20260101 fails", "claude-opus-4-6-20260101"},
           Row{"claude", "claude-sonnet-4-5-20250929 and Haiku", "claude-sonnet-4-5-20250929 claude-haiku"},
           Row{"openai", "o1 and o3-mini", "o1 o3-mini"},
           Row{"openai", "GPT\u20115.5 and GPT\u00A05.4", "gpt-5.5 gpt-5.4"},
           Row{"openai", "GPT-4o-mini (2024-07-18), o4-mini-2025-04-16", "gpt-4o-mini o4-mini-2025-04-16"},
           Row{"openai", "gpt-4o-realtime-preview drops calls", "gpt-4o-realtime"},
           Row{"openai", "gpt-image-1 is slow", "gpt-image-1"},
           Row{"gemini", "Gemini 2.5 Flash-Lite and Flash", "gemini-2.5-flash-lite gemini-2.5-flash"},
           Row{"gemini", "gemini-2.5-pro-preview-05-06 fails", "gemini-2.5-pro"},
       }) {
    CAPTURE(row.title);
    CHECK(scope_of(row.provider, row.title) == row.scope);
  }
}

TEST_CASE("a request's model is in scope by version, whatever vendor, order, snapshot or mode its name has") {
  for (const char* model :
       {"claude-opus-4-6", "claude-opus-4-6-20260101", "claude-opus-4-6@20260101", "anthropic/claude-opus-4.6",
        "anthropic.claude-opus-4-6-v1:0", "claude-opus-4-6-latest", "us.anthropic.claude-opus-4-6-20260101-v1:0",
        "Claude-Opus-4-6", "claude-opus-4-6:thinking", "claude-opus-4-6-fast"}) {
    CAPTURE(model);
    CHECK(names_model("claude", "Elevated errors on Claude Opus 4.6", model));
    CHECK(names_model("claude", "Elevated errors on Opus", model));
    CHECK_FALSE(names_model("claude", "Elevated errors on Claude Opus 4", model));
    CHECK_FALSE(names_model("claude", "Elevated errors on Claude Opus 4.5", model));
    CHECK_FALSE(names_model("claude", "Elevated errors on Claude Sonnet 4.6", model));
    CHECK_FALSE(names_model("claude", "Elevated errors on Claude 2.1", model));
  }
}

TEST_CASE("what a title names and what it does not") {
  struct Row {
    const char* provider;
    const char* title;
    const char* model;
    bool named;
  };
  for (const Row& row : {
           Row{"claude", "3.5-Sonnet Partial Outage", "claude-3-5-sonnet@20240620", true},
           Row{"claude", "3.5-Sonnet Partial Outage", "claude-3-5-sonnet-latest", true},
           Row{"claude", "3.5-Sonnet Partial Outage", "claude-3-7-sonnet-latest", false},
           Row{"claude", "Errors on 3.5 Sonnet 20240620", "claude-3-5-sonnet-20240620", true},
           Row{"claude", "Errors on 3.5 Sonnet 20240620", "claude-3-5-sonnet-20241022", false},
           Row{"claude", "Claude 3.0 Opus", "claude-3-opus-20240229", true},
           Row{"claude", "Claude 3 Opus", "claude-opus-4-20250514", false},
           Row{"claude", "Claude Opus 4", "claude-opus-4-20250514", true},
           Row{"claude", "Claude Opus 4", "claude-opus-4-1", false},
           Row{"claude", "elevated error rate on claude-2.1", "claude-2.1", true},
           Row{"claude", "elevated error rate on claude-2.0", "claude-2", true},
           Row{"claude", "Claude 4 models", "claude-sonnet-4-20250514", true},
           Row{"claude", "Elevated errors on Haiku", "claude-3-haiku-20240307", true},
           Row{"claude", "Elevated errors on Haiku", "claude-opus-4-6", false},
           Row{"claude", "Elevated errors on Haiku", "my-haiku", false},
           Row{"claude", "Elevated errors on Opus 4.6", "", false},
           Row{"openai", "gpt-4o errors", "gpt-4o", true},
           Row{"openai", "gpt-4o errors", "openai/gpt-4o-2024-08-06", true},
           Row{"openai", "gpt-4o errors", "ft:gpt-4o:acme::abc", true},
           Row{"openai", "gpt-4o errors", "gpt-4o-mini", false},
           Row{"openai", "gpt-4o errors", "chatgpt-4o-latest", false},
           Row{"openai", "gpt-4o errors", "azure-gpt-4o", false},
           Row{"openai", "GPT-4o mini errors", "gpt-4o-mini-2024-07-18", true},
           Row{"openai", "GPT-4o mini errors", "gpt-4o", false},
           Row{"openai", "gpt-4 errors", "gpt-4-0613", true},
           Row{"openai", "gpt-4 errors", "gpt-4o", false},
           Row{"openai", "gpt-4 errors", "gpt-4.1", false},
           Row{"openai", "gpt-4 errors", "gpt-4-turbo", false},
           Row{"openai", "gpt-4 errors", "gpt-4-32k", false},
           Row{"openai", "gpt-4-0314 errors", "gpt-4-0314", true},
           Row{"openai", "gpt-4-0314 errors", "gpt-4", false},
           Row{"openai", "gpt-4o-2024-08-06 errors", "gpt-4o-2024-08-06", true},
           Row{"openai", "gpt-4o-2024-08-06 errors", "gpt-4o-2024-05-13", false},
           Row{"openai", "gpt-4-1106-preview errors", "gpt-4-1106-preview", true},
           Row{"openai", "GPT5.5 errors", "gpt-5.5", true},
           Row{"openai", "GPT 5.5 errors", "gpt-5.5-pro", false},
           Row{"openai", "GPT-5.6 Sol errors", "gpt-5.6-sol", true},
           Row{"openai", "GPT-5.6 Sol errors", "gpt-5.6", false},
           Row{"openai", "GPT-5.6 errors", "gpt-5.6-luna", false},
           Row{"openai", "o1 errors", "o1-2024-12-17", true},
           Row{"openai", "o1 errors", "o1-mini", false},
           Row{"openai", "o1 errors", "marco-o1", false},
           Row{"openai", "text-embedding-ada-002 errors", "text-embedding-ada-002", true},
           Row{"openai", "text-embedding-ada-002 errors", "text-embedding-3-small", false},
           Row{"openai", "gpt-image-1 errors", "gpt-image-1", true},
           Row{"gemini", "Gemini 2.5 Pro", "models/gemini-2.5-pro", true},
           Row{"gemini", "Gemini 2.5 Pro", "gemini-2.5-pro-preview-05-06", true},
           Row{"gemini", "Gemini 2.5 Pro", "publishers/google/models/gemini-2.5-pro-001", true},
           Row{"gemini", "Gemini 2.5 Pro", "gemini-2.5-flash", false},
           Row{"gemini", "Gemini 2.5 Flash", "gemini-2.5-flash-lite", false},
           Row{"gemini", "Gemini 3 Pro", "gemini-3.0-pro-preview", true},
           Row{"gemini", "Gemini 2.5 models", "gemini-2.5-flash-lite", true},
           Row{"gemini", "Gemini 2.5 models", "gemini-2.0-flash", false},
       }) {
    CAPTURE(row.title);
    CAPTURE(row.model);
    CHECK(names_model(row.provider, row.title, row.model) == row.named);
  }
}

TEST_CASE("without families nothing is named, and a scope of unknown families holds nothing") {
  CHECK(models_in_title("Claude Opus 4.6", {}).empty());
  CHECK_FALSE(in_scope("claude-opus-4-6", {"claude-opus-4-6"}, {}));
  CHECK_FALSE(in_scope("claude-opus-4-6", {}, provider("claude").families));
  const std::vector<ModelFamily> senseless = {{.title = "", .model = ""}, {.title = "!", .model = "-"}};
  CHECK(models_in_title("! Opus 4", senseless).empty());
  CHECK_FALSE(in_scope("opus", {"opus"}, senseless));
}
