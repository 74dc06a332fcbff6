# Consul: two services of yours, one for each provider, each with its own prompt. Who resolves "llm-claude" finds it while
# the provider may be used, and takes "llm-openai" while not. For the configuration directory of the agent of the host.
# Only the ports 9001 and 9002 (yours) and 9529 (signalbox) are addresses here.
#
# Debian has no Consul: what signalbox answers is held against what Consul's documentation says of it by
# tests/e2e/test_envoy_consul.py. https://developer.hashicorp.com/consul/docs/services/usage/checks :
#
# - "HTTP check response codes": 2xx is passing, 429 a warning, all other failures. So ?degraded=429 shows a degraded
#   provider, which may still be used, as a warning
# - "Script check exit codes": 0 is passing, 1 a warning, any other failing
#
# A service whose check fails is not found. DNS leaves warnings in, unless dns_config.only_passing is set.

# The primary, by a script: `signalbox status` ends with 0 healthy, 1 degraded or recovering, 2 unhealthy, 3 unknown or no
# agent, and 3 becomes 0: what nobody knows takes no primary away. It needs enable_local_script_checks = true.
service {
  name = "llm-claude"
  port = 9001
  check {
    id       = "signalbox-claude"
    name     = "signalbox: claude"
    args     = ["/bin/sh", "-c", "signalbox status claude || { code=$?; [ $code -eq 3 ] || exit $code; }"]
    interval = "2s"
    timeout  = "10s"
    status   = "passing"
  }
}

# The fallback, by HTTP: without an agent it is not found. (A primary that is checked so is not found either then.)
service {
  name = "llm-openai"
  port = 9002
  check {
    id       = "signalbox-openai"
    name     = "signalbox: openai"
    http     = "http://127.0.0.1:9529/v1/check/openai?degraded=429"
    interval = "2s"
    timeout  = "1s"
  }
}
