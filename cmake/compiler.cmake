# SPDX-License-Identifier: MIT
# How every target is compiled. Warnings are errors; assertions stay on in a release (see STAGEDOOR_ASSERT).
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(stagedoor_options INTERFACE)
target_compile_options(stagedoor_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of g++ 12: std::string's append, move and assignment (its bug 105651; the last two only where its body
  # comes from the precompiled header), and the coroutine frames' own operator delete.
  target_compile_options(stagedoor_options INTERFACE -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow
                                                    -Wno-mismatched-new-delete)
endif()
if(STAGEDOOR_SANITIZERS)
  target_compile_options(stagedoor_options INTERFACE -fsanitize=${STAGEDOOR_SANITIZERS} -fno-omit-frame-pointer
                                                    -fno-sanitize-recover=all -Wno-maybe-uninitialized)
  target_link_options(stagedoor_options INTERFACE -fsanitize=${STAGEDOOR_SANITIZERS})
  if(STAGEDOOR_SANITIZERS STREQUAL "thread")
    # The sanitizer does not understand fences; Asio does without them if asked.
    target_compile_options(stagedoor_options INTERFACE -Wno-tsan)
    target_compile_definitions(stagedoor_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()

# ccache makes a second build from nothing cheap where it is installed; nothing depends on it. It has to be told that a
# precompiled header may be used.
find_program(STAGEDOOR_CCACHE ccache)
if(STAGEDOOR_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${STAGEDOOR_CCACHE})
endif()

# One static library of the program: `stagedoor_library(NAME SOURCES… LINK targets…)`.
function(stagedoor_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_LINK} PRIVATE stagedoor_options)
  target_precompile_headers(${name} REUSE_FROM stagedoor_precompiled)
endfunction()
