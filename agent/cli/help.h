#pragma once
/// The texts under `--help`: an example and the exit codes of each command.

namespace signalbox {

inline constexpr const char* kTargetWords = "PROVIDER or PROVIDER/MODEL";  ///< what stands for a TARGET
inline constexpr const char* kHelpTop =
    "Start with:\n"
    "  signalbox status        what is wrong, since when, and what the routers were told\n"
    "  signalbox why claude    the evidence behind it\n"
    "  signalbox doctor        checks the status pages, this host and the configuration\n"
    "  signalbox demo          plays a two-minute outage, without internet\n"
    "\n"
    "The agent is looked for at --url, then $SIGNALBOX_URL, then the unix socket in /run/signalbox or\n"
    "$XDG_RUNTIME_DIR/signalbox, then http://127.0.0.1:9529. A token is read from the file that\n"
    "--token-file or $SIGNALBOX_TOKEN_FILE names, and never stands on a command line; who vouches for https:// is\n"
    "the system, or --ca-file, or $SIGNALBOX_CA_FILE. NO_COLOR, --no-color and a pipe switch colour off.\n"
    "Times are UTC.\n"
    "Exit: 64 wrong usage; else as each command's --help says. See also: man signalbox";

inline constexpr const char* kHelpServe =
    "Example: signalbox serve --config /etc/signalbox/signalbox.toml\n"
    "Without a configuration it watches Claude, OpenAI and Gemini on 127.0.0.1:9529. SIGHUP reloads the\n"
    "configuration, SIGTERM ends it.\n"
    "Exit: 0 ended by a signal; 78 the configuration is wrong; another code of sysexits(3) when it cannot start";

inline constexpr const char* kHelpStatus =
    "Examples: signalbox status\n"
    "          signalbox status claude/claude-opus-4-6\n"
    "          signalbox status --watch\n"
    "With --json the agent's answer is printed unchanged. --watch stays: on a terminal a screen with the failures\n"
    "of the last minutes and the states of the last hour, live, until q or Ctrl-C; else a line for each change.\n"
    "Exit: 0 healthy; 1 degraded or recovering; 2 unhealthy; 3 unknown, or the agent does not answer; of\n"
    "several targets 2 wins over 1 over 3 over 0; 64 wrong usage. --watch: 0 after q;\n"
    "130 or 143 when ended by a signal";

inline constexpr const char* kHelpWhy =
    "Example: signalbox why claude/claude-opus-4-6\n"
    "Exit: 0 shown, whatever the state; 64 wrong usage or a provider that is not configured; 69 the agent does\n"
    "not answer";

inline constexpr const char* kHelpHistory =
    "Examples: signalbox history --since 7d\n"
    "          signalbox history claude --since 2026-11-23T10:00:00Z --json\n"
    "A provider's history includes its models'.\n"
    "Exit: 0 shown; 64 wrong usage or a provider that is not configured; 69 the agent does not answer";

inline constexpr const char* kHelpGuard =
    "Example: signalbox guard claude --fail-open && ./nightly-summaries\n"
    "Exit: 0 use it: any state but unhealthy; 1 do not, and why stands on the error stream; 64 wrong usage or a\n"
    "provider that is not configured; 69 the agent does not answer, 0 with --fail-open";

inline constexpr const char* kHelpReport =
    "Examples: signalbox report --provider claude --model claude-opus-4-6 ok=95 overloaded=4 status:529=1\n"
    "          signalbox report - < batch.json\n"
    "Outcomes: ok, overloaded, server_error, timeout, connect_error, throttled, client_error, cancelled. HTTP "
    "codes\n"
    "are classified by the agent. The body on standard input is that of POST /v1/reports; the reporter and the\n"
    "batch's name are added when it has none. A batch is sent again, under the same name, until it is stored.\n"
    "Exit: 0 stored; 64 wrong usage; 65 refused, or for no provider that is configured; 69 nobody took it; 77 a\n"
    "token is wanted";

inline constexpr const char* kHelpOverride =
    "Examples: signalbox override set claude unhealthy --reason \"INC-1234\" --ttl 1h\n"
    "          signalbox override set openai degraded --weight 20 --reason \"costs\" --ttl 2d --by dana\n"
    "          signalbox override clear claude\n"
    "          signalbox override list --history\n"
    "It wins over all evidence until it ends, and stays over a restart. Without an operator token only the\n"
    "agent's unix socket takes it.\n"
    "Exit: 0 done; 64 wrong usage or a provider that is not configured; 69 the agent does not answer; 77 a token\n"
    "is wanted";

inline constexpr const char* kHelpReplay =
    "Example: signalbox replay outage.jsonl\n"
    "Lines: {\"at\": 0.0, \"page\": {\"provider\": \"claude\", \"source\": \"statuspage\", \"http_status\": 200, "
    "\"body\": {...}}}\n"
    "       {\"at\": 1.25, \"report\": {the body of POST /v1/reports}}\n"
    "       {\"at\": 2.0, \"tick\": true}\n"
    "Prints each change of state, and the advice for every target at each tick, as JSON Lines. Needs no agent.\n"
    "Exit: 0; 64 wrong usage; 65 a line is wrong, its number is said; 66 the file cannot be read; 74 the output\n"
    "cannot be written; 78 the configuration is wrong";

inline constexpr const char* kHelpDemo =
    "Example: signalbox demo\n"
    "Status pages, clients and the agent run in this process, on loopback; no internet, no configuration, and\n"
    "nothing is left behind. In another terminal: signalbox status --watch --url ... as it says.\n"
    "Exit: 0 played, or ended by Ctrl-C; 69 it cannot start";

inline constexpr const char* kHelpDoctor =
    "Example: signalbox doctor --config /etc/signalbox/signalbox.toml\n"
    "Fetches every configured status page once; asks no model and changes nothing.\n"
    "Exit: 0 all well; 1 warnings; 2 failures; 64 wrong usage; 78 the configuration is wrong";

inline constexpr const char* kHelpCheckConfig =
    "Example: signalbox check-config /etc/signalbox/signalbox.toml && systemctl reload signalbox\n"
    "Exit: 0 valid, also with warnings; 64 wrong usage; 78 wrong, with line and column of each mistake";

inline constexpr const char* kHelpBackup =
    "Example: signalbox backup /var/backups/signalbox-$(date +%F).db\n"
    "The agent goes on meanwhile. FILE must not exist.\n"
    "Exit: 0 copied and checked; 1 not copied; 64 wrong usage; 78 the configuration is wrong";

inline constexpr const char* kHelpNotify =
    "Examples: signalbox notify test ops\n"
    "          signalbox notify list\n"
    "Secrets that are credentials of the service are found when CREDENTIALS_DIRECTORY says where:\n"
    "          CREDENTIALS_DIRECTORY=/run/credentials/signalbox.service signalbox notify test\n"
    "Exit: 0 all took it, or shown; 1 some did not take it, or what waits cannot be read; 64 wrong usage or no "
    "such\n"
    "receiver; 78 the configuration is wrong, or test finds no receiver in it";

inline constexpr const char* kHelpCompletion =
    "Example: signalbox completion bash > ~/.local/share/bash-completion/completions/signalbox\n"
    "Exit: 0; 64 wrong usage";

}  // namespace signalbox
