# SPDX-License-Identifier: MIT
# What comes from Debian 12 (scripts/setup installs it); the reason for each is in ARCHITECTURE.md.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(SQLite3 REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
find_path(CLI11_INCLUDE_DIR CLI/CLI.hpp REQUIRED)

# Asio with the parts that are functions compiled once. Third-party headers are system headers: their warnings are not
# ours.
add_library(stagedoor_asio STATIC ${CMAKE_CURRENT_LIST_DIR}/asio.cpp)
target_compile_definitions(stagedoor_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
                                                 BOOST_ASIO_DISABLE_VISIBILITY)
target_link_libraries(stagedoor_asio PUBLIC Boost::headers Threads::Threads PRIVATE stagedoor_options)

# What nearly every source includes, parsed once: it saves a third of a build from nothing.
add_library(stagedoor_precompiled STATIC ${CMAKE_CURRENT_LIST_DIR}/precompiled.cpp)
target_link_libraries(stagedoor_precompiled PRIVATE stagedoor_options stagedoor_asio Boost::json fmt::fmt)
target_precompile_headers(stagedoor_precompiled PRIVATE ${CMAKE_CURRENT_LIST_DIR}/precompiled.hpp)
