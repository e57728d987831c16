# pgresync_libssh2: the libssh2 that orchestrator/ssh links.
#
#   -DPGRESYNC_LIBSSH2=built   the static 1.11 that scripts/setup makes where the distribution has less
#   -DPGRESYNC_LIBSSH2=system  the distribution's, whatever its version (1.10 cannot use RSA with a modern sshd)
#
# Not given: built if it is there and the distribution's is older than 1.11.

set(PGRESYNC_LIBSSH2 "" CACHE STRING "Which libssh2: built or system (empty: the better one)")
set_property(CACHE PGRESYNC_LIBSSH2 PROPERTY STRINGS "" built system)

if(DEFINED ENV{PGRESYNC_CACHE})
	set(pgresync_libssh2_dir "$ENV{PGRESYNC_CACHE}/libssh2-1.11.1")
else()
	set(pgresync_libssh2_dir "/var/cache/pgresync/libssh2-1.11.1")
endif()
set(PGRESYNC_LIBSSH2_DIR "${pgresync_libssh2_dir}" CACHE PATH "Where scripts/setup has put the built libssh2")

pkg_check_modules(LIBSSH2_SYSTEM IMPORTED_TARGET libssh2>=1.10)

set(pgresync_libssh2_choice "${PGRESYNC_LIBSSH2}")
if(pgresync_libssh2_choice STREQUAL "")
	if(LIBSSH2_SYSTEM_FOUND AND LIBSSH2_SYSTEM_VERSION VERSION_GREATER_EQUAL 1.11)
		set(pgresync_libssh2_choice system)
	elseif(EXISTS "${PGRESYNC_LIBSSH2_DIR}/.complete")
		set(pgresync_libssh2_choice built)
	else()
		set(pgresync_libssh2_choice system)
	endif()
endif()

if(pgresync_libssh2_choice STREQUAL "built")
	if(NOT EXISTS "${PGRESYNC_LIBSSH2_DIR}/lib/libssh2.a")
		message(FATAL_ERROR "no libssh2 in ${PGRESYNC_LIBSSH2_DIR}: run scripts/setup libssh2")
	endif()
	file(STRINGS "${PGRESYNC_LIBSSH2_DIR}/.complete" LIBSSH2_SYSTEM_VERSION LIMIT_COUNT 1)
	add_library(pgresync_libssh2 STATIC IMPORTED GLOBAL)
	set_target_properties(pgresync_libssh2 PROPERTIES
		IMPORTED_LOCATION "${PGRESYNC_LIBSSH2_DIR}/lib/libssh2.a"
		INTERFACE_INCLUDE_DIRECTORIES "${PGRESYNC_LIBSSH2_DIR}/include"
		INTERFACE_LINK_LIBRARIES PkgConfig::CRYPTO)
elseif(pgresync_libssh2_choice STREQUAL "system")
	if(NOT LIBSSH2_SYSTEM_FOUND)
		message(FATAL_ERROR "no libssh2 1.10 or newer here: run scripts/setup")
	endif()
	add_library(pgresync_libssh2 INTERFACE IMPORTED GLOBAL)
	target_link_libraries(pgresync_libssh2 INTERFACE PkgConfig::LIBSSH2_SYSTEM)
else()
	message(FATAL_ERROR "PGRESYNC_LIBSSH2 is built or system, not ${PGRESYNC_LIBSSH2}")
endif()
message(STATUS "libssh2: ${pgresync_libssh2_choice}, ${LIBSSH2_SYSTEM_VERSION}")
