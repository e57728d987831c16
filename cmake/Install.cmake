# cmake --install: the program, its units, its account, its inventory examples.
include(GNUInstallDirs)

if(TARGET pgresync)
	install(TARGETS pgresync RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(FILES packaging/pgresync.service packaging/pgresync-rebuild-stale.service packaging/pgresync-rebuild-stale.timer
	DESTINATION lib/systemd/system)
install(FILES packaging/pgresync.sysusers DESTINATION lib/sysusers.d RENAME pgresync.conf)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY inventory/examples DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
file(GLOB pgresync_man CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/docs/man/*.1 ${CMAKE_SOURCE_DIR}/docs/*.1)
if(pgresync_man)
	install(FILES ${pgresync_man} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()
