#pragma once
/// The texts under `--help`: an example and the exit codes of each command.

namespace signalbox {

inline constexpr const char* kHelpTop =
    "Start with:\n"
    "  signalbox status        what is wrong, since when, and what the routers were told\n"
    "  signalbox why claude    the evidence behind it\n"
    "  signalbox doctor        checks the status pages, this host and the configuration\n"
    "\n"
    "The agent is looked for at --url, then $SIGNALBOX_URL, then the unix socket in /run/signalbox or\n"
    "$XDG_RUNTIME_DIR/signalbox, then http://127.0.0.1:9529. A token is read from the file named by\n"
    "$SIGNALBOX_TOKEN_FILE. NO_COLOR, --no-color and a pipe switch colour off. Times are UTC.\n"
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
    "With --json the agent's answer is printed unchanged.\n"
    "Exit: 0 healthy; 1 degraded or recovering; 2 unhealthy; 3 unknown, or the agent does not answer; of\n"
    "several targets 2 wins over 1 over 3 over 0; 64 wrong usage. --watch: 130 or 143 when ended by a signal";

inline constexpr const char* kHelpWhy =
    "Example: signalbox why claude/claude-opus-4-6\n"
    "Exit: 0 shown, whatever the state; 64 wrong usage or a provider that is not configured; 69 the agent does\n"
    "not answer";

inline constexpr const char* kHelpHistory =
    "Examples: signalbox history --since 7d\n"
    "          signalbox history claude --since 2026-11-23T10:00:00Z --json\n"
    "A provider's history includes its models'.\n"
    "Exit: 0 shown; 64 wrong usage or a provider that is not configured; 69 the agent does not answer";

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

inline constexpr const char* kHelpCompletion =
    "Example: signalbox completion bash > ~/.local/share/bash-completion/completions/signalbox\n"
    "Exit: 0; 64 wrong usage";

}  // namespace signalbox
