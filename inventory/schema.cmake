# Embeds inventory/schema/NNNN_*.sql, in order, as `const char *const schema_migrations[]` and their count.
file(GLOB schema_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/inventory/schema/*.sql)
list(SORT schema_files)
set(schema_c ${CMAKE_BINARY_DIR}/generated/schema.c)
add_custom_command(
	OUTPUT ${schema_c}
	COMMAND ${CMAKE_COMMAND} -DOUTPUT=${schema_c} "-DFILES=${schema_files}" -P ${CMAKE_SOURCE_DIR}/cmake/EmbedSchema.cmake
	DEPENDS ${schema_files} ${CMAKE_SOURCE_DIR}/cmake/EmbedSchema.cmake
	VERBATIM)
get_target_property(inventory_type inventory TYPE)
if(inventory_type STREQUAL "STATIC_LIBRARY")
	target_sources(inventory PRIVATE ${schema_c})
endif()
