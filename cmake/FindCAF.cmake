# SPDX-License-Identifier: Apache-2.0
# Debian's CAF 0.17 ships neither a CMake package nor a .pc file.
# Defines CAF::core, CAF::io and CAF::openssl for the components asked for.
find_path(CAF_INCLUDE_DIR caf/actor_system.hpp)
if(CAF_INCLUDE_DIR)
  file(STRINGS ${CAF_INCLUDE_DIR}/caf/config.hpp caf_version_line
    REGEX "#define CAF_VERSION [0-9]+")
  string(REGEX MATCH "[0-9]+$" caf_version "${caf_version_line}")
  math(EXPR caf_major "${caf_version} / 10000")
  math(EXPR caf_minor "${caf_version} / 100 % 100")
  math(EXPR caf_patch "${caf_version} % 100")
  set(CAF_VERSION ${caf_major}.${caf_minor}.${caf_patch})
endif()
set(caf_libraries)
foreach(component ${CAF_FIND_COMPONENTS})
  find_library(CAF_${component}_LIBRARY caf_${component})
  list(APPEND caf_libraries CAF_${component}_LIBRARY)
endforeach()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CAF
  REQUIRED_VARS CAF_INCLUDE_DIR ${caf_libraries} VERSION_VAR CAF_VERSION
  HANDLE_VERSION_RANGE)
mark_as_advanced(CAF_INCLUDE_DIR ${caf_libraries})
if(CAF_FOUND)
  foreach(component ${CAF_FIND_COMPONENTS})
    if(NOT TARGET CAF::${component})
      add_library(CAF::${component} SHARED IMPORTED)
      set_target_properties(CAF::${component} PROPERTIES
        IMPORTED_LOCATION ${CAF_${component}_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${CAF_INCLUDE_DIR})
      if(NOT component STREQUAL core)
        target_link_libraries(CAF::${component} INTERFACE CAF::core)
      endif()
    endif()
  endforeach()
endif()
