# SPDX-License-Identifier: Apache-2.0
# `cpack --config build/release/CPackConfig.cmake`: three Debian packages, the
# command with its service, the shared libraries, and what programs are built
# with.
set(packaging ${PROJECT_SOURCE_DIR}/packaging)

# The prefix is known when it is installed: it stands in the unit, and decides
# where settings are.
string(CONFIGURE [=[
set(bindir "${CMAKE_INSTALL_PREFIX}/@CMAKE_INSTALL_BINDIR@")
set(sysconfdir "${CMAKE_INSTALL_PREFIX}/etc")
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(sysconfdir "/etc")
endif()
configure_file("@packaging@/troupe.service.in"
  "@PROJECT_BINARY_DIR@/troupe.service" @ONLY)
file(INSTALL "@PROJECT_BINARY_DIR@/troupe.service"
  DESTINATION "${CMAKE_INSTALL_PREFIX}/lib/systemd/system")
# What was written there since the last time is not ours.
if(NOT EXISTS "$ENV{DESTDIR}${sysconfdir}/troupe/troupe.properties")
  file(INSTALL "@packaging@/troupe.properties"
    DESTINATION "${sysconfdir}/troupe")
endif()
]=] install_service @ONLY)
install(CODE "${install_service}" COMPONENT runtime)
install(FILES ${packaging}/troupe.sysusers DESTINATION lib/sysusers.d
  RENAME troupe.conf COMPONENT runtime)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/troupe RENAME copyright
  COMPONENT runtime)
if(EXISTS ${PROJECT_SOURCE_DIR}/docs/troupe.1)
  install(FILES ${PROJECT_SOURCE_DIR}/docs/troupe.1
    DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT runtime)
endif()
if(EXISTS ${PROJECT_SOURCE_DIR}/tools/completion/troupe.bash)
  install(FILES ${PROJECT_SOURCE_DIR}/tools/completion/troupe.bash
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
    RENAME troupe COMPONENT runtime)
endif()

# `--strip` leaves archives alone; four fifths of ours is debug information.
string(CONFIGURE [=[
if(CMAKE_INSTALL_DO_STRIP)
  file(GLOB archives
    "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/@CMAKE_INSTALL_LIBDIR@/libtroupe_*.a")
  foreach(archive ${archives})
    execute_process(COMMAND "@CMAKE_STRIP@" --strip-debug "${archive}"
      COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
endif()
]=] strip_archives @ONLY)
install(CODE "${strip_archives}" COMPONENT development)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The Troupe authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY
  "Message broker made of actors that speaks the Kafka protocol")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_COMPONENTS_ALL runtime libraries development shared_development)
set(CPACK_COMPONENT_RUNTIME_GROUP command)
set(CPACK_COMPONENT_LIBRARIES_GROUP libraries)
set(CPACK_COMPONENT_DEVELOPMENT_GROUP development)
set(CPACK_COMPONENT_SHARED_DEVELOPMENT_GROUP development)

set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_THREADS 0)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(library_version ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME troupe)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION net)
set(CPACK_DEBIAN_COMMAND_DESCRIPTION
  "The broker, its benchmark and cluster tools, and a systemd service.")
set(CPACK_DEBIAN_COMMAND_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_COMMAND_PACKAGE_CONTROL_EXTRA
  ${packaging}/debian/postinst ${packaging}/debian/prerm
  ${packaging}/debian/postrm ${packaging}/debian/conffiles)

set(CPACK_DEBIAN_LIBRARIES_PACKAGE_NAME libtroupe${library_version})
set(CPACK_DEBIAN_LIBRARIES_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARIES_DESCRIPTION
  "Libraries that programs with a broker inside run with.")
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libtroupe-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION
  "Headers, static libraries, CMake package and pkg-config files.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
string(JOIN ", " CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "libtroupe${library_version} (= ${PROJECT_VERSION})" pkg-config libcaf-dev
  libssl-dev libboost-dev librocksdb-dev libisal-dev libexpected-dev
  libspdlog-dev libfmt-dev libre2-dev prometheus-cpp-dev zlib1g-dev
  libsnappy-dev liblz4-dev libzstd-dev)
include(CPack)
