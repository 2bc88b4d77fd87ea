# SPDX-License-Identifier: Apache-2.0
# The target `docs`: the reference of the public headers as HTML, in `docs` of
# the build folder. Only where Doxygen is installed.
find_program(TROUPE_DOXYGEN doxygen)
if(TROUPE_DOXYGEN)
  add_custom_target(docs
    COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/docs
    COMMAND ${CMAKE_COMMAND} -E env
      TROUPE_DOCS_OUTPUT=${PROJECT_BINARY_DIR}/docs
      ${TROUPE_DOXYGEN} ${PROJECT_SOURCE_DIR}/docs/Doxyfile
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    COMMENT "The reference is ${PROJECT_BINARY_DIR}/docs/html/index.html"
    VERBATIM)
endif()
