# SPDX-License-Identifier: MIT
# Text files that the binary carries: `stagedoor_embed(TARGET file name)` makes `extern const std::string_view name`
# in namespace stagedoor::embedded; the one file that shows it declares it.
function(stagedoor_embed target file name)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded_${name}.cpp)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DIN=${file} -DOUT=${out} -DNAME=${name} -P ${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake
    DEPENDS ${file} ${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()

# The schema's steps: `stagedoor_embed_schema(TARGET folder)` makes the body of "schema.hpp".
function(stagedoor_embed_schema target folder)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*.sql)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/schema.cpp)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DFOLDER=${folder} -DOUT=${out} -P ${PROJECT_SOURCE_DIR}/cmake/embed_schema.cmake
    DEPENDS ${files} ${PROJECT_SOURCE_DIR}/cmake/embed_schema.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
