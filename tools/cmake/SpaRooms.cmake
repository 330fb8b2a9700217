# SPDX-License-Identifier: Apache-2.0
# A room is one directory, one static library, one namespace. docs/architecture.md draws the arrows;
# tools/lint/arrows checks the includes, and a room only sees the headers of rooms it names here.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # It may keep what was compiled with a header compiled ahead (SpaPrecompiled), and asks the compiler which headers a
  # file has included instead of running the preprocessor first, which costs half a second a file.
  set(launcher env CCACHE_DEPEND=1 CCACHE_PCH_EXTSUM=1
    CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()

# Some hundred programs are linked, most of them with sanitizers: that is seconds each with GNU ld, a moment with lld.
include(CheckLinkerFlag)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  check_linker_flag(CXX -fuse-ld=lld SPA_HAS_LLD)
  if(SPA_HAS_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
endif()

set(SPA_SANITIZE "" CACHE STRING "Sanitizers, for example address,undefined")
option(SPA_FUZZERS "Build the fuzz targets with libFuzzer (clang only)" OFF)

add_library(spa_flags INTERFACE)
# Members have default initialisers, so naming only some of them is how aggregates are meant to be written here.
target_compile_options(spa_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wno-missing-field-initializers -Werror
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>)
# Those that a header compiled ahead has to be compiled with too.
set(SPA_COMPILE_OPTIONS -fstack-protector-strong -fno-omit-frame-pointer)
if(CMAKE_BUILD_TYPE MATCHES "^Rel")
  list(APPEND SPA_COMPILE_OPTIONS -D_FORTIFY_SOURCE=2)
endif()
if(SPA_SANITIZE)
  list(APPEND SPA_COMPILE_OPTIONS -fsanitize=${SPA_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(spa_flags INTERFACE -fsanitize=${SPA_SANITIZE})
endif()
if(SPA_FUZZERS)
  list(APPEND SPA_COMPILE_OPTIONS -fsanitize=fuzzer-no-link)
endif()
target_compile_options(spa_flags INTERFACE ${SPA_COMPILE_OPTIONS})
include(SpaPrecompiled)

# spa_room(NAME SOURCES ... [DEPENDS target ...])
# Makes library spa_NAME from the sources in the current directory. An empty SOURCES makes a
# header-only room.
function(spa_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;DEPENDS" ${ARGN})
  if(ROOM_SOURCES)
    add_library(spa_${name} STATIC ${ROOM_SOURCES})
    target_include_directories(spa_${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(spa_${name} PUBLIC ${ROOM_DEPENDS} PRIVATE spa_flags)
    # The sanitizer build is for the most part compiled once and run once, so it does without the optimiser. The
    # card's rooms are run hard (ESP, big numbers): there it pays.
    if(SPA_SANITIZE AND CMAKE_CURRENT_SOURCE_DIR MATCHES "/firmware-sim/")
      target_compile_options(spa_${name} PRIVATE -O1)
      spa_precompile(spa_${name} card)
    else()
      spa_precompile(spa_${name} room)
    endif()
  else()
    add_library(spa_${name} INTERFACE)
    target_include_directories(spa_${name} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(spa_${name} INTERFACE ${ROOM_DEPENDS})
  endif()
endfunction()

# spa_program(NAME SOURCES ... DEPENDS ...): a program in build/bin. Target "programs" is all of them, without the
# tests.
add_custom_target(programs)
function(spa_program name)
  cmake_parse_arguments(PROGRAM "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${PROGRAM_SOURCES})
  target_link_libraries(${name} PRIVATE ${PROGRAM_DEPENDS} spa_flags)
  add_dependencies(programs ${name})
endfunction()

# spa_test(NAME SOURCES ... DEPENDS ...): a GoogleTest program, registered with ctest under its name.
function(spa_test name)
  cmake_parse_arguments(TEST "" "" "SOURCES;DEPENDS;LABELS" ${ARGN})
  add_executable(${name} ${TEST_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  # Tests run at the top of the tree. An absolute path here would make every clone compile them anew.
  target_compile_definitions(${name} PRIVATE SPA_SOURCE_DIR=".")
  spa_precompile(${name} test)
  target_link_libraries(${name} PRIVATE ${TEST_DEPENDS} GTest::gtest GTest::gmock GTest::gtest_main spa_flags)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT 900 LABELS "${TEST_LABELS}")
endfunction()

# spa_bench(NAME SOURCES ... DEPENDS ...): a Google Benchmark program in build/bench; target "bench" is all of them.
# Nothing where the library is missing.
add_custom_target(bench)
function(spa_bench name)
  cmake_parse_arguments(BENCH "" "" "SOURCES;DEPENDS" ${ARGN})
  if(NOT benchmark_FOUND)
    return()
  endif()
  add_executable(${name} ${BENCH_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${BENCH_DEPENDS} benchmark::benchmark spa_flags)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
  add_dependencies(bench ${name})
endfunction()

# spa_fuzz(NAME SOURCES ... DEPENDS ...): a libFuzzer target. Without SPA_FUZZERS the same entry point is
# linked with a driver that replays the files it is given, so that every build compiles it.
function(spa_fuzz name)
  cmake_parse_arguments(FUZZ "" "" "SOURCES;DEPENDS" ${ARGN})
  if(SPA_FUZZERS)
    add_executable(${name} ${FUZZ_SOURCES})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(${name} ${FUZZ_SOURCES} ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cc)
  endif()
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  spa_precompile(${name} test)
  target_link_libraries(${name} PRIVATE ${FUZZ_DEPENDS} spa_flags)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
endfunction()
