# SPDX-License-Identifier: Apache-2.0
# One way to make each of our targets.

# Flags that every target of ours is compiled with; users never see them.
add_library(troupe_flags INTERFACE)
target_compile_features(troupe_flags INTERFACE cxx_std_20)
target_compile_options(troupe_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual)
if(TROUPE_WERROR)
  target_compile_options(troupe_flags INTERFACE -Werror)
endif()
if(TROUPE_SANITIZE)
  target_compile_options(troupe_flags INTERFACE
    -fsanitize=${TROUPE_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(troupe_flags INTERFACE -fsanitize=${TROUPE_SANITIZE})
  if(TROUPE_NO_SANITIZE)
    target_compile_options(troupe_flags INTERFACE
      -fno-sanitize=${TROUPE_NO_SANITIZE})
  endif()
endif()

# troupe_module(<name> [PUBLIC targets...] [PRIVATE targets...])
# A library from src/**.cpp with public headers in include/; with TROUPE_SHARED
# a shared one too. The tests link the static one and see what is private.
function(troupe_module name)
  cmake_parse_arguments(arg "" "" "PUBLIC;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS
    ${CMAKE_CURRENT_SOURCE_DIR}/src/*.cpp)
  add_library(troupe_${name} STATIC ${sources})
  add_library(troupe::${name} ALIAS troupe_${name})
  set_target_properties(troupe_${name} PROPERTIES EXPORT_NAME ${name}
    POSITION_INDEPENDENT_CODE ON)
  target_compile_features(troupe_${name} PUBLIC cxx_std_20)
  target_include_directories(troupe_${name}
    PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
  target_link_libraries(troupe_${name}
    PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE} $<BUILD_INTERFACE:troupe_flags>)
  set_property(GLOBAL APPEND PROPERTY TROUPE_MODULES ${name})
  if(TROUPE_SHARED)
    # Programs see what public headers say, between their visibility pragmas.
    set_target_properties(troupe_${name} PROPERTIES
      CXX_VISIBILITY_PRESET hidden)
    troupe_shared_module(${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  endif()
endfunction()

# The shared library of a module: the same objects, linked to the shared
# libraries of other modules.
function(troupe_shared_module name)
  cmake_parse_arguments(arg "" "" "PUBLIC;PRIVATE" ${ARGN})
  list(TRANSFORM arg_PUBLIC REPLACE "^troupe::(.*)$" "troupe_\\1_shared")
  set(target troupe_${name}_shared)
  add_library(${target} SHARED $<TARGET_OBJECTS:troupe_${name}>)
  # Before 1.0 a minor version may change what programs were linked against.
  set_target_properties(${target} PROPERTIES
    LINKER_LANGUAGE CXX OUTPUT_NAME troupe_${name} EXPORT_NAME ${name}
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    INSTALL_RPATH "$ORIGIN")
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target}
    INTERFACE $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
              $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_options(${target} PRIVATE -Wl,--no-undefined)
  target_link_libraries(${target}
    PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE} $<BUILD_INTERFACE:troupe_flags>)
endfunction()

# troupe_test(<name> LINK targets...): one doctest program from *.cpp here.
function(troupe_test name)
  cmake_parse_arguments(arg "" "" "LINK;INCLUDE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_executable(test_${name} ${sources} ${PROJECT_SOURCE_DIR}/tests/main.cpp)
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}
    ${arg_INCLUDE})
  target_link_libraries(test_${name} PRIVATE ${arg_LINK} troupe_flags)
  # Test cases run once; their compile time counts more than their speed.
  target_compile_options(test_${name} PRIVATE $<$<CONFIG:Debug>:-O0>)
  add_test(NAME ${name} COMMAND test_${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 600)
endfunction()
