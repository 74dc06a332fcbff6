#include <doctest/doctest.h>

#include <fstream>

#include "tests/support/command_line.h"
#include "tests/support/scratch_directory.h"

namespace signalbox {
namespace {

using testing::run_command;

constexpr const char* kTicks = "{\"at\": 1, \"tick\": true}\n{\"at\": 2, \"tick\": true}\n";

TEST_CASE("replay reads a file, or standard input") {
  const ScratchDirectory directory;
  const std::string path = directory.file("recording.jsonl");
  std::ofstream(path) << kTicks;
  const auto from_file = run_command({"replay", path});
  const auto from_input = run_command({"replay", "-"}, kTicks);
  CHECK(from_file.code == 0);
  CHECK(from_file.out.starts_with(R"({"at":1,"advice":{"claude":{"state":"unknown")"));
  CHECK(from_file.out == from_input.out);
  CHECK(from_file.err.empty());
}

TEST_CASE("an empty recording is one; a last line without an end counts") {
  const ScratchDirectory directory;
  std::ofstream(directory.file("empty.jsonl")).flush();
  CHECK(run_command({"replay", directory.file("empty.jsonl")}).code == 0);
  CHECK(run_command({"replay", "-"}, "").code == 0);
  CHECK(run_command({"replay", "-"}, R"({"at": 1, "tick": true})").out ==
        run_command({"replay", "-"}, "{\"at\": 1, \"tick\": true}\r\n").out);
}

TEST_CASE("a wrong line ends it with 65, after everything that was right before it") {
  const auto result = run_command({"replay", "-"}, std::string(kTicks) + "{\"at\": 1, \"tick\": true}\n");
  CHECK(result.code == 65);
  CHECK(result.out == run_command({"replay", "-"}, kTicks).out);
  CHECK(result.err == "signalbox: standard input: line 3: at: 1 is before the line before\n");
}

TEST_CASE("a file that cannot be read is 66, and a configuration that is wrong 78") {
  const ScratchDirectory directory;
  CHECK(run_command({"replay", directory.file("missing.jsonl")}).code == 66);
  CHECK(run_command({"replay", directory.file("")}).code == 66);
  std::ofstream(directory.file("bad.toml")) << "[nonsense]\n";
  CHECK(run_command({"replay", "-", "--config", directory.file("bad.toml")}, kTicks).code == 78);
  CHECK(run_command({"replay", "-", "--config", directory.file("missing.toml")}, kTicks).code == 78);
}

TEST_CASE("a recording is judged by the configuration that is given") {
  const ScratchDirectory directory;
  std::ofstream(directory.file("signalbox.toml"))
      << "[providers.claude]\nmodels = [\"m\"]\n[providers.openai]\nenabled = false\n"
         "[providers.gemini]\nenabled = false\n";
  const auto result =
      run_command({"replay", "-", "--config", directory.file("signalbox.toml")}, R"({"at": 1, "tick": true})");
  CHECK(result.out ==
        R"({"at":1,"advice":{"claude":{"state":"unknown","action":"primary","primary_weight":100,)"
        R"("retry_budget_ms":8000},"claude/m":{"state":"unknown","action":"primary","primary_weight":100,)"
        R"("retry_budget_ms":8000}}})"
        "\n");
}

}  // namespace
}  // namespace signalbox
