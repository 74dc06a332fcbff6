#include <doctest/doctest.h>
#include <stdio.h>

#include <fstream>

#include "tests/support/command_line.h"
#include "tests/support/scratch_directory.h"

namespace signalbox {
namespace {

/// What bash offers for `line`, sorted, with an agent that knows three targets and a hostile name.
std::string complete(const std::string& line) {
  const ScratchDirectory directory;
  std::ofstream(directory.file("signalbox.bash")) << testing::run_command({"completion", "bash"}).out;
  std::ofstream(directory.file("test.bash"))
      << "source " << directory.file("signalbox.bash") << "\n"
      << "signalbox() { :; }\n"
      << "timeout() { echo '{\"targets\":[{\"target\":\"claude\"},{\"target\": \"claude/opus:1\"},"
         "{\"target\":\"openai\"},{\"target\":\"$(touch /tmp/x) `id`\"}]}'; }\n"
      << "COMP_LINE="
      << "'" << line << "'"
      << "; COMP_POINT=${#COMP_LINE}\n"
      << "read -r -a COMP_WORDS <<<\"$COMP_LINE\"; [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')\n"
      << "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
      << "_signalbox signalbox\nprintf '%s\\n' \"${COMPREPLY[@]}\" | sort | paste -sd ' '\n";
  FILE* shell = popen(("bash --norc " + directory.file("test.bash") + " 2>&1").c_str(), "r");
  REQUIRE(shell != nullptr);
  std::string out;
  for (int c = fgetc(shell); c != EOF; c = fgetc(shell)) out += static_cast<char>(c);
  CHECK(pclose(shell) == 0);
  out.erase(out.find_last_not_of('\n') + 1);
  return out;
}

TEST_CASE("bash completes commands, options and targets") {
  CHECK(complete("signalbox ") ==
        "backup check-config completion demo doctor guard history notify override replay report serve status why");
  CHECK(complete("signalbox st") == "status");
  CHECK(complete("signalbox --no-color st") == "status");
  CHECK(complete("signalbox status --w") == "--watch");
  CHECK(complete("signalbox status ") == "claude claude/opus:1 openai");
  CHECK(complete("signalbox why o") == "openai");
  CHECK(complete("signalbox --url http://127.0.0.1:1 status o") == "openai");
  CHECK(complete("signalbox --token-file ~/x --ca-file=/y status o") == "openai");
  CHECK(complete("signalbox history --since 2") == "24h");
  CHECK(complete("signalbox completion ") == "bash");
  CHECK(complete("signalbox guard c") == "claude claude/opus:1");
  CHECK(complete("signalbox notify ") == "list test");
  CHECK(complete("signalbox override ") == "clear list set");
  CHECK(complete("signalbox override set o") == "openai");
  CHECK(complete("signalbox override set openai u") == "unhealthy");
  CHECK(complete("signalbox override clear o") == "openai");
  CHECK(complete("signalbox override set openai unhealthy --ttl 2") == "24h");
  CHECK(complete("signalbox report --provider o") == "openai");
  CHECK(complete("signalbox report ov") == "overloaded=");
}

TEST_CASE("the options of override's commands are offered") {
  const std::string offered = " " + complete("signalbox override set claude unhealthy --") + " ";
  for (const char* option : {"--reason", "--ttl", "--weight", "--by", "--history", "--json"}) {
    CAPTURE(option);
    CHECK(offered.find(std::string(" ") + option + " ") != std::string::npos);
  }
}

TEST_CASE("a word that bash broke at a colon goes on after it") {
  CHECK(complete("signalbox why claude/opus:") == "1");
}

TEST_CASE("completion knows every command and option that help shows") {
  const std::string script = testing::run_command({"completion", "bash"}).out;
  for (const char* command : {"status", "why", "history", "guard", "report", "override", "replay", "demo", "doctor",
                              "check-config", "backup", "completion", "serve"}) {
    const std::string help = testing::run_command({command, "--help"}).out;
    CHECK(script.find(command) != std::string::npos);
    const std::string offered = complete(std::string("signalbox ") + command + " --");
    for (size_t at = help.find("  --"); at != std::string::npos; at = help.find("  --", at + 1)) {
      const std::string option = help.substr(at + 2, help.find_first_of(" \n,", at + 2) - at - 2);
      CAPTURE(command);
      CAPTURE(option);
      CHECK((" " + offered + " ").find(" " + option + " ") != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace signalbox
