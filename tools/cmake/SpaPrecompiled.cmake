# SPDX-License-Identifier: Apache-2.0
# Compiles the standard headers, and GoogleTest, once instead of in each of some eight hundred files: reading them is
# much of the time of a first build. The presets that CI builds do so; "dev" compiles every file without, and so shows
# that each includes what it uses. CMake's own precompiled headers name the folder of the build in the command, so that
# no other clone would find anything in the compiler cache.

option(SPA_PRECOMPILE "Compile common headers ahead (clang only)" OFF)

# spa_precompiled_header(NAME HEADER FLAG...): target spa_precompiled_NAME makes it.
function(spa_precompiled_header name header)
  set(output ${CMAKE_BINARY_DIR}/precompiled/${name}.pch)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" config)
  separate_arguments(flags UNIX_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${config}}")
  add_custom_command(OUTPUT ${output} ${output}.sum
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/precompiled
    COMMAND ${PROJECT_SOURCE_DIR}/tools/cmake/precompiled/make ${PROJECT_SOURCE_DIR}/tools/cmake/precompiled/${header}
      ${output} ${CMAKE_CXX_COMPILER} ${flags} ${CMAKE_CXX20_STANDARD_COMPILE_OPTION} ${SPA_COMPILE_OPTIONS} ${ARGN}
    DEPENDS ${PROJECT_SOURCE_DIR}/tools/cmake/precompiled/make
    DEPFILE ${output}.d
    COMMENT "Compiling the headers of ${name} ahead"
    VERBATIM)
  add_custom_target(spa_precompiled_${name} DEPENDS ${output})
endfunction()

# spa_precompile(TARGET NAME): TARGET's C++ files get that header.
function(spa_precompile target name)
  if(NOT SPA_PRECOMPILE OR NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    return()
  endif()
  set(header ${CMAKE_BINARY_DIR}/precompiled/${name}.pch)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:SHELL:-include-pch ${header}>)
  get_target_property(sources ${target} SOURCES)
  set_source_files_properties(${sources} PROPERTIES OBJECT_DEPENDS ${header})
  add_dependencies(${target} spa_precompiled_${name})
endfunction()

if(SPA_PRECOMPILE AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  spa_precompiled_header(room room.h -fPIC)
  spa_precompiled_header(card room.h -fPIC -O1)
  spa_precompiled_header(test test.h -fPIE -DGTEST_HAS_PTHREAD=1)
endif()
