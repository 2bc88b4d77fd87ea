# SPDX-License-Identifier: Apache-2.0
# `cmake --install`: the command with its service, libraries, public headers,
# the CMake package and the files of pkg-config. Components: runtime,
# libraries (what programs run with), development, and shared_development (what
# makes a linker prefer the shared libraries).
include(CMakePackageConfigHelpers)
get_property(modules GLOBAL PROPERTY TROUPE_MODULES)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/troupe)

# Each module is a file of its own, so that a program needs at hand only what
# its modules stand on.
foreach(module ${modules})
  install(TARGETS troupe_${module} EXPORT troupe_${module}_static
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
  install(EXPORT troupe_${module}_static NAMESPACE troupe::
    FILE troupe-${module}-static.cmake
    DESTINATION ${package_folder} COMPONENT development)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${module}/include/
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development
    FILES_MATCHING PATTERN "*.h")
  if(TROUPE_SHARED)
    install(TARGETS troupe_${module}_shared EXPORT troupe_${module}_shared
      LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT libraries
      NAMELINK_COMPONENT shared_development)
    install(EXPORT troupe_${module}_shared NAMESPACE troupe::
      FILE troupe-${module}-shared.cmake
      DESTINATION ${package_folder} COMPONENT shared_development)
  endif()
endforeach()

configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/troupe-config.cmake.in
  ${PROJECT_BINARY_DIR}/troupe-config.cmake
  INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/troupe-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/troupe-config.cmake
  ${PROJECT_BINARY_DIR}/troupe-config-version.cmake
  ${PROJECT_SOURCE_DIR}/cmake/FindCAF.cmake
  DESTINATION ${package_folder} COMPONENT development)

# troupe_pkg_config(<module> MODULES names... PUBLIC flags... PRIVATE flags...)
# troupe-<module>-static.pc names the archive and all that it needs, and
# troupe-<module>.pc the shared library: what `pkg-config --static` asks of
# our dependencies is more than Debian has.
function(troupe_pkg_config module)
  cmake_parse_arguments(arg "" "" "MODULES;PUBLIC;PRIVATE" ${ARGN})
  set(variants static)
  if(TROUPE_SHARED)
    list(APPEND variants shared)
  endif()
  # Two folders up from where the file is: the prefix may be moved.
  file(RELATIVE_PATH prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(REGEX REPLACE "/$" "" prefix ${prefix})
  foreach(variant ${variants})
    set(suffix "-static")
    set(libraries -l:libtroupe_${module}.a ${arg_PUBLIC} ${arg_PRIVATE})
    if(variant STREQUAL shared)
      set(suffix "")
      set(libraries -ltroupe_${module} ${arg_PUBLIC})
    endif()
    list(JOIN libraries " " libraries)
    list(TRANSFORM arg_MODULES REPLACE "(.+)" "troupe-\\1${suffix}"
      OUTPUT_VARIABLE required)
    list(JOIN required " " required)
    set(name troupe-${module}${suffix})
    configure_file(${PROJECT_SOURCE_DIR}/cmake/troupe.pc.in
      ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
    set(component development)
    if(variant STREQUAL shared)
      set(component shared_development)
    endif()
    install(FILES ${PROJECT_BINARY_DIR}/${name}.pc
      DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT ${component})
  endforeach()
endfunction()

troupe_pkg_config(storage
  PRIVATE ${troupe_codecs_LDFLAGS} ${troupe_rocksdb_LDFLAGS} -lz)
troupe_pkg_config(transport MODULES storage PRIVATE -pthread)
troupe_pkg_config(cluster MODULES storage PRIVATE ${troupe_re2_LDFLAGS})
troupe_pkg_config(actors MODULES transport cluster PUBLIC -lcaf_core
  PRIVATE -lcaf_io -lcaf_openssl -lssl -lcrypto -lspdlog -lfmt
    ${troupe_prometheus_LDFLAGS})

# What a build for an installation needs, without the tests.
add_custom_target(troupe_installed DEPENDS troupe)
foreach(module ${modules})
  add_dependencies(troupe_installed troupe_${module})
  if(TROUPE_SHARED)
    add_dependencies(troupe_installed troupe_${module}_shared)
  endif()
endforeach()
