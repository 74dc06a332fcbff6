# Compiles the sources of `target` a folder at a time: what they all include is read, and instrumented, once. Sanitized
# builds take a third of the time that way. The others compile each file alone, and so show that each includes what it uses.
#
# Two files of a folder may have private names in common, each for its own: one of them is compiled alone then. When the
# compiler speaks of a redefinition, share the code, rename one of the two, or name its file here.
set(COMPILED_ALONE
    agent/api/api_overrides agent/api/api_timeline
    agent/cli/local_commands agent/cli/override_command agent/cli/report_command
    agent/http/agent_check_front
    agent/render/render_history agent/render/render_target agent/render/watch_frame
    agent/render/watch_table
    agent/store/backup agent/store/batch_rows agent/store/record_rows agent/store/sqlite_history agent/store/state_lock
    lib/intake lib/fusion lib/snapshot lib/replay_line
    lib/config/config_notify
    lib/notify/notices
    lib/otlp/decode_json
    lib/pages/decode_ai_studio lib/pages/decode_google_cloud
    lib/passive/reporter_roster
    tests/lib/main tests/agent/main
    tests/agent/api/api_health_test tests/agent/api/api_history_test tests/agent/api/api_overrides_test
    tests/agent/api/api_reports_test tests/agent/api/api_routes_test tests/agent/api/api_self_test
    tests/agent/api/api_timeline_test tests/agent/api/api_web_test
    tests/agent/cli/cli_check_config_test
    tests/agent/http/http_stream_test tests/agent/http/http_tls_test
    tests/agent/poll/source_poll_test
    tests/agent/render/render_history_test tests/agent/render/trend_test tests/agent/render/watch_frame_test
    tests/agent/store/batches_test tests/agent/store/history_test tests/agent/store/overrides_test
    tests/lib/agent_check_test tests/lib/batch_test tests/lib/cause_test tests/lib/core_reports_property_test
    tests/lib/figures_test tests/lib/fusion_test tests/lib/observer_test tests/lib/official_test tests/lib/passive_test
    tests/lib/report_test tests/lib/snapshot_test
    tests/lib/pages/decode_statuspage_test tests/support/pages)
list(TRANSFORM COMPILED_ALONE APPEND ".cc")

function(compile_by_folder target)
  get_target_property(sources ${target} SOURCES)
  foreach(source ${sources})
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE file)
    cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
    cmake_path(GET file PARENT_PATH folder)
    if(file IN_LIST COMPILED_ALONE OR folder MATCHES "^build")
      set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    else()
      string(MAKE_C_IDENTIFIER ${folder} group)
      set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
    endif()
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # GCC takes all files of a folder but the first for headers, and warns of types in their unnamed namespaces.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endfunction()
