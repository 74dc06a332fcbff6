# What the binary is made of, installed into its documentation: made when it is installed or packaged, from the binary.
find_program(DPKG_QUERY dpkg-query)
if(DPKG_QUERY AND CMAKE_GENERATOR STREQUAL Ninja)
  install(CODE "
    set(into \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/doc/signalbox\")
    file(MAKE_DIRECTORY \${into})
    execute_process(COMMAND /usr/bin/python3 [[${CMAKE_CURRENT_LIST_DIR}/sbom.py]] [[${PROJECT_BINARY_DIR}/signalbox]]
                            [[${PROJECT_BINARY_DIR}]] ${PROJECT_VERSION}
                    OUTPUT_FILE \${into}/signalbox.cdx.json COMMAND_ERROR_IS_FATAL ANY)
    file(CHMOD \${into}/signalbox.cdx.json PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)")
endif()
