# Installs the default configuration. The agent looks for it in /etc whether it lives in /usr or in /usr/local; below any
# other prefix stays what goes there. One that somebody may have changed is left alone (in the package dpkg sees to
# that: it is a conffile).
set(etc ${CMAKE_INSTALL_PREFIX}/etc)
if(CMAKE_INSTALL_PREFIX MATCHES "^/usr(/local)?/?$")
  set(etc /etc)
endif()
if(EXISTS $ENV{DESTDIR}${etc}/signalbox/signalbox.toml)
  message(STATUS "Left alone: $ENV{DESTDIR}${etc}/signalbox/signalbox.toml")
else()
  file(INSTALL ${CMAKE_CURRENT_LIST_DIR}/signalbox.toml DESTINATION ${etc}/signalbox)
endif()
