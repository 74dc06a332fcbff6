# Before and after the package is made: whatever the umask is, its directories are open to all, and the same sources give
# the same bytes. CPack leaves the directories above what is installed, and the members of the deb, with what the umask
# left to them.
file(CHMOD_RECURSE ${CPACK_TEMPORARY_DIRECTORY} DIRECTORY_PERMISSIONS
     OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
foreach(package IN LISTS CPACK_PACKAGE_FILES)
  execute_process(COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/package_modes.py ${package} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
