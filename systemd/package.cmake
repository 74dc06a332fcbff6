# The Debian package, of the release preset: cmake --build --preset release --target package
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME signalbox)
set(CPACK_PACKAGE_VENDOR signalbox)
set(CPACK_PACKAGE_CONTACT "signalbox maintainers <signalbox@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "health monitor and status signal for LLM providers")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "One small daemon watches the public status pages of Claude, OpenAI and Gemini
and hears from clients what their requests met. Routers, gateways and load
balancers read one JSON answer: whether a provider or model may be used, for
how much of the traffic, and how long to retry.

It never calls a model.")
set(CPACK_VERBATIM_VARIABLES ON)
# Into a staging directory, so that /etc means /etc.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
# The user is made by sysusers; libraries are found by dpkg-shlibdeps.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers | systemd-sysusers, ca-certificates")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "bash-completion, libnss-systemd")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(scripts ${CMAKE_CURRENT_SOURCE_DIR}/debian)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${scripts}/conffiles ${scripts}/postinst ${scripts}/prerm ${scripts}/postrm)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/package_modes.cmake)
set(CPACK_POST_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/package_modes.cmake)
include(CPack)
